// The theorem in floating point without a matrix of order m (docs/method.md, "Without a dense matrix"):
// the block K over a has no positive entry off its diagonal.
#pragma once

#include "certificate/scaled.hpp"
#include "linalg/team.hpp"

namespace burelu {

/// With y = (u, v), R = [N_au, G_a/2] (m x (d + c)), D = [N_uu, G_u/2; ., gamma/2 I], K >= diag(s) > 0 and any Z,
///   Q >= 0  if  C - E'diag(s)^-1 E >= 0,  C = D - R'Z - Z'E,  E = R - K Z.
class SparseProof {
 public:
  /// Chooses Z and v > 0 for s = Kv / v, and evaluates C with bounds of all errors. The team shares columns of an
  /// iteration.
  explicit SparseProof(const ScaledCertificate& s, const Team& team = Team::current());
  /// With [Z v] given, m x (d + c + 1).
  SparseProof(const ScaledCertificate& s, const Matrix& solution);

  /// [Z v]; no rows where none was found.
  const Matrix& solution() const { return solution_; }
  /// Whether the multipliers prove W. With another scale, `scale` W in its place, to working precision: a guide.
  bool proves(double scale = 1.0) const;
  /// About the largest scale that is proven; 0 where there is none.
  double largest_scale() const;

 private:
  struct Blocks;
  void evaluate(const ScaledCertificate& s, const Blocks& N, const Blocks& size);
  Matrix at_scale(double scale, Matrix& error) const;

  index_t d_, c_;
  double gamma_;
  bool usable_ = false;
  Matrix solution_;
  Matrix C_;
  Matrix error_;  // what roundings and E can take off y'Cy, as |y|' error |y|
};

}  // namespace burelu
