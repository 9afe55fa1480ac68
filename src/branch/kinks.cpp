// Why mu(W) <= unit t + eta, where Phi(y) <= t ||By|| is proven on the cube. p is the projection of a unit vector u on
// the range of B, so p = By for some y:
//   |(x_i'u)_+ - (r x_k'u)_+| <= ||x_i - r x_k||                  rows are taken for multiples of their representative
//   |x_k'u - x_k'p| <= dist(x_k, range B) <= ||x_k - B z||         for any z; the range may lack directions
// and ||p|| <= 1. All of it is paid for with ||w_i||, whatever B is. Phi's own roundings are `slack`.
#include "branch/kinks.hpp"

#include <algorithm>
#include <cmath>

#include "linalg/dense.hpp"

namespace burelu {
namespace {

constexpr double kUnit = 0x1p-53;
constexpr double kInflate = 1.0 + 1e-7;  // of sums of norms, for their own roundings
constexpr double kTiny = 1e-280;         // what underflow can do to data of size one
constexpr double kFlattest = 1e-12;      // of the largest eigenvalue: singular values that B does not stretch further

double rounding(double k) { return 1.0001 * k * kUnit; }

double norm(const double* x, index_t size) {  // in units of its largest entry: squares of small ones would vanish
  double largest = 0.0;
  for (index_t j = 0; j < size; ++j) largest = std::max(largest, std::abs(x[j]));
  if (!(largest > 0.0) || !std::isfinite(largest)) return largest;
  const int power = std::ilogb(largest);
  double sum = 0.0;
  for (index_t j = 0; j < size; ++j) {
    const double entry = std::ldexp(x[j], -power);
    sum += entry * entry;
  }
  return std::ldexp(std::sqrt(sum), power);
}

int power_near(double value) { return value > 0.0 ? std::ilogb(value) : 0; }

Matrix scaled_rows(const MatrixView& M, int power) {
  Matrix out(M.rows, M.cols);
  for (index_t i = 0; i < M.rows; ++i)
    for (index_t j = 0; j < M.cols; ++j) out(i, j) = std::ldexp(M(i, j), -power);
  return out;
}

double mean_norm(const MatrixView& M) {
  double sum = 0.0;
  for (index_t i = 0; i < M.rows; ++i) {
    double largest = 0.0;
    for (index_t j = 0; j < M.cols; ++j) largest = std::max(largest, std::abs(M(i, j)));
    sum += largest;
  }
  return M.rows > 0 ? sum / static_cast<double>(M.rows) : 0.0;
}

// B = V Q diag(lambda)^(-1/2) and the coordinates Z = X V Q diag(lambda)^(1/2) that bring rows of X back.
struct Preconditioner {
  Matrix B;
  Matrix back;  // d x D: z = back x
};

Preconditioner preconditioner(const Matrix& X, const Matrix& V) {
  const index_t d = V.cols;
  const index_t D = V.rows;
  Matrix C(d, d);
  std::vector<double> row(static_cast<std::size_t>(d));
  for (index_t i = 0; i < X.rows; ++i) {
    for (index_t a = 0; a < d; ++a) {
      double sum = 0.0;
      for (index_t j = 0; j < D; ++j) sum += X(i, j) * V(j, a);
      row[static_cast<std::size_t>(a)] = sum;
    }
    for (index_t a = 0; a < d; ++a)
      for (index_t b = 0; b <= a; ++b) C(a, b) += row[static_cast<std::size_t>(a)] * row[static_cast<std::size_t>(b)];
  }
  for (index_t a = 0; a < d; ++a)
    for (index_t b = 0; b < a; ++b) C(b, a) = C(a, b);
  std::vector<double> lambda;
  require_decomposition(eigen(C, lambda), "the eigenvalues of X'X");
  double mean = 0.0;
  const double least = kFlattest * std::max(lambda.back(), 1e-200);
  for (double& value : lambda) {
    value = std::max(value, least);
    mean += value / static_cast<double>(d);
  }
  Preconditioner out{Matrix(D, d), Matrix(d, D)};
  for (index_t a = 0; a < d; ++a) {
    const double stretch = std::sqrt(mean / lambda[static_cast<std::size_t>(a)]);
    for (index_t j = 0; j < D; ++j) {
      double sum = 0.0;
      for (index_t b = 0; b < d; ++b) sum += V(j, b) * C(a, b);
      out.B(j, a) = sum * stretch;
      out.back(a, j) = sum / stretch;
    }
  }
  return out;
}

// Presolve's basis as columns; all coordinates where it has none.
Matrix row_space(const Matrix& basis, index_t D) {
  const bool all = basis.cols == 0;
  Matrix V(D, all ? D : basis.rows);
  for (index_t j = 0; j < D; ++j)
    for (index_t a = 0; a < V.cols; ++a) V(j, a) = all ? (a == j ? 1.0 : 0.0) : basis(a, j);
  return V;
}

class Builder {
 public:
  Builder(const MatrixView& X, const Presolved& reduced, const Matrix& W)
      : reduced_(reduced),
        x_power_(power_near(mean_norm(X))),
        w_power_(power_near(mean_norm(W))),
        X_(scaled_rows(X, x_power_)),
        W_(scaled_rows(W, w_power_)),
        lines_(static_cast<index_t>(reduced.representatives.size())),
        positive_(lines_, W.cols),
        negative_(lines_, W.cols),
        weight_(static_cast<std::size_t>(lines_), 0.0) {}

