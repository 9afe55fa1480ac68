// Verification of Q(T, W) >= 0 in floating point, see certificate_proof.hpp and docs/method.md.
//
// In the scaled variables, with gamma already lowered by eta,
//   Q = M(T) + blkdiag(0, gamma/2 I) - h G G',  h >= 1/(2 gamma).
// If Q >= 0 then ||G'(a, u)||^2 <= gamma^2 ||u||^2 on neurons, hence mu(W) <= gamma, hence objective >= D(W).
// computed Q = Q + F; scaled by powers of two d_i it has a diagonal in [1/2, 2). Row i of |d F d| sums to r_i at most,
// and a Cholesky factorisation of a matrix C that runs to its end proves C >= -gamma_{N+1}/(1 - gamma_{N+1}) trace(C) I
// (Higham, Accuracy and Stability, theorem 10.3; Rump, BIT 46, 2006), whatever the order of its sums. So factorise
// C = d Q d - diag(r) - shift I.
#include "certificate/proof.hpp"

#include <algorithm>
#include <cfenv>
#include <cmath>
#include <limits>

#include "certificate/form.hpp"
#include "certificate/scaled.hpp"
#include "certificate/sparse_proof.hpp"
#include "linalg/dense.hpp"

namespace burelu {
namespace {

constexpr double kLargest = 0x1p100;  // of scaled multipliers and W; with kLargestScale it bounds what underflow can do
constexpr double kLargestScale = 0x1p150;
constexpr double kUnderflow = 0x1p-500;
constexpr double kInflateValue = 1.0 + 1e-7;  // covers the roundings of the error bound itself
constexpr double kSmallValue = 0x1p-1000;
// Triangular solves in BLAS may multiply by reciprocals of the diagonal: one rounding more per term, covered by four
// times the textbook constant. Inverted diagonal blocks are not covered (their error grows with the condition of the
// block); OpenBLAS, BLIS and the reference BLAS invert entries only.
constexpr double kCholesky = 4.0;

using Vector = std::vector<double>;

std::size_t at(index_t i) { return static_cast<std::size_t>(i); }

double half_up(double gamma) { return std::nextafter(0.5 / gamma, std::numeric_limits<double>::infinity()); }

bool moderate(const ScaledCertificate& s) {
  const auto fine = [](double value) { return std::abs(value) <= kLargest; };
  return std::all_of(s.G.data.begin(), s.G.data.end(), fine) &&
         std::all_of(s.pairs.begin(), s.pairs.end(), [&](const ScaledPair& pair) { return fine(pair.magnitude); });
}

/// Sums sum_j |term| weight_j over the terms of every row i of Q: what one rounding of each term can change.
class RowMagnitudes {
 public:
  RowMagnitudes(const ScaledCertificate& s, const Vector& weight)
      : s_(s), m_(s.X.rows), d_(s.X.cols), weight_(weight), sum_(weight.size(), 0.0), row_(at(m_)), to_u_(at(m_), 0.0) {
    for (index_t k = 0; k < m_; ++k)
      for (index_t l = 0; l < d_; ++l) row_[at(k)] += std::abs(s_.X(k, l)) * weight_[at(m_ + l)];
  }

  Vector compute(double h) {
    for (const ScaledPair& pair : s_.pairs) add(pair);
    for (index_t k = 0; k < m_; ++k)
      for (index_t l = 0; l < d_; ++l) sum_[at(m_ + l)] += std::abs(s_.X(k, l)) * to_u_[at(k)];
    for (index_t l = 0; l < d_; ++l) sum_[at(m_ + l)] += 0.5 * s_.gamma * weight_[at(m_ + l)];
    if (h > 0.0) add_dual(h);
    return sum_;
  }

 private:
  void add(const ScaledPair& pair) {
    const auto [i, j, i_is_b, j_is_b] = split({pair.i, pair.j, pair.value}, m_);
    const double half = 0.5 * pair.magnitude;
    sum_[at(i)] += half * weight_[at(j)];
    sum_[at(j)] += half * weight_[at(i)];
    if (j_is_b) couple(i, j, half);
    if (i_is_b) couple(j, i, half);
    if (i_is_b && j_is_b) {  // 1/2 t (x_i x_j' + x_j x_i')
      to_u_[at(i)] += half * row_[at(j)];
      to_u_[at(j)] += half * row_[at(i)];
    }
  }

  /// A term half x_k in row i of the block (a, u), and its mirror image.
  void couple(index_t i, index_t k, double half) {
    sum_[at(i)] += half * row_[at(k)];
    to_u_[at(k)] += half * weight_[at(i)];
  }

  void add_dual(double h) {
    const index_t c = s_.G.cols;
    Vector total(at(c), 0.0);
    for (index_t i = 0; i < s_.G.rows; ++i)
      for (index_t j = 0; j < c; ++j) total[at(j)] += std::abs(s_.G(i, j)) * weight_[at(i)];
    for (index_t i = 0; i < s_.G.rows; ++i)
      for (index_t j = 0; j < c; ++j) sum_[at(i)] += h * std::abs(s_.G(i, j)) * total[at(j)];
  }

