// Q >= 0 without a matrix of order m (docs/method.md, "Without a dense matrix").
#pragma once

#include "verify/files.hpp"

namespace burelu::verify {

/// True only if Q = M(T) + blkdiag(0, gamma/2 I) - G G' / (2 gamma) is positive semidefinite: `rows` is m x d, G (m +
/// d) x c, and the multipliers of pairs that are not tied are nonnegative. Memory: O(pairs + m (d + c)).
bool sparse_form_positive(const Table& rows, const Claim& claim, const Table& G, double gamma);

}  // namespace burelu::verify
