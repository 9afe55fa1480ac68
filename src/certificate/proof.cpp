// Verification of Q(T, W) >= 0 in floating point, see docs/method.md.
//
// In the scaled variables, with gamma already lowered by eta,
//   Q = M(T) + blkdiag(0, gamma/2 I) - h G G',  h >= 1/(2 gamma).
// If Q >= 0 then ||G'(a, u)||^2 <= gamma^2 ||u||^2 on neurons, hence mu(W) <= gamma, hence objective >= D(W).
#include "certificate/proof.hpp"

#include <algorithm>
#include <cfenv>
#include <cmath>
#include <limits>

#include "certificate/scaled.hpp"
#include "certificate/sparse_proof.hpp"

namespace burelu {
namespace {

constexpr double kLargest = 0x1p100;          // of scaled multipliers and W: bounds what underflow can do
constexpr double kInflateValue = 1.0 + 1e-7;  // covers the roundings of the error bound itself
constexpr double kSmallValue = 0x1p-1000;

bool moderate(const ScaledCertificate& s) {
  const auto fine = [](double value) { return std::abs(value) <= kLargest; };
  return std::all_of(s.G.data.begin(), s.G.data.end(), fine) &&
         std::all_of(s.pairs.begin(), s.pairs.end(), [&](const Multiplier& pair) { return fine(pair.value); });
}

}  // namespace

// At most n + c + 8 roundings per term.
double dual_value_below(const MatrixView& Y, const Matrix& W) {
  double value = 0.0;
  double magnitude = 0.0;
  for (index_t i = 0; i < W.rows; ++i) {
    double row = 0.0;
    for (index_t j = 0; j < W.cols; ++j) {
      row -= W(i, j) * (Y(i, j) + 0.5 * W(i, j));
      magnitude += std::abs(W(i, j)) * (std::abs(Y(i, j)) + 0.5 * std::abs(W(i, j)));
    }
    value += row;
  }
  const double terms = static_cast<double>(W.rows + W.cols) + 8.0;
  return std::nextafter(value - (rounding(terms) * kInflateValue * magnitude + kSmallValue),
                        -std::numeric_limits<double>::infinity());
}

std::optional<double> proven_bound(const Problem& problem, const Certificate& certificate) {
  return proven_bound(problem, certificate, proof_rows(problem, certificate.representatives));
}

namespace {

std::optional<double> bound_of(const Problem& problem, const Matrix& W, const SparseProof& proof) {
  if (!proof.proves()) return std::nullopt;
  const double bound = dual_value_below(problem.Y, W);
  if (!std::isfinite(bound)) return std::nullopt;
  return bound;
}

}  // namespace

std::optional<double> proven_bound(const Problem& problem, const Certificate& certificate, const ProofRows& rows) {
  const ScaledCertificate s = provable(problem, certificate, rows);
  if (!s.usable) return std::nullopt;
  return bound_of(problem, certificate.W, SparseProof(s));
}

std::optional<double> proven_bound(const Problem& problem, const Certificate& certificate, const ProofRows& rows,
                                   const Matrix& solution) {
  const ScaledCertificate s = provable(problem, certificate, rows);
  if (!s.usable) return std::nullopt;
  return bound_of(problem, certificate.W, SparseProof(s, solution));
}

ScaledCertificate provable(const Problem& problem, const Certificate& certificate, const ProofRows& rows) {
  if (std::fegetround() != FE_TONEAREST) return {};
  ScaledCertificate out = scaled(problem, certificate, rows);
  out.usable = out.usable && moderate(out);
  return out;
}

double supported_scale(const Problem& problem, const Certificate& certificate) {
  return supported_scale(problem, certificate, proof_rows(problem, certificate.representatives));
}

double supported_scale(const Problem& problem, const Certificate& certificate, const ProofRows& rows) {
  const ScaledCertificate s = provable(problem, certificate, rows);
  return s.usable ? SparseProof(s).largest_scale() : 0.0;
}

}  // namespace burelu
