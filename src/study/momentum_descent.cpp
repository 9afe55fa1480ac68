#include "study/momentum_descent.hpp"

#include <cblas.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "linalg/dense.hpp"
#include "linalg/random.hpp"

namespace burelu::study {
namespace {

constexpr double kImprovement = 1e-4;  // relative, of PyTorch's ReduceLROnPlateau
constexpr int kPowerSteps = 30;        // the estimate of a norm need not be sharp

Matrix dense(const MatrixView& view) {
  Matrix out(view.rows, view.cols);
  for (index_t i = 0; i < view.rows; ++i)
    for (index_t j = 0; j < view.cols; ++j) out(i, j) = view(i, j);
  return out;
}

double square_sum(const Matrix& M) {
  return cblas_ddot(static_cast<blasint>(M.data.size()), M.data.data(), 1, M.data.data(), 1);
}

// ||M||_2^2 by power iteration on M'M.
double spectral_square(const Matrix& M) {
  Matrix v(M.cols, 1, 1.0);
  Matrix Mv(M.rows, 1);
  double value = 0.0;
  for (int step = 0; step < kPowerSteps; ++step) {
    const double size = std::sqrt(square_sum(v));
    if (size == 0.0) return 0.0;
    for (double& entry : v.data) entry /= size;
    multiply(1.0, M, v, 0.0, Mv.data.data(), Mv.cols);
    value = square_sum(Mv);
    multiply(1.0, transposed(M), Mv, 0.0, v.data.data(), v.cols);
  }
  return value;
}

// The objective, its gradient and the heavy ball.
class Descent {
 public:
  Descent(const Problem& problem, const Network& start, double momentum)
      : X_(dense(problem.X)),
        Y_(dense(problem.Y)),
        gamma_(problem.gamma),
        momentum_(momentum),
        network_(start),
        speed_{Matrix(start.U.rows, start.U.cols), Matrix(start.V.rows, start.V.cols)},
        gradient_(speed_),
        hidden_(X_.rows, start.width()),
        residual_(Y_.rows, Y_.cols),
        back_(X_.rows, start.width()) {}

  const Network& network() const { return network_; }

  /// The objective of the current network; the gradient is ready for `step`.
  double evaluate() {
    multiply(1.0, X_, network_.U, 0.0, hidden_.data.data(), hidden_.cols);
    for (double& h : hidden_.data) h = std::max(h, 0.0);
    residual_ = Y_;
    for (double& y : residual_.data) y = -y;
    multiply(1.0, hidden_, transposed(network_.V), 1.0, residual_.data.data(), residual_.cols);
    multiply(1.0, transposed(residual_), hidden_, 0.0, gradient_.V.data.data(), gradient_.V.cols);
    multiply(1.0, residual_, network_.V, 0.0, back_.data.data(), back_.cols);
    for (std::size_t i = 0; i < back_.data.size(); ++i)
      if (hidden_.data[i] <= 0.0) back_.data[i] = 0.0;
    multiply(1.0, transposed(X_), back_, 0.0, gradient_.U.data.data(), gradient_.U.cols);
    return 0.5 * square_sum(residual_) + 0.5 * gamma_ * (square_sum(network_.U) + square_sum(network_.V));
  }

  void step(double rate) {
    step(rate, network_.U, gradient_.U, speed_.U);
    step(rate, network_.V, gradient_.V, speed_.V);
  }

 private:
  // s <- m s + gradient + gamma w, w <- w - rate s
  void step(double rate, Matrix& weights, const Matrix& gradient, Matrix& speed) const {
    for (std::size_t i = 0; i < weights.data.size(); ++i) {
      speed.data[i] = momentum_ * speed.data[i] + gradient.data[i] + gamma_ * weights.data[i];
      weights.data[i] -= rate * speed.data[i];
    }
  }

  Matrix X_, Y_;
  double gamma_, momentum_;
  Network network_, speed_, gradient_;
  Matrix hidden_, residual_, back_;
};

// Halves the rate when the objective has not improved for longer than `patience` looks.
class Plateau {
 public:
  explicit Plateau(const MomentumOptions& options) : patience_(options.patience), rate_(options.learning_rate) {}
  double rate() const { return rate_; }

  void look(double objective) {
    if (objective < best_ * (1.0 - kImprovement)) {
      best_ = objective;
      bad_looks_ = 0;
      return;
    }
    if (++bad_looks_ <= patience_) return;
    rate_ *= 0.5;
    bad_looks_ = 0;
  }

 private:
  int patience_;
  double rate_;
  double best_ = std::numeric_limits<double>::infinity();
  int bad_looks_ = 0;
};

}  // namespace

Network uniform_network(index_t features, index_t outputs, index_t width, std::uint64_t seed) {
  Random random(seed);
  Network out{Matrix(features, width), Matrix(outputs, width)};
  const auto fill = [&random](Matrix& M, index_t fan_in) {
    for (double& value : M.data) value = (2.0 * random.uniform() - 1.0) / std::sqrt(static_cast<double>(fan_in));
  };
  fill(out.U, features);
  fill(out.V, width);
  return out;
}

double curvature(const Problem& problem, const Network& network) {
  const Matrix X = dense(problem.X);
  Matrix hidden(X.rows, network.width());
  multiply(1.0, X, network.U, 0.0, hidden.data.data(), hidden.cols);
  for (double& h : hidden.data) h = std::max(h, 0.0);
  return spectral_square(X) * spectral_square(network.V) + spectral_square(hidden) + problem.gamma;
}

Descended descend_with_momentum(const Problem& problem, const Network& start, const MomentumOptions& options,
                                const EpochVisitor& visit) {
  Descent descent(problem, start, options.momentum);
  Plateau plateau(options);
  double objective = descent.evaluate();
  const double limit = options.diverged * objective;
  for (int epoch = 1; epoch <= options.epochs; ++epoch) {
    descent.step(plateau.rate());
    objective = descent.evaluate();
    if (!(objective <= limit)) return {start, std::numeric_limits<double>::infinity()};
    if (epoch % options.look_every == 0) plateau.look(objective);
    if (visit && epoch % options.visit_every == 0) visit(epoch, descent.network());
  }
  return {descent.network(), objective};
}

}  // namespace burelu::study
