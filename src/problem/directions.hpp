// Independent directions of the features: which columns count, and a basis of the row space where they depend on one
// another.
#pragma once

#include <optional>

#include "burelu/matrix.hpp"

namespace burelu {

/// Orthonormal rows that span the rows of X (rank x columns); nothing where its columns are independent as they are,
/// however much their sizes differ: rank is a matter of columns brought to one size. Columns of zeros are left out.
std::optional<Matrix> independent_directions(const Matrix& X);

}  // namespace burelu