  const ScaledCertificate& s_;
  index_t m_, d_;
  const Vector& weight_;
  Vector sum_;
  Vector row_;   // |x_k|'weight_u
  Vector to_u_;  // coefficient of |x_k| in the rows of u
};

/// Powers of two that bring the diagonal into [1/2, 2); empty where that is impossible.
Vector equilibration(const Vector& lower, index_t order) {
  Vector weight(at(order));
  for (index_t i = 0; i < order; ++i) {
    const double diagonal = lower[at(i * order + i)];
    if (!(diagonal > 0.0) || !std::isfinite(diagonal)) return {};
    const int power = std::ilogb(diagonal);
    weight[at(i)] = std::ldexp(1.0, -(power >= 0 ? (power + 1) / 2 : -(-power / 2)));
    if (!(weight[at(i)] <= kLargestScale && weight[at(i)] >= 1.0 / kLargestScale)) return {};
  }
  return weight;
}

/// The shifted matrix C and its scaling.
struct Shifted {
  index_t order = 0;
  Vector lower;
  Vector weight;
};

/// Builds C; an empty `weight` says that it cannot be positive definite.
Shifted shifted(const ScaledCertificate& s, bool with_dual) {
  FormMatrix form(s.X);
  std::vector<Multiplier> pairs;
  pairs.reserve(s.pairs.size());
  for (const ScaledPair& pair : s.pairs) pairs.push_back({pair.i, pair.j, pair.value});
  form.add(pairs);
  form.finish();
  Shifted out{form.order(), std::move(form.lower()), {}};
  const index_t order = out.order;
  const index_t m = s.X.rows;
  const index_t c = s.G.cols;
  for (index_t i = m; i < order; ++i) out.lower[at(i * order + i)] += 0.5 * s.gamma;
  const double h = with_dual ? half_up(s.gamma) : 0.0;
  if (with_dual) gram(-h, transposed(s.G), 1.0, out.lower.data());
  out.weight = equilibration(out.lower, order);
  if (out.weight.empty()) return out;

  const Vector magnitude = RowMagnitudes(s, out.weight).compute(h);
  // Roundings that one term may meet, times eight: a checker with interval arithmetic must find room as well.
  const double terms = 8.0 * (2.0 * static_cast<double>(m) + static_cast<double>(c) + 24.0 + s.pair_roundings);
  double trace = 0.0;
  for (index_t j = 0; j < order; ++j) {
    double* column = out.lower.data() + j * order;
    for (index_t i = j; i < order; ++i) column[i] *= out.weight[at(i)] * out.weight[at(j)];
    trace += column[j];
  }
  const double shift = rounding(kCholesky * static_cast<double>(order + 8)) * trace + kUnderflow;
  for (index_t j = 0; j < order; ++j)
    out.lower[at(j * order + j)] -= shift + rounding(terms) * 1.001 * out.weight[at(j)] * magnitude[at(j)];
  return out;
}

bool factorise(Shifted& matrix) {
  if (matrix.weight.empty() && matrix.order > 0) return false;
  return cholesky(matrix.lower.data(), matrix.order);
}

bool dense_proof(const ScaledCertificate& s) {
  Shifted matrix = shifted(s, true);
  return factorise(matrix);
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

std::optional<double> proven_bound(const Problem& problem, const Certificate& certificate, const ProofRows& rows) {
  if (std::fegetround() != FE_TONEAREST) return std::nullopt;
  const ScaledCertificate s = scaled(problem, certificate, rows);
  if (!s.usable || !moderate(s)) return std::nullopt;
  if (!(certificate.cuts.empty() ? SparseProof(s).proves() : dense_proof(s))) return std::nullopt;
  const double bound = dual_value_below(problem.Y, certificate.W);
  if (!std::isfinite(bound)) return std::nullopt;
  return bound;
}

double supported_scale(const Problem& problem, const Certificate& certificate) {
  return supported_scale(problem, certificate, proof_rows(problem, certificate.representatives));
}

double supported_scale(const Problem& problem, const Certificate& certificate, const ProofRows& rows) {
  const ScaledCertificate s = scaled(problem, certificate, rows);
  if (!s.usable || !moderate(s)) return 0.0;
  if (certificate.cuts.empty()) return SparseProof(s).largest_scale();
  Shifted matrix = shifted(s, false);
  if (!factorise(matrix)) return 0.0;
  // W'J N^-1 J'W s^2 <= 2 gamma: the largest eigenvalue of (L^-1 d G)'(L^-1 d G).
  const index_t c = s.G.cols;
  Matrix solved = s.G;
  for (index_t i = 0; i < solved.rows; ++i)
    for (index_t j = 0; j < c; ++j) solved(i, j) *= matrix.weight[at(i)];
  solve_lower(matrix.lower.data(), matrix.order, solved.data.data(), c);
  Matrix product(c, c);
  std::vector<double> values;
  gram(1.0, solved, 0.0, product.data.data());
  if (!eigenvalues(product, values)) return 0.0;
  const double largest = values.back();
  return largest > 0.0 ? std::sqrt(2.0 * s.gamma / largest) : std::numeric_limits<double>::max();
}

}  // namespace burelu
