// Independent directions of the features: which columns count, and a basis of the row space where they depend on one
// another.
#pragma once

#include <optional>

#include "burelu/matrix.hpp"
#include "linalg/stop.hpp"

namespace burelu {

/// Orthonormal rows that span the rows of X (rank x columns); nothing where its columns are independent as they are,
/// however much their sizes differ: rank is a matter of columns brought to one size. Columns of zeros are left out.
/// Nothing as well where `stop`, which may be null, is due between its two factorisations.
std::optional<Matrix> independent_directions(const Matrix& X, const Stop* stop = nullptr);

}  // namespace burelu
