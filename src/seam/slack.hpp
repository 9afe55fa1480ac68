// The seam of the certificate: what its repairs ask of the dual slack (docs/method.md, "Finding T and W"),
//   N = M(T) + gamma/2 I_u,
// a dense symmetric matrix in (a, u) of order N = m + d. Nothing here proves anything: the proof factorises on the
// host.
//
// Matrices of that order are column-major, and only their lower triangles count.
#pragma once

#include <vector>

#include "burelu/matrix.hpp"

namespace burelu {

/// form M(T) + anchor M(T0) + M(-diag(tied)) + gamma/2 I_u, the diagonal times `spare`.
struct SlackMixture {
  double form = 1.0;
  double anchor = 0.0;       ///< 0: there is none
  std::vector<double> tied;  ///< m: an interior point on the tied pairs
  double spare = 1.0;
};

struct Curvature {
  std::vector<double> values;   ///< negative eigenvalues, ascending
  std::vector<double> vectors;  ///< of norm one, N entries for each value
};

class Slack {
 public:
  virtual ~Slack() = default;
  /// M(T) and M(T0), N x N. They must stay as they are as long as they are used: a backend may read them in place.
  virtual void set_form(const std::vector<double>& lower) = 0;
  virtual void set_anchor(const std::vector<double>& lower) = 0;
  /// Cholesky factor L of the mixture; false where it is not positive definite. N^3 / 3 flops.
  virtual bool factorise(const SlackMixture& mixture) = 0;
  /// Z <- L^-1 Z and Z <- L^-T Z for Z of N x k, k as announced at most, after factorise() was true. N^2 k flops.
  virtual void solve_lower(Matrix& Z) = 0;
  virtual void solve_upper(Matrix& Z) = 0;
  /// Negative eigenvalues of the mixture with their vectors; none where the decomposition fails. The factor is gone.
  virtual Curvature negative_part(const SlackMixture& mixture) = 0;
};

}  // namespace burelu
