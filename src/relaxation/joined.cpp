#include "relaxation/joined.hpp"

#include <algorithm>
#include <cmath>

#include "linalg/dense.hpp"
#include "problem/preconditioner.hpp"

namespace burelu {
namespace {

// Of the largest penalty that parts came to, which ends far lower. Pairs of lines of different parts begin violated and
// without multipliers: they have to be pushed apart before the factor falls for them (two parts of 2,000 lines of a
// teacher: objective and twice the shortfall within 1 % of the optimum after 145 evaluations with 4, 174 with 1, 348
// with 0.3; two of 10,000 not within 1,000 from the penalties that parts ended with). Units are the whole's.
constexpr double kStiffer = 4.0;

std::size_t at(index_t i) { return static_cast<std::size_t>(i); }

bool ordered(const Multiplier& a, const Multiplier& b) { return a.i < b.i || (a.i == b.i && a.j < b.j); }

// The whole's line of each representative of a part; -1 where only the negative side of one is left.
std::vector<index_t> lines_of(const Part& part, const std::vector<std::int32_t>& representatives) {
  std::vector<index_t> out;
  for (const index_t row : representatives) out.push_back(row < part.own() ? part.lines[at(row)] : -1);
  return out;
}

Matrix with_columns(const Matrix& from, index_t cols) {
  Matrix out(from.rows, cols);
  for (index_t i = 0; i < from.rows; ++i) std::copy_n(from.row(i), std::min(from.cols, cols), out.row(i));
  return out;
}

// Rows appended, scaled to a norm of one together.
void append(Matrix& to, const Matrix& rows) {
  double square = 0.0;
  for (const double value : rows.data) square += value * value;
  const double scale = square > 0.0 ? 1.0 / std::sqrt(square) : 0.0;
  for (const double value : rows.data) to.data.push_back(scale * value);
  to.rows += rows.rows;
}

// What the factors of all parts have alike, but for the rotation: U, V, and C over all lines against even functions of
// them, 1 and |x_j|.
Matrix landmarks(const Factor& factor, const Matrix& X, const Matrix& C) {
  Matrix even(X.rows, X.cols + 1);
  for (index_t k = 0; k < X.rows; ++k) {
    even(k, X.cols) = 1.0;
    for (index_t j = 0; j < X.cols; ++j) even(k, j) = std::fabs(X(k, j));
  }
  Matrix out(0, C.cols);
  append(out, factor.U);
  append(out, factor.V);
  append(out, product(transposed(even), C));
  return out;
}

// The rotation Q for which from Q is nearest to `to` (Procrustes).
Matrix rotation(const Matrix& from, const Matrix& to) {
  Matrix left, right;
  std::vector<double> values;
  require_decomposition(singular(product(transposed(from), to), left, values, right), "the factors' rotation");
  return product(left, right);
}

}  // namespace

Joined::Joined(const Presolved& whole) : whole_(whole), U_(whole.features(), 0) {
  dual_.bound = whole.constant_loss;
  dual_.tau.assign(at(whole.rows()), 0.0);
  dual_.W = Matrix(whole.Y.rows, whole.Y.cols);
}

void Joined::add(const Part& part, const Relaxation& found) {
  const double share = static_cast<double>(part.own()) / static_cast<double>(whole_.rows());
  evaluations_ += share * static_cast<double>(found.evaluations);
  if (found.certificate.empty()) return;
  add_dual(part, found.certificate);
  double sigma = 0.0;
  for (const HistoryEntry& entry : found.history) sigma = std::fmax(sigma, entry.penalty);
  if (found.factor.U.cols == 0 || !(sigma > 0.0)) return;
  add_factor(part, lines_of(part, found.certificate.representatives), found.factor);
  log_sigma_ += share * std::log(sigma);
  lines_ += share;
}

void Joined::add_dual(const Part& part, const Certificate& certificate) {
  const auto own = static_cast<std::int32_t>(certificate.representatives.size());
  const std::vector<index_t> lines = lines_of(part, certificate.representatives);
  for (const Multiplier& pair : certificate.multipliers) {
    const index_t i = lines[at(pair.i % own)];
    const index_t j = lines[at(pair.j % own)];
    if (i < 0 || j < 0) continue;
    if (pair.i == pair.j + own) {
      dual_.tau[at(i)] = pair.value;
      continue;
    }
    const auto form = [&](std::int32_t given, index_t line) {
      return static_cast<std::int32_t>(given < own ? line : whole_.rows() + line);
    };
    const std::int32_t a = form(pair.i, i);
    const std::int32_t b = form(pair.j, j);
    dual_.multipliers.push_back({std::max(a, b), std::min(a, b), pair.value});
  }
  for (index_t k = 0; k < certificate.W.rows; ++k) {
    const index_t row = k < part.own() ? part.lines[at(k)] : whole_.rows() + part.negative[at(k - part.own())];
    std::copy_n(certificate.W.row(k), certificate.W.cols, dual_.W.row(row));
  }
  dual_.bound += certificate.lower_bound;
  ++parts_;
}

// c_k = 2 a_k - x_k'U of the lines that are lines of the part as well.
void Joined::add_factor(const Part& part, const std::vector<index_t>& lines, const Factor& factor) {
  Matrix X(factor.A.rows, part.X.cols);
  for (std::size_t k = 0; k < lines.size(); ++k)
    if (lines[k] >= 0) std::copy_n(whole_.X.row(lines[k]), X.cols, X.row(static_cast<index_t>(k)));
  Matrix C = product(X, factor.U);
  for (std::size_t i = 0; i < C.data.size(); ++i) C.data[i] = 2.0 * factor.A.data[i] - C.data[i];
  const bool first = U_.cols == 0;
  const index_t cols = std::max(factor.U.cols, U_.cols);
  S_ = with_columns(first ? Matrix(whole_.rows(), cols) : S_, cols);
  U_ = with_columns(U_, cols);
  C = with_columns(C, cols);
  const Factor wide{{}, with_columns(factor.U, cols), with_columns(factor.V, cols)};
  const Matrix marks = landmarks(wide, X, C);
  landmarks_ = first ? marks : with_columns(landmarks_, cols);
  const Matrix Q = rotation(marks, landmarks_);
  C = product(C, Q);
  const Matrix U = product(wide.U, Q);
  for (std::size_t k = 0; k < lines.size(); ++k)
    if (lines[k] >= 0) std::copy_n(C.row(static_cast<index_t>(k)), cols, S_.row(lines[k]));
  const double share = static_cast<double>(part.own()) / static_cast<double>(whole_.rows());
  for (std::size_t i = 0; i < U.data.size(); ++i) U_.data[i] += share * U.data[i];
}

Proposal Joined::dual_point() const {
  Proposal out = dual_;
  std::sort(out.multipliers.begin(), out.multipliers.end(), ordered);
  return out;
}

WarmStart Joined::start() const {
  WarmStart out;
  if (U_.cols == 0) return out;
  out.point.Shat = S_;
  for (index_t k = 0; k < S_.rows; ++k)  // a line of which no part has a row: any direction
    if (std::all_of(S_.row(k), S_.row(k) + S_.cols, [](double s) { return s == 0.0; }))
      std::fill_n(out.point.Shat.row(k), S_.cols, 1.0);
  out.point.Ut = product(preconditioner(whole_.X, whole_.gamma).inverse, U_);
  for (double& value : out.point.Ut.data) value /= lines_;  // the mean over parts that have one
  for (const Multiplier& pair : dual_point().multipliers) out.multipliers.push_back(pair);
  out.sigma = kStiffer * std::exp(log_sigma_ / lines_);
  out.gamma = whole_.gamma;
  return out;
}

}  // namespace burelu
