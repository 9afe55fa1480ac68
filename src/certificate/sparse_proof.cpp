// Sums over sparse rows with their errors, see sparse_proof.hpp and docs/method.md, "Without a dense matrix".
//
// For T >= 0 the entries of K off the diagonal are not positive, so for v > 0 with (Kv)_i >= s_i v_i the matrix
// diag(v) (K - diag(s)) diag(v) is diagonally dominant: K >= diag(s). With a = b - Z y,
//   (a, y)'[K R; R' D](a, y) = b'Kb + 2 b'E y + y'C y >= y'(C - E'diag(s)^-1 E) y.
// Every number below is a sum of products of T, X, G, Z, v; a term meets as many roundings as counted at most, and its
// size is summed beside it.
#include "certificate/sparse_proof.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "certificate/sparse_form.hpp"
#include "linalg/all_finite.hpp"
#include "linalg/dense.hpp"
#include "linalg/sparse_solver.hpp"

namespace burelu {
namespace {

using Vector = std::vector<double>;

constexpr double kRoom = 8.0;              // a checker with interval arithmetic must find room as well
constexpr double kInflate = 1.0 + 1e-3;    // covers the roundings of the bounds themselves
constexpr double kLargest = 0x1p100;       // of Z, v and 1/v; with kLeast it bounds what underflow can do:
constexpr double kLeast = 0x1p-150;        // of s
constexpr double kTiny = 0x1p-800;         // an operation loses 2^-1074, a chain of them 2^-1074 2^100 2^60 at most
constexpr double kUnderflow = 0x1p-500;    // ... and 2^-1074 2^200 2^60 2^300 in the scaled small matrix
constexpr double kLargestScale = 0x1p150;  // of that scaling
constexpr double kCholesky = 4.0;          // times the textbook constant, for solves that multiply by reciprocals
constexpr double kTolerance = 1e-14;       // of the iteration for Z: what it leaves is paid for
constexpr index_t kBlock = 512;            // rows at a time

std::size_t at(index_t i) { return static_cast<std::size_t>(i); }

/// C += A'B.
void accumulate(const Matrix& A, const Matrix& B, Matrix& C) {
  multiply(1.0, transposed(A), B, 1.0, C.data.data(), C.cols);
}

Matrix absolute(Matrix A) {
  for (double& value : A.data) value = std::abs(value);
  return A;
}

/// Z ~ K^-1 R and v ~ K^-1 1, refined once; empty where K is found not to be positive definite.
Matrix approximate_solution(const SparseSymmetric& K, const Matrix& R, const Team& team) {
  SparseSolver solver(K);
  if (!solver.factorise(K)) return {};
  Matrix right(R.rows, R.cols + 1, 1.0);
  for (index_t i = 0; i < R.rows; ++i) std::copy_n(R.row(i), R.cols, right.row(i));
  Matrix Z = right;
  solver.solve(Z, kTolerance, team);  // where it has not converged, E says so
  Matrix left = product(K, Z);
  for (std::size_t k = 0; k < left.data.size(); ++k) left.data[k] = right.data[k] - left.data[k];
  solver.solve(left, 1e-3, team);
  for (std::size_t k = 0; k < left.data.size(); ++k) Z.data[k] += left.data[k];
  return Z;
}

/// Pairs that touch each line.
Vector pairs_of_lines(const std::vector<Multiplier>& pairs, index_t m) {
  Vector out(at(m), 0.0);
  for (const Multiplier& pair : pairs) {
    out[at(pair.i % m)] += 1.0;
    if (pair.i % m != pair.j % m) out[at(pair.j % m)] += 1.0;
  }
  return out;
}

/// s with K >= diag(s) from (K v)_i >= s_i v_i; empty where a test fails. `count` roundings per term of row i of K v.
Vector lower_diagonal(const SparseSymmetric& K, const SparseSymmetric& size, const Matrix& v, const Vector& count) {
  const Matrix image = product(K, v);
  const Matrix magnitude = product(size, v);
  Vector out(at(v.rows));
  for (index_t i = 0; i < v.rows; ++i) {
    const double lower = image(i, 0) - kInflate * rounding(count[at(i)]) * magnitude(i, 0) - kTiny;
    out[at(i)] = lower / v(i, 0) * (1.0 - 8.0 * kUnit);
    if (!(v(i, 0) >= 1.0 / kLargest && v(i, 0) <= kLargest && out[at(i)] >= kLeast && std::isfinite(out[at(i)])))
      return {};
  }
  return out;
}

/// Rows first .. first + count of A.
Matrix rows_of(const Matrix& A, index_t first, index_t count) {
  Matrix out(count, A.cols);
  std::copy_n(A.row(first), count * A.cols, out.data.begin());
  return out;
}

void symmetrise(Matrix& A) {
  for (index_t i = 0; i < A.rows; ++i)
    for (index_t j = 0; j < i; ++j) A(i, j) = A(j, i) = 0.5 * (A(i, j) + A(j, i));
}

}  // namespace

/// [N_au, G_a/2] and D = [N_uu + gamma/2 I, G_u/2; G_u'/2, gamma/2 I].
struct SparseProof::Blocks {
  SparseSymmetric K;
  Matrix R, D;

