// Accelerated proximal gradient with a projection onto each cone.
#include "study/convex_relu.hpp"

#include <cblas.h>

#include <algorithm>
#include <cmath>

#include "linalg/clock.hpp"

namespace burelu::study {
namespace {

constexpr int kPowerSteps = 100;  // for the largest eigenvalue
constexpr double kSafety = 1.02;  // power iterations end below it
constexpr int kAsk = 50;          // iterations between questions whether to go on

/// The variables of one output, P x 2 blocks of d: v_i at 2i, w_i at 2i + 1.
class Programme {
 public:
  Programme(const Matrix& X, const Patterns& patterns) : X_(X), patterns_(patterns) {
    masked_ = Matrix(X.rows, static_cast<index_t>(patterns.list.size()) * X.cols);
    for (index_t i = 0; i < X.rows; ++i)
      for (std::size_t p = 0; p < patterns.list.size(); ++p)
        for (index_t k = 0; k < X.cols && patterns.list[p].active(i); ++k)
          masked_(i, static_cast<index_t>(p) * X.cols + k) = X(i, k);
    lipschitz_ = 2.0 * largest_eigenvalue();
  }

  std::size_t size() const { return 2 * static_cast<std::size_t>(masked_.cols); }
  double lipschitz() const { return lipschitz_; }

  /// Gradient of 1/2 ||sum_i D_i X (v_i - w_i) - y||^2.
  void gradient(const std::vector<double>& z, const std::vector<double>& y, std::vector<double>& out) const {
    const int n = static_cast<int>(masked_.rows);
    const int m = static_cast<int>(masked_.cols);
    const auto d = static_cast<std::size_t>(X_.cols);
    std::vector<double> difference(static_cast<std::size_t>(m));
    std::vector<double> residual = y;
    for (std::size_t i = 0; i < difference.size(); ++i) difference[i] = z[at(i, 0, d)] - z[at(i, 1, d)];
    cblas_dgemv(CblasRowMajor, CblasNoTrans, n, m, 1.0, masked_.data.data(), m, difference.data(), 1, -1.0,
                residual.data(), 1);
    cblas_dgemv(CblasRowMajor, CblasTrans, n, m, 1.0, masked_.data.data(), m, residual.data(), 1, 0.0,
                difference.data(), 1);
    for (std::size_t i = 0; i < difference.size(); ++i) {
      out[at(i, 0, d)] = difference[i];
      out[at(i, 1, d)] = -difference[i];
    }
  }

  /// prox of t ||.|| + [. in K] for every block: project on the cone, then shorten by t.
  void prox(std::vector<double>& z, double t) const {
    const auto d = static_cast<std::size_t>(X_.cols);
    for (std::size_t block = 0; block * d < z.size(); ++block) {
      double* u = z.data() + block * d;
      patterns_.list[block / 2].project(u);
      const double length = cblas_dnrm2(static_cast<int>(d), u, 1);
      const double keep = length > t ? 1.0 - t / length : 0.0;
      for (std::size_t k = 0; k < d; ++k) u[k] *= keep;
    }
  }

 private:
  static std::size_t at(std::size_t i, std::size_t sign, std::size_t d) { return i / d * 2 * d + sign * d + i % d; }

  double largest_eigenvalue() const {  // of masked masked'
    const int n = static_cast<int>(masked_.rows);
    const int m = static_cast<int>(masked_.cols);
    std::vector<double> x(static_cast<std::size_t>(n), 1.0);
    std::vector<double> w(static_cast<std::size_t>(m));
    double value = 0.0;
    for (int step = 0; step < kPowerSteps; ++step) {
      const double length = cblas_dnrm2(n, x.data(), 1);
      if (!(length > 0.0)) break;
      cblas_dscal(n, 1.0 / length, x.data(), 1);
      cblas_dgemv(CblasRowMajor, CblasTrans, n, m, 1.0, masked_.data.data(), m, x.data(), 1, 0.0, w.data(), 1);
      value = cblas_ddot(m, w.data(), 1, w.data(), 1);
      cblas_dgemv(CblasRowMajor, CblasNoTrans, n, m, 1.0, masked_.data.data(), m, w.data(), 1, 0.0, x.data(), 1);
    }
    return kSafety * value;
  }