  Kinks build() {
    const index_t D = X_.cols;
    Matrix rows(lines_, D);
    for (index_t k = 0; k < lines_; ++k) std::copy_n(X_.row(representative(k)), D, rows.row(k));
    const Preconditioner p = preconditioner(rows, row_space(reduced_.basis, D));
    out_.count = lines_;
    out_.dims = p.B.cols;
    out_.outputs = W_.cols;
    out_.basis = p.B;
    out_.unit = std::ldexp(1.0, x_power_ + w_power_);
    collapse();
    for (index_t k = 0; k < lines_; ++k) eta_ += weight_[static_cast<std::size_t>(k)] * distance(rows.row(k), p);
    fill(rows);
    fill_metric();
    out_.eta = out_.unit * (kInflate * eta_ + kTiny);
    out_.largest = out_.unit * (kInflate * largest_ + kTiny);
    return std::move(out_);
  }

 private:
  index_t representative(index_t k) const { return reduced_.representatives[static_cast<std::size_t>(k)]; }

  // w+-_k = sum |r_i| w_i, and what merging and its roundings can hide.
  void collapse() {
    const index_t D = X_.cols;
    std::vector<double> e(static_cast<std::size_t>(D));
    for (index_t i = 0; i < X_.rows; ++i) {
      const auto line = reduced_.line[static_cast<std::size_t>(i)];
      const double size = norm(W_.row(i), W_.cols);
      largest_ += size * norm(X_.row(i), D);
      if (line < 0) {
        eta_ += size * norm(X_.row(i), D);
        continue;
      }
      const double r = reduced_.ratio[static_cast<std::size_t>(i)];
      const double* from = X_.row(representative(line));
      for (index_t j = 0; j < D; ++j) e[static_cast<std::size_t>(j)] = std::fma(-r, from[j], X_(i, j));
      const double length = norm(from, D);
      eta_ += size * norm(e.data(), D) + rounding(static_cast<double>(X_.rows) + 2.0) * std::abs(r) * size * length;
      weight_[static_cast<std::size_t>(line)] += std::abs(r) * size;
      double* side = r > 0.0 ? positive_.row(line) : negative_.row(line);
      for (index_t j = 0; j < W_.cols; ++j) side[j] += std::abs(r) * W_(i, j);
    }
  }

  double distance(const double* x, const Preconditioner& p) const {
    const index_t D = X_.cols;
    std::vector<double> rest(x, x + D);
    double magnitude = 0.0;
    for (index_t a = 0; a < p.B.cols; ++a) {
      double z = 0.0;
      for (index_t j = 0; j < D; ++j) z += p.back(a, j) * x[j];
      for (index_t j = 0; j < D; ++j) {
        rest[static_cast<std::size_t>(j)] -= p.B(j, a) * z;
        magnitude += std::abs(p.B(j, a) * z);
      }
    }
    return norm(rest.data(), D) + rounding(static_cast<double>(p.B.cols) + 2.0) * (magnitude + norm(x, D));
  }

  // x_k = B'x, g = w+ + w-, L = -sum w- x_k', with the sum of all |terms| of Phi over the cube.
  void fill(const Matrix& rows) {
    const index_t d = out_.dims;
    const index_t c = out_.outputs;
    const index_t D = X_.cols;
    out_.x.assign(static_cast<std::size_t>(d * lines_), 0.0);
    out_.g.assign(static_cast<std::size_t>(c * lines_), 0.0);
    out_.linear.assign(static_cast<std::size_t>(c * d), 0.0);
    double magnitude = 0.0;
    for (index_t k = 0; k < lines_; ++k) {
      double terms = 0.0;
      for (index_t a = 0; a < d; ++a) {
        double sum = 0.0;
        for (index_t j = 0; j < D; ++j) {
          sum += out_.basis(j, a) * rows(k, j);
          terms += std::abs(out_.basis(j, a) * rows(k, j));
        }
        out_.x[static_cast<std::size_t>(a * lines_ + k)] = sum;
        for (index_t z = 0; z < c; ++z) out_.linear[static_cast<std::size_t>(z * d + a)] -= negative_(k, z) * sum;
      }
      for (index_t z = 0; z < c; ++z)
        out_.g[static_cast<std::size_t>(z * lines_ + k)] = positive_(k, z) + negative_(k, z);
      magnitude += terms * weight_[static_cast<std::size_t>(k)];
    }
    const auto roundings = static_cast<double>(lines_ + D + 4 * d + 4 * c) + 80.0;
    out_.slack = kInflate * rounding(8.0 * roundings) * magnitude + kTiny;
  }

  void fill_metric() {
    const index_t d = out_.dims;
    out_.metric.assign(static_cast<std::size_t>(d * d), 0.0);
    for (index_t a = 0; a < d; ++a)
      for (index_t b = 0; b < d; ++b) {
        double sum = 0.0;
        for (index_t j = 0; j < out_.basis.rows; ++j) sum += out_.basis(j, a) * out_.basis(j, b);
        out_.metric[static_cast<std::size_t>(a * d + b)] = sum;
      }
    // |y|'|B|'|B||y| is at most the square of sum_j ||B_j|| |y_j|
    out_.metric_slack = 1.01 * rounding(static_cast<double>(X_.cols) + 4.0);
  }

  const Presolved& reduced_;
  int x_power_, w_power_;
  Matrix X_, W_;
  index_t lines_;
  Matrix positive_, negative_;
  std::vector<double> weight_;  // sum |r_i| ||w_i||
  double eta_ = 0.0;
  double largest_ = 0.0;
  Kinks out_;
};

}  // namespace

Kinks make_kinks(const MatrixView& X, const Presolved& reduced, const Matrix& W) {
  return Builder(X, reduced, W).build();
}

}  // namespace burelu