  Blocks(SparseForm form, const Matrix& G, double gamma) : K(std::move(form.K)) {
    const index_t m = form.R.rows;
    const index_t d = form.R.cols;
    const index_t c = G.cols;
    R = Matrix(m, d + c);
    D = Matrix(d + c, d + c);
    for (index_t i = 0; i < m; ++i) {
      std::copy_n(form.R.row(i), d, R.row(i));
      for (index_t j = 0; j < c; ++j) R(i, d + j) = 0.5 * G(i, j);
    }
    for (index_t i = 0; i < d; ++i) {
      std::copy_n(form.U.row(i), d, D.row(i));
      for (index_t j = 0; j < c; ++j) D(i, d + j) = D(d + j, i) = 0.5 * G(m + i, j);
    }
    for (index_t i = 0; i < d + c; ++i) D(i, i) += 0.5 * gamma;
  }
};

SparseProof::SparseProof(const ScaledCertificate& s, const Team& team) : d_(s.X.cols), c_(s.G.cols), gamma_(s.gamma) {
  const Blocks N(sparse_form(s.X, s.pairs), s.G, s.gamma);
  solution_ = approximate_solution(N.K, N.R, team);
  evaluate(s, N, {sparse_form_magnitude(s.X, s.pairs), absolute(s.G), s.gamma});
}

SparseProof::SparseProof(const ScaledCertificate& s, const Matrix& solution)
    : d_(s.X.cols), c_(s.G.cols), gamma_(s.gamma), solution_(solution) {
  evaluate(s, {sparse_form(s.X, s.pairs), s.G, s.gamma}, {sparse_form_magnitude(s.X, s.pairs), absolute(s.G), s.gamma});
}

void SparseProof::evaluate(const ScaledCertificate& s, const Blocks& N, const Blocks& size) {
  const index_t m = s.X.rows;
  const index_t k = d_ + c_;
  if (solution_.rows != m || solution_.cols != k + 1) return;
  Matrix Z(m, k);
  Matrix v(m, 1);
  for (index_t i = 0; i < m; ++i) {
    std::copy_n(solution_.row(i), k, Z.row(i));
    v(i, 0) = solution_(i, k);
  }
  if (!std::all_of(Z.data.begin(), Z.data.end(), [](double z) { return std::abs(z) <= kLargest; })) return;

  Vector count = pairs_of_lines(s.pairs, m);
  const double most = count.empty() ? 0.0 : *std::max_element(count.begin(), count.end());
  for (double& value : count) value = kRoom * (2.0 * value + 16.0);
  const Vector lower = lower_diagonal(N.K, size.K, v, count);
  if (lower.empty() && m > 0) return;

  Matrix E = product(N.K, Z);
  Matrix E_error = product(size.K, absolute(Z));
  for (index_t i = 0; i < m; ++i)
    for (index_t j = 0; j < k; ++j) {
      E(i, j) = N.R(i, j) - E(i, j);
      E_error(i, j) = kInflate * rounding(count[at(i)]) * (size.R(i, j) + E_error(i, j)) + kTiny;
    }
  Matrix H(k, k);         // R'Z + Z'E
  Matrix terms = size.D;  // and its terms, with those of D
  Matrix taken(k, k);     // |Z|'e + (|E| + e)'diag(s)^-1 (|E| + e)
  for (index_t first = 0; first < m; first += kBlock) {
    const index_t rows = std::min(kBlock, m - first);
    const Matrix z = rows_of(Z, first, rows);
    const Matrix e = rows_of(E, first, rows);
    const Matrix z_size = absolute(z);
    accumulate(rows_of(N.R, first, rows), z, H);
    accumulate(z, e, H);
    accumulate(rows_of(size.R, first, rows), z_size, terms);
    accumulate(z_size, absolute(e), terms);
    Matrix error = rows_of(E_error, first, rows);
    accumulate(z_size, error, taken);
    Matrix over = error;
    for (index_t i = 0; i < rows; ++i)
      for (index_t j = 0; j < k; ++j) {
        error(i, j) += std::abs(e(i, j));
        over(i, j) = error(i, j) / lower[at(first + i)];
      }
    accumulate(error, over, taken);
  }
  symmetrise(H);
  symmetrise(terms);
  symmetrise(taken);
  const double roundings = kRoom * (static_cast<double>(m) + 2.0 * most + static_cast<double>(k) + 24.0);
  C_ = N.D;
  error_ = std::move(taken);
  for (std::size_t l = 0; l < C_.data.size(); ++l) {
    C_.data[l] -= H.data[l];
    error_.data[l] = kInflate * (error_.data[l] + rounding(roundings) * terms.data[l]);
  }
  symmetrise(C_);
  usable_ = all_finite(C_.data) && all_finite(error_.data);
}

/// C and its error with the columns of v times `scale`, but for gamma/2 I.
Matrix SparseProof::at_scale(double scale, Matrix& error) const {
  Matrix out = C_;
  error = error_;
  for (index_t i = 0; i < d_ + c_; ++i)
    for (index_t j = 0; j < d_ + c_; ++j) {
      const double factor = (i < d_ ? 1.0 : scale) * (j < d_ ? 1.0 : scale);
      const double own = i == j && i >= d_ ? 0.5 * gamma_ : 0.0;
      if (factor != 1.0) out(i, j) = (out(i, j) - own) * factor + own;
      error(i, j) *= factor;
    }
  return out;
}

bool SparseProof::proves(double scale) const {
  if (!usable_) return false;
  const index_t order = d_ + c_;
  Matrix error;
  Matrix C = at_scale(scale, error);
  Vector weight(at(order));
  for (index_t i = 0; i < order; ++i) {
    if (!(C(i, i) > 0.0)) return false;
    weight[at(i)] = std::ldexp(1.0, -static_cast<int>(std::lround(0.5 * std::log2(C(i, i)))));
    if (!(weight[at(i)] <= kLargestScale && weight[at(i)] >= 1.0 / kLargestScale)) return false;
  }
  double trace = 0.0;
  Vector sum(at(order), 0.0);
  for (index_t i = 0; i < order; ++i) {
    for (index_t j = 0; j < order; ++j) {
      C(i, j) *= weight[at(i)] * weight[at(j)];
      sum[at(i)] += weight[at(i)] * error(i, j) * weight[at(j)];
    }
    trace += C(i, i);
  }
  const double shift = rounding(kCholesky * static_cast<double>(order + 8)) * trace + kUnderflow;
  for (index_t i = 0; i < order; ++i) C(i, i) -= shift + kInflate * sum[at(i)];
  return cholesky(C.data.data(), order);
}

/// ½ gamma I - s^2 (F + B'A^-1 B) >= 0 for C = [A, s B; ., ½ gamma I - s^2 F].
double SparseProof::largest_scale() const {
  if (!usable_) return 0.0;
  Matrix A(d_, d_);
  Matrix B(d_, c_);
  Matrix F(c_, c_);
  for (index_t i = 0; i < d_; ++i) {
    for (index_t j = 0; j < d_; ++j) A(i, j) = C_(i, j);
    for (index_t j = 0; j < d_; ++j) A(i, i) -= error_(i, j);
    for (index_t j = 0; j < c_; ++j) B(i, j) = C_(i, d_ + j);
  }
  for (index_t i = 0; i < c_; ++i)
    for (index_t j = 0; j < c_; ++j) F(i, j) = (i == j ? 0.5 * gamma_ : 0.0) - C_(d_ + i, d_ + j);
  if (!cholesky(A.data.data(), d_)) return 0.0;
  if (c_ == 0) return std::numeric_limits<double>::max();
  solve_lower(A.data.data(), d_, B.data.data(), c_);
  accumulate(B, B, F);
  Vector values;
  if (!eigenvalues(F, values)) return 0.0;
  if (!(values.back() > 0.0)) return std::numeric_limits<double>::max();
  const double scale = std::sqrt(0.5 * gamma_ / values.back());
  // Where G is small beside gamma the scale is large and F hardly more than rounding: then much less will do.
  for (double less = 1e-15; less < 1.0; less *= 4.0)
    if (proves(scale * (1.0 - less))) return scale * (1.0 - less);
  return 0.0;
}

}  // namespace burelu