  const Matrix& X_;
  const Patterns& patterns_;
  Matrix masked_;  // [D_1 X ... D_P X], n x Pd
  double lipschitz_ = 0.0;
};

/// FISTA (Beck and Teboulle, 2009) with restarts by the gradient's sign (O'Donoghue and Candes, 2015).
std::vector<double> solve_output(const Programme& programme, const std::vector<double>& y, double gamma,
                                 const ConvexReluPlan& plan, double deadline, const Clock& clock,
                                 const KeepGoing& keep_going) {
  std::vector<double> z(programme.size(), 0.0);
  std::vector<double> ahead = z;
  std::vector<double> gradient(z.size());
  double momentum = 1.0;
  const double step = programme.lipschitz() > 0.0 ? 1.0 / programme.lipschitz() : 0.0;
  for (int iteration = 0; iteration < plan.iterations && clock.seconds() < deadline; ++iteration) {
    if (iteration % kAsk == 0 && keep_going && !keep_going()) throw Interrupted();
    programme.gradient(ahead, y, gradient);
    std::vector<double> next = ahead;
    for (std::size_t i = 0; i < next.size(); ++i) next[i] -= step * gradient[i];
    programme.prox(next, step * gamma);
    double uphill = 0.0;
    double change = 0.0;
    double size = 0.0;
    for (std::size_t i = 0; i < next.size(); ++i) {
      const double move = next[i] - z[i];
      uphill += (ahead[i] - next[i]) * move;
      change += move * move;
      size += next[i] * next[i];
    }
    const double grown = uphill > 0.0 ? 1.0 : 0.5 * (1.0 + std::sqrt(1.0 + 4.0 * momentum * momentum));
    const double beta = uphill > 0.0 ? 0.0 : (momentum - 1.0) / grown;
    momentum = grown;
    for (std::size_t i = 0; i < next.size(); ++i) ahead[i] = next[i] + beta * (next[i] - z[i]);
    z = std::move(next);
    if (change <= plan.tolerance * plan.tolerance * size) break;
  }
  return z;
}

}  // namespace

Network train_convex_relu(const Problem& problem, const Patterns& patterns, const ConvexReluPlan& plan,
                          const KeepGoing& keep_going) {
  const Clock clock;
  const Matrix X = dense(problem.X);
  const index_t d = X.cols;
  const index_t c = problem.Y.cols;
  const Programme programme(X, patterns);
  std::vector<std::vector<double>> columns;  // (u, v) of every neuron
  for (index_t output = 0; output < c; ++output) {
    std::vector<double> y;
    for (index_t i = 0; i < X.rows; ++i) y.push_back(problem.Y(i, output));
    const double deadline = plan.seconds * static_cast<double>(output + 1) / static_cast<double>(c);
    const std::vector<double> z = solve_output(programme, y, problem.gamma, plan, deadline, clock, keep_going);
    for (std::size_t at = 0; at < z.size(); at += static_cast<std::size_t>(d)) {
      std::vector<double> column(z.begin() + static_cast<std::ptrdiff_t>(at),
                                 z.begin() + static_cast<std::ptrdiff_t>(at) + d);
      if (std::all_of(column.begin(), column.end(), [](double x) { return x == 0.0; })) continue;
      column.resize(static_cast<std::size_t>(d + c), 0.0);
      column[static_cast<std::size_t>(d + output)] = at / static_cast<std::size_t>(d) % 2 == 0 ? 1.0 : -1.0;
      columns.push_back(std::move(column));
    }
  }
  const auto width = static_cast<index_t>(columns.size());
  Network network{Matrix(d, width), Matrix(c, width)};
  for (index_t j = 0; j < width; ++j)
    for (index_t i = 0; i < d + c; ++i)
      (i < d ? network.U(i, j) : network.V(i - d, j)) =
          columns[static_cast<std::size_t>(j)][static_cast<std::size_t>(i)];
  return balanced(network);
}

}  // namespace burelu::study
