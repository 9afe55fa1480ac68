// What the repairs ask of the dual slack N = M(T) + gamma/2 I_u of order m + d, given T as a list (docs/method.md,
// "Finding T and W"). Nothing here proves anything.
#pragma once

#include <vector>

#include "burelu/certificate.hpp"
#include "seam/slack.hpp"

namespace burelu {

class DualSlack {
 public:
  virtual ~DualSlack() = default;
  /// T, and a T0 to mix it with: pairs that are not tied, and the tied ones.
  virtual void set_form(const std::vector<Multiplier>& pairs, const std::vector<double>& tau) = 0;
  virtual void set_anchor(const std::vector<Multiplier>& pairs, const std::vector<double>& tau) = 0;
  /// False where the mixture is not positive definite.
  virtual bool factorise(const SlackMixture& mixture) = 0;
  /// N^-1 Z for Z of (m + d) x k, after factorise() was true. False where that was not so after all.
  virtual bool solve(Matrix& Z) = 0;
  /// Z'N^-1 Z; its lower triangle (column-major) counts. May destroy Z.
  virtual bool gram(Matrix& Z, Matrix& out) = 0;
  /// Negative eigenvalues of the mixture with their vectors, about; none where that fails. The factor is gone.
  virtual Curvature negative_part(const SlackMixture& mixture) = 0;
};

}  // namespace burelu
