// Data made on the spot from a specification such as builtin:spiral?n=60&classes=3&noise=0.2&seed=0.
//
//   spiral    classes arms in the plane: x = r (sin t, cos t), r = i / (2 (m - 1)), t in [4 k, 4 k + 4] + noise N(0, 1)
//   teacher   x ~ N(0, I_d), y = V (U'x)_+ + noise N(0, I_c), a network of `width` neurons with N(0, 1) weights
//   blobs     one Gaussian cloud of standard deviation `noise` per class around a centre ~ N(0, 4 I_d)
#pragma once

#include <string>

#include "formats/table.hpp"

namespace burelu {

bool is_builtin(const std::string& source);

/// Throws `DataError` for a name or parameter that does not exist.
Table generate_builtin(const std::string& source);

}  // namespace burelu
