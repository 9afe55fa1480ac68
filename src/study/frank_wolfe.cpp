// Atoms, their steps and the dual value.
#include "study/frank_wolfe.hpp"

#include <cblas.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "driver/devices.hpp"
#include "linalg/clock.hpp"
#include "linalg/dense.hpp"
#include "network/polish.hpp"
#include "study/scaled_training.hpp"

namespace burelu::study {
namespace {

constexpr int kCorrections = 100;        // steps of the accelerated method for the output weights, at most
constexpr double kCorrected = 1e-9;      // relative change of the weights that ends them
constexpr int kMemory = 20;              // of L-BFGS
constexpr double kSmoothing = 0.03;      // as for networks that are good already (src/network/extraction.cpp)
constexpr int kPasses = 50;              // evaluations per level of smoothing
constexpr double kRoundingShare = 1e-9;  // of the dual value

double square(const Matrix& M) {
  return cblas_ddot(static_cast<int>(M.data.size()), M.data.data(), 1, M.data.data(), 1);
}

double inner(const Matrix& A, const Matrix& B) {
  return cblas_ddot(static_cast<int>(A.data.size()), A.data.data(), 1, B.data.data(), 1);
}

/// The atoms: activations r_k = (X u_k)_+ as rows of H (k x n), output weights as rows of V (k x c).
struct Atoms {
  std::vector<std::vector<double>> u;
  Matrix H;
  Matrix V;

