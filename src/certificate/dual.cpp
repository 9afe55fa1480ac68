// Multiplicative dual ascent for W, see dual.hpp.
#include "certificate/dual.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "linalg/dense.hpp"

namespace burelu {
namespace {

constexpr int kMaxSteps = 100;
constexpr double kGap = 1e-8;  // relative gap at which W is good enough: far below what the multipliers allow

std::size_t at(index_t i) { return static_cast<std::size_t>(i); }

/// A = Q diag(values) Q' with eigenvectors in the columns of Q, ascending; negative eigenvalues become 0.
struct Eigen {
  std::vector<double> values;
  Matrix Q;

  explicit Eigen(Matrix A) {
    if (!eigen(A, values)) values.assign(at(A.rows), std::numeric_limits<double>::quiet_NaN());
    for (double& value : values) value = std::max(value, 0.0);
    Q = Matrix(A.rows, A.rows);  // A has them in rows
    for (index_t i = 0; i < A.rows; ++i)
      for (index_t j = 0; j < A.rows; ++j) Q(i, j) = A(j, i);
  }

  template <class Function>
  Matrix apply(Function f) const {
    Matrix scaled = Q;
    for (index_t i = 0; i < Q.rows; ++i)
      for (index_t j = 0; j < Q.cols; ++j) scaled(i, j) *= f(values[at(j)]);
    return product(scaled, transposed(Q));
  }
};

/// The next Lambda, M = W'GW / 2 gamma in the eigenvectors of Lambda. (Lambda M Lambda)^1/2 minimises the majorant, so
/// phi never rises; quick: Lambda^1/2 M^1/2 Lambda^1/2, the same where they commute, and mostly the longer step.
Matrix next(const Eigen& lambda, const Eigen& m, bool quick) {
  Matrix middle = m.apply([quick](double mu) { return quick ? std::sqrt(mu) : mu; });
  const auto side = [&](index_t i) { return quick ? std::sqrt(lambda.values[at(i)]) : lambda.values[at(i)]; };
  for (index_t i = 0; i < middle.rows; ++i)
    for (index_t j = 0; j < middle.cols; ++j) middle(i, j) *= side(i) * side(j);
  if (!quick) middle = Eigen(std::move(middle)).apply([](double mu) { return std::sqrt(mu); });
  return product(product(lambda.Q, middle), transposed(lambda.Q));
}

Matrix identity(index_t size, double value) {
  Matrix out(size, size);
  for (index_t i = 0; i < size; ++i) out(i, i) = value;
  return out;
}

}  // namespace

double dual_value(const Matrix& W, const Matrix& Y) {
  double value = 0.0;
  for (std::size_t i = 0; i < W.data.size(); ++i) value -= W.data[i] * (Y.data[i] + 0.5 * W.data[i]);
  return value;
}

BestDual best_dual(Matrix G, const Matrix& Y, double gamma, double target, Matrix& Lambda, const Stop* stop) {
  const index_t k = Y.rows;
  const index_t c = Y.cols;
  const Eigen g(std::move(G));
  const Matrix Yg = product(transposed(g.Q), Y);  // rows y_i in the eigenvectors of G
  if (Lambda.rows != c || Lambda.cols != c) Lambda = identity(c, 1.0);

  double best = -std::numeric_limits<double>::infinity();
  double lowest = std::numeric_limits<double>::infinity();
  Matrix best_W(k, c);
  for (int step = 0; step < kMaxSteps; ++step) {
    const Eigen lambda(Lambda);
    const Matrix Yr = product(Yg, lambda.Q);  // rows y_i in the eigenvectors of Lambda
    Matrix W(k, c);
    Matrix rooted(k, c);  // G^1/2 W
    double phi = 0.0;
    for (index_t i = 0; i < k; ++i)
      for (index_t j = 0; j < c; ++j) {
        const double damping = 1.0 / (1.0 + g.values[at(i)] * lambda.values[at(j)]);
        W(i, j) = -Yr(i, j) * damping;
        rooted(i, j) = std::sqrt(0.5 * g.values[at(i)] / gamma) * W(i, j);
        phi += 0.5 * Yr(i, j) * Yr(i, j) * damping;
      }
    for (const double value : lambda.values) phi += gamma * value;
    if (phi <= target) break;

    const Eigen m(product(transposed(rooted), rooted));  // W'GW / 2 gamma
    const Matrix clipped = product(W, m.apply([](double mu) { return mu > 1.0 ? 1.0 / std::sqrt(mu) : 1.0; }));
    const double value = dual_value(clipped, Yr);
    if (value > best) {
      best = value;
      best_W = product(clipped, transposed(lambda.Q));
    }
    if (!(phi - best > kGap * std::abs(best)) || due(stop)) break;

    const bool quick = phi < lowest;
    lowest = std::min(lowest, phi);
    Lambda = next(lambda, m, quick);
  }
  if (best <= target) return {best, {}};
  return {best, product(g.Q, best_W)};
}

}  // namespace burelu
