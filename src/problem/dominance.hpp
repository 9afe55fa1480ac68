// A feature that is larger than all others together by far, in every row (a time in seconds, a population):
// docs/method.md, "A dominant feature". Its weight costs nothing beside what it does, so it acts as a free bias, and
// dual points have to keep their response to it at zero. The premise is therefore proven for other data, in which it is
// large but not huge.
#pragma once

#include <optional>

#include "burelu/matrix.hpp"
#include "burelu/problem.hpp"

namespace burelu {

struct Dominance {
  index_t feature = 0;
  int power = 0;  ///< the feature is multiplied by 2^power

  bool operator==(const Dominance&) const = default;
};

/// The dominant feature of a problem with the power that makes it comparable; nothing where there is none.
std::optional<Dominance> dominant_feature(const Problem& problem);

/// X with the feature multiplied, exactly; an empty matrix where that would underflow.
Matrix tamed(const MatrixView& X, const Dominance& dominance);

/// W less its response to the feature: sum over the rows of either sign of x_i w_i vanishes, but for rounding.
Matrix without_response(const MatrixView& X, const Matrix& W, const Dominance& dominance);

/// Proven in floating point: mu(W) <= gamma for X where mu(W) is at most this for tamed(X); 0 where nothing follows.
double tamed_gamma(const Problem& problem, const Matrix& W, const Dominance& dominance);

/// gamma of the tamed problem that is solved: for W without response it is below tamed_gamma().
double gamma_to_solve(double gamma);

}  // namespace burelu