  index_t count() const { return H.rows; }
  void add(const Matrix& X, const std::vector<double>& direction, const std::vector<double>& weights) {
    u.push_back(direction);
    for (index_t i = 0; i < X.rows; ++i) {
      double value = 0.0;
      for (index_t k = 0; k < X.cols; ++k) value += X(i, k) * direction[static_cast<std::size_t>(k)];
      H.data.push_back(std::max(value, 0.0));
    }
    V.data.insert(V.data.end(), weights.begin(), weights.end());
    ++H.rows;
    ++V.rows;
  }
  void prune() {
    index_t kept = 0;
    for (index_t k = 0; k < count(); ++k) {
      if (cblas_dnrm2(static_cast<int>(V.cols), V.row(k), 1) == 0.0) continue;
      std::copy_n(H.row(k), H.cols, H.row(kept));
      std::copy_n(V.row(k), V.cols, V.row(kept));
      u[static_cast<std::size_t>(kept)] = u[static_cast<std::size_t>(k)];
      ++kept;
    }
    u.resize(static_cast<std::size_t>(kept));
    H.rows = V.rows = kept;
    H.data.resize(static_cast<std::size_t>(kept * H.cols));
    V.data.resize(static_cast<std::size_t>(kept * V.cols));
  }
};

/// R = Y - H'V.
Matrix residual(const Matrix& Y, const Atoms& atoms) {
  Matrix R = Y;
  multiply(-1.0, transposed(atoms.H), atoms.V, 1.0, R.data.data(), R.cols);
  return R;
}

/// min over V of 1/2 ||H'V - Y||^2 + gamma sum_k ||v_k||: accelerated proximal gradient on the Gram matrix, with
/// restarts by the gradient's sign (O'Donoghue and Candes, 2015).
void correct(Atoms& atoms, const Matrix& Y, double gamma) {
  const Matrix G = product(atoms.H, transposed(atoms.H));
  const Matrix B = product(atoms.H, Y);
  double lipschitz = 0.0;  // at most the largest row sum
  for (index_t i = 0; i < G.rows; ++i) {
    double sum = 0.0;
    for (index_t j = 0; j < G.cols; ++j) sum += std::fabs(G(i, j));
    lipschitz = std::max(lipschitz, sum);
  }
  if (!(lipschitz > 0.0)) return;
  Matrix& V = atoms.V;
  Matrix Z = V;
  double momentum = 1.0;
  for (int step = 0; step < kCorrections; ++step) {
    Matrix gradient = product(G, Z);
    double change = 0.0;
    double uphill = 0.0;
    const Matrix before = V;
    for (index_t k = 0; k < V.rows; ++k) {
      double length = 0.0;
      for (index_t j = 0; j < V.cols; ++j) {
        V(k, j) = Z(k, j) - (gradient(k, j) - B(k, j)) / lipschitz;
        length += V(k, j) * V(k, j);
      }
      length = std::sqrt(length);
      const double keep = length > 0.0 ? std::max(1.0 - gamma / lipschitz / length, 0.0) : 0.0;
      for (index_t j = 0; j < V.cols; ++j) {
        V(k, j) *= keep;
        const double move = V(k, j) - before(k, j);
        change += move * move;
        uphill += (Z(k, j) - V(k, j)) * move;
      }
    }
    if (change <= kCorrected * kCorrected * square(V)) return;
    const double next = uphill > 0.0 ? 1.0 : 0.5 * (1.0 + std::sqrt(1.0 + 4.0 * momentum * momentum));
    const double beta = uphill > 0.0 ? 0.0 : (momentum - 1.0) / next;
    momentum = next;
    for (std::size_t i = 0; i < V.data.size(); ++i) Z.data[i] = V.data[i] + beta * (V.data[i] - before.data[i]);
  }
}

Network network_of(const Atoms& atoms, index_t d, index_t c) {
  Network network{Matrix(d, atoms.count()), Matrix(c, atoms.count())};
  for (index_t k = 0; k < atoms.count(); ++k) {
    for (index_t i = 0; i < d; ++i) network.U(i, k) = atoms.u[static_cast<std::size_t>(k)][static_cast<std::size_t>(i)];
    for (index_t j = 0; j < c; ++j) network.V(j, k) = atoms.V(k, j);
  }
  return balanced(network);
}

double total_weight(const Atoms& atoms) {
  double sum = 0.0;
  for (index_t k = 0; k < atoms.count(); ++k) sum += cblas_dnrm2(static_cast<int>(atoms.V.cols), atoms.V.row(k), 1);
  return sum;
}

/// Descent on all weights of the network; its neurons, u of length one, become the atoms.
void descend(Atoms& atoms, const ScaledTraining& training, const Matrix& X) {
  atoms.prune();
  Network network = training.scaled(network_of(atoms, X.cols, atoms.V.cols));
  const auto backend = cpu_device()->training(training.problem(), {kMemory, 1});
  Watch watch({});
  const PolishPlan plan{OutputWeights::free, kSmoothing, kPasses};
  network = balanced(training.unscaled(polish(*backend, training.problem(), network, plan, watch).network));
  Atoms fresh{{}, Matrix(0, X.rows), Matrix(0, atoms.V.cols)};
  for (index_t k = 0; k < network.width(); ++k) {
    std::vector<double> u;
    std::vector<double> v;
    for (index_t i = 0; i < X.cols; ++i) u.push_back(network.U(i, k));
    const double length = cblas_dnrm2(static_cast<int>(u.size()), u.data(), 1);
    for (double& value : u) value /= length;
    for (index_t j = 0; j < network.V.rows; ++j) v.push_back(length * network.V(j, k));
    fresh.add(X, u, v);
  }
  atoms = std::move(fresh);
}

/// g = R'(X u)_+ / || ||.
std::vector<double> output_direction(const Matrix& X, const Matrix& R, const std::vector<double>& u, double scale) {
  std::vector<double> g(static_cast<std::size_t>(R.cols), 0.0);
  for (index_t i = 0; i < X.rows; ++i) {
    double value = 0.0;
    for (index_t k = 0; k < X.cols; ++k) value += X(i, k) * u[static_cast<std::size_t>(k)];
    if (value <= 0.0) continue;
    for (index_t j = 0; j < R.cols; ++j) g[static_cast<std::size_t>(j)] += value * R(i, j);
  }
  const double length = cblas_dnrm2(static_cast<int>(g.size()), g.data(), 1);
  for (double& value : g) value *= length > 0.0 ? scale / length : 0.0;
  return g;
}

/// A step of the plain method: towards `mass` times the new atom, or towards zero where no atom pays, by exact line
/// search. R is updated; the mass in use is sum ||v_k||.
void plain_step(Atoms& atoms, Matrix& R, const Matrix& X, const Matrix& Y, const Steepest& steepest, double gamma,
                double mass, double& used) {
  const double target = steepest.value > gamma ? mass : 0.0;
  const std::vector<double> v = output_direction(X, R, steepest.u, target);
  Atoms single{{}, Matrix(0, X.rows), Matrix(0, Y.cols)};
  single.add(X, steepest.u, v);
  const Matrix there = residual(Y, single);  // R at the vertex
  Matrix difference = there;
  for (std::size_t i = 0; i < R.data.size(); ++i) difference.data[i] -= R.data[i];
  const double curvature = square(difference);
  const double slope = inner(R, difference) + gamma * (target - used);
  const double step = curvature > 0.0 ? std::clamp(-slope / curvature, 0.0, 1.0) : 0.0;
  for (double& value : atoms.V.data) value *= 1.0 - step;
  if (target > 0.0) {
    std::vector<double> scaled = v;
    for (double& value : scaled) value *= step;
    atoms.add(X, steepest.u, scaled);
  }
  for (std::size_t i = 0; i < R.data.size(); ++i) R.data[i] += step * difference.data[i];
  used += step * (target - used);
}

}  // namespace

Steepest steepest_neuron(const Matrix& X, const Matrix& W, const Patterns& patterns) {
  Steepest best;
  best.u.assign(static_cast<std::size_t>(X.cols), 0.0);
  double square_best = -1.0;
  for (const Pattern& pattern : patterns.list) {
    Matrix XW(X.cols, W.cols);  // X'D W
    for (index_t i = 0; i < X.rows; ++i) {
      if (!pattern.active(i)) continue;
      for (index_t k = 0; k < X.cols; ++k)
        for (index_t j = 0; j < W.cols; ++j) XW(k, j) += X(i, k) * W(i, j);
    }
    auto [u, value] = pattern.largest(product(XW, transposed(XW)), square_best);
    if (value > square_best) {
      square_best = value;
      best.u = std::move(u);
    }
  }
  best.value = std::sqrt(std::max(square_best, 0.0));
  return best;
}

double scaled_dual(const Problem& problem, const Matrix& W, double s) {
  double fit = 0.0;
  double size = 0.0;
  for (index_t i = 0; i < W.rows; ++i)
    for (index_t j = 0; j < W.cols; ++j) {
      fit -= W(i, j) * problem.Y(i, j);
      size += W(i, j) * W(i, j);
    }
  if (!(size > 0.0)) return 0.0;
  const double most = s > 0.0 ? problem.gamma / s : std::numeric_limits<double>::infinity();
  const double rho = std::clamp(fit / size, 0.0, most);
  const double value = rho * fit - 0.5 * rho * rho * size;
  return value - kRoundingShare * (rho * std::fabs(fit) + 0.5 * rho * rho * size);
}

FrankWolfeResult frank_wolfe(const Problem& problem, const Patterns& patterns, const FrankWolfePlan& plan,
                             const KeepGoing& keep_going) {
  const Clock clock;
  const Matrix X = dense(problem.X);
  const Matrix Y = dense(problem.Y);
  const double mass = plan.mass > 0.0 ? plan.mass : square(Y) / (2.0 * problem.gamma);
  const ScaledTraining training(problem);
  Atoms atoms{{}, Matrix(0, X.rows), Matrix(0, Y.cols)};
  Matrix R = Y;
  double used = 0.0;
  FrankWolfeResult result;
  result.lower_bound = -std::numeric_limits<double>::infinity();
  while (result.iterations < plan.iterations && clock.seconds() < plan.seconds) {
    if (keep_going && !keep_going()) throw Interrupted();
    const Steepest steepest = steepest_neuron(X, R, patterns);
    Matrix W = R;
    for (double& value : W.data) value = -value;
    result.lower_bound = std::max(result.lower_bound, scaled_dual(problem, W, steepest.value));
    const double value = 0.5 * square(R) + problem.gamma * used;
    if (value - result.lower_bound <= plan.tolerance * value) break;
    ++result.iterations;
    if (plan.corrective) {
      atoms.add(X, steepest.u, std::vector<double>(static_cast<std::size_t>(Y.cols), 0.0));
      correct(atoms, Y, problem.gamma);
      descend(atoms, training, X);
      R = residual(Y, atoms);
      used = total_weight(atoms);
    } else {
      plain_step(atoms, R, X, Y, steepest, problem.gamma, mass, used);
    }
  }
  result.network = network_of(atoms, X.cols, Y.cols);
  return result;
}

}  // namespace burelu::study
