// A certificate brought to scaled variables, with the errors of collapsing W onto the lines accounted for.
#pragma once

#include <vector>

#include "burelu/certificate.hpp"
#include "certificate/proof_rows.hpp"

namespace burelu {

/// Unit roundoff of round-to-nearest double precision.
inline constexpr double kUnit = 0x1p-53;

/// Higham's gamma_k = k u / (1 - k u), slightly enlarged: bounds any sum of products in which each term meets at most k
/// roundings, whatever the order and whether or not they are fused.
inline double rounding(double k) { return 1.0001 * k * kUnit; }  // valid for k < 1e11

/// Euclidean norm, free of under- and overflow on the way; not finite where an entry is not.
double norm(const double* x, index_t size);

/// The premise mu(W) <= gamma in the variables a_k 2^-p_k, divided by 2^g, where 2^p_k ~ |x_k| and 2^g ~ gamma: exact
/// changes of scale that bring every number near 1, so that underflow is negligible whatever the units of the data are.
struct ScaledCertificate {
  bool usable = false;            ///< false: malformed, or nothing can be proven
  Matrix X;                       ///< m x d or m x m, rows near 2^-p_k x_k (proof_rows.hpp)
  std::vector<Multiplier> pairs;  ///< T(i, j) 2^(p_i + p_j - g)
  Matrix G;            ///< (m + d) x c: ||G'(a, u)|| + eta ||u|| >= ||sum_i (x_i'u)_+ w_i|| / 2^g for every u
  double gamma = 0.0;  ///< gamma 2^-g - eta, rounded down
};

/// `rows` are the proof_rows() of the certificate's representatives.
ScaledCertificate scaled(const Problem& problem, const Certificate& certificate, const ProofRows& rows);

}  // namespace burelu
