// Scaling and collapsing, see scaled.hpp. With ||u|| = 1 throughout:
//
// Row i on line k: x_i = r x_k + e_i, so | (x_i'u)_+ - (r x_k'u)_+ | <= ||e_i||, and (r x_k'u)_+ is |r| a_k or |r| b_k.
// Hence || sum_i (x_i'u)_+ w_i || <= || sum_k a_k w+_k + b_k w-_k || + sum_i ||w_i|| ||e_i||, w+-_k = sum |r_i| w_i.
// Computed w+- differ from exact ones by delta: at most ||x_k|| ||delta_k|| more. b_k = a_k - x_k'u gives
// G = [w+ + w-; -X'w-], whose own roundings are counted in the same way. eta is the sum of all these.
//
// Where the rows are thin (proof_rows.hpp), forms are those of z = Qu: what is an error per ||z|| counts ||Q|| times,
// and gamma is divided by ||Q|| at the end.
#include "certificate/scaled.hpp"

#include <algorithm>
#include <cmath>

namespace burelu {
namespace {

constexpr double kRoom = 8.0;            // a checker with interval arithmetic must find room as well
constexpr double kInflate = 1.0 + 1e-7;  // covers the roundings of eta's own evaluation (chains below 1e8 terms)
constexpr int kDataPower = 340;          // data lie in [2^-340, 2^340], or are zero
constexpr int kGammaPower = 400;         // gamma lies in [2^-400, 2^400]
// Underflow: an absolute error of 2^-1074 per operation grows by at most 2^354 (a norm) and 2^400 (1/gamma); fewer than
// 2^60 operations make less than 2^-260.
constexpr double kTiny = 0x1p-256;

}  // namespace

double norm(const double* x, index_t size) {
  double largest = 0.0;
  for (index_t j = 0; j < size; ++j) largest = std::max(largest, std::abs(x[j]));
  for (index_t j = 0; j < size; ++j)
    if (!std::isfinite(x[j])) return std::abs(x[j]);
  if (largest == 0.0) return 0.0;
  const int power = std::ilogb(largest);
  double sum = 0.0;
  for (index_t j = 0; j < size; ++j) {
    const double scaled = std::ldexp(x[j], -power);
    sum += scaled * scaled;
  }
  return std::ldexp(std::sqrt(sum), power);
}

namespace {

bool in_range(const Problem& problem) {
  if (!(problem.gamma >= std::ldexp(1.0, -kGammaPower) && problem.gamma <= std::ldexp(1.0, kGammaPower))) return false;
  for (index_t i = 0; i < problem.X.rows; ++i)
    for (index_t j = 0; j < problem.X.cols; ++j) {
      const double size = std::abs(problem.X(i, j));
      if (size != 0.0 && !(size >= std::ldexp(1.0, -kDataPower) && size <= std::ldexp(1.0, kDataPower))) return false;
    }
  return true;
}

bool well_formed(const Problem& problem, const Certificate& c) {
  const index_t n = problem.X.rows;
  const auto size = static_cast<std::size_t>(n);
  const auto m = static_cast<std::int32_t>(c.representatives.size());
  if (c.W.rows != n || c.W.cols != problem.Y.cols || c.line.size() != size || c.ratio.size() != size) return false;
  if (static_cast<double>(n) + static_cast<double>(problem.X.cols + problem.Y.cols) > 1e8) return false;
  for (const std::int32_t row : c.representatives)
    if (row < 0 || row >= n) return false;
  for (const std::int32_t line : c.line)
    if (line < -1 || line >= m) return false;
  const std::int32_t forms = 2 * m;
  const Multiplier* previous = nullptr;
  for (const Multiplier& pair : c.multipliers) {
    if (pair.j < 0 || pair.i < pair.j || pair.i >= forms || !std::isfinite(pair.value)) return false;
    const bool tied = pair.j < m && pair.i == pair.j + m;
    if (!tied && !(pair.value >= 0.0)) return false;  // only tied pairs are free
    if (previous != nullptr && !(previous->i < pair.i || (previous->i == pair.i && previous->j < pair.j))) return false;
    previous = &pair;
  }
  return true;
}

/// sum |r_i| w_i over one side of every line, with what its rounding can hide.
struct Side {
  Matrix sum;
  std::vector<double> magnitude;  // sum |r_i| ||w_i||
  std::vector<double> terms;
  std::vector<char> multiplied;  // some |r_i| is not 1

  Side(index_t m, index_t c)
      : sum(m, c),
        magnitude(static_cast<std::size_t>(m), 0.0),
        terms(static_cast<std::size_t>(m), 0.0),
        multiplied(static_cast<std::size_t>(m), 0) {}

  void add(index_t k, double factor, const double* w) {
    const auto index = static_cast<std::size_t>(k);
    for (index_t j = 0; j < sum.cols; ++j) sum(k, j) += factor * w[j];
    magnitude[index] += factor * norm(w, sum.cols);
    terms[index] += 1.0;
    if (factor != 1.0) multiplied[index] = 1;
  }

  /// Bound on ||delta_k||. A lone row with ratio 1 is exact.
  double error(index_t k) const {
    const auto index = static_cast<std::size_t>(k);
    const double roundings = std::max(terms[index] - 1.0, 0.0) + (multiplied[index] != 0 ? 1.0 : 0.0);
    return rounding(kRoom * roundings) * magnitude[index];
  }
};

/// ||x_i - r x_k|| with one rounding per entry (fused multiply-add), so cancellation is harmless.
double defect(const MatrixView& X, index_t i, double r, index_t k, std::vector<double>& e) {
  if (i == k && r == 1.0) return 0.0;
  for (index_t j = 0; j < X.cols; ++j) e[static_cast<std::size_t>(j)] = std::fma(-r, X(k, j), X(i, j));
  return norm(e.data(), X.cols);
}

/// Row-wise sums of both sides; returns sum_i ||w_i|| ||e_i||.
double collapse(const Problem& problem, const Certificate& c, Side& positive, Side& negative) {
  double eta = 0.0;
  std::vector<double> e(static_cast<std::size_t>(problem.X.cols));
  for (index_t i = 0; i < problem.X.rows; ++i) {
    const auto index = static_cast<std::size_t>(i);
    const double size = norm(c.W.row(i), c.W.cols);
    const std::int32_t line = c.line[index];
    const double r = line < 0 ? 0.0 : c.ratio[index];
    eta += size * defect(problem.X, i, r, line < 0 ? i : c.representatives[static_cast<std::size_t>(line)], e);
    if (r != 0.0) (r > 0.0 ? positive : negative).add(line, std::abs(r), c.W.row(i));
  }
  return eta;
}

void scale_row(double* row, index_t size, int exponent) {
  for (index_t j = 0; j < size; ++j) row[j] = std::ldexp(row[j], exponent);
}

}  // namespace

ScaledCertificate scaled(const Problem& problem, const Certificate& certificate, const ProofRows& proof) {
  ScaledCertificate out;
  if (!proof.usable || !well_formed(problem, certificate) || !in_range(problem)) return out;
  const auto m = static_cast<index_t>(certificate.representatives.size());
  if (proof.X.rows != m) return out;
  const index_t d = proof.X.cols;
  const index_t c = problem.Y.cols;
  const int g = std::ilogb(problem.gamma);
  out.X = proof.X;
  const std::vector<int>& power = proof.power;

  Side positive(m, c);
  Side negative(m, c);
  double eta = std::ldexp(collapse(problem, certificate, positive, negative), -g);
  out.G = Matrix(m + d, c);
  double negative_mass = 0.0;
  double negative_rows = 0.0;
  for (index_t k = 0; k < m; ++k) {
    const int exponent = power[static_cast<std::size_t>(k)] - g;
    const double size = proof.stretch * norm(out.X.row(k), d);
    const double error = std::ldexp(positive.error(k) + negative.error(k), exponent);
    eta += size * error;
    scale_row(positive.sum.row(k), c, exponent);
    scale_row(negative.sum.row(k), c, exponent);
    if (!proof.residual.empty())
      eta += proof.residual[static_cast<std::size_t>(k)] *
             (norm(positive.sum.row(k), c) + norm(negative.sum.row(k), c) + error);
    double* row = out.G.row(k);
    for (index_t j = 0; j < c; ++j) row[j] = positive.sum(k, j) + negative.sum(k, j);
    const double mass = norm(negative.sum.row(k), c);
    if (mass == 0.0) continue;
    eta += size * rounding(kRoom) * norm(row, c);
    negative_mass += size * mass;
    negative_rows += 1.0;
    for (index_t l = 0; l < d; ++l)
      for (index_t j = 0; j < c; ++j) out.G(m + l, j) -= out.X(k, l) * negative.sum(k, j);
  }
  eta += rounding(kRoom * (negative_rows + 2.0)) * negative_mass;
  out.pairs = certificate.multipliers;
  for (Multiplier& pair : out.pairs)  // underflow here only picks other multipliers, which are as good
    pair.value = std::ldexp(
        pair.value, power[static_cast<std::size_t>(pair.i % m)] + power[static_cast<std::size_t>(pair.j % m)] - g);
  out.gamma = std::nextafter(std::ldexp(problem.gamma, -g) - kInflate * eta - kTiny, 0.0);
  if (!proof.residual.empty()) out.gamma = std::nextafter(out.gamma / proof.stretch, 0.0);
  if (!(out.gamma > 0.0)) return out;
  out.usable = true;
  return out;
}

}  // namespace burelu
