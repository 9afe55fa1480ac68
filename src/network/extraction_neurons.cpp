#include "network/extraction_neurons.hpp"

#include <cblas.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>
#include <vector>

#include "linalg/dense.hpp"

namespace burelu {
namespace {

constexpr int kAscents = 20;             // steps of the ascent; 30 finds nothing more
constexpr double kSameDirection = 1e-4;  // 1 - cosine of candidates that count as one
constexpr double kDuplicate = 1e-12;     // 1 - cosine of neurons that are merged
constexpr double kViolation = 1e-4;      // of h / gamma over 1

double column_norm(const Matrix& M, index_t j) {
  return cblas_dnrm2(static_cast<blasint>(M.rows), M.data.data() + j, static_cast<blasint>(M.cols));
}

double column_dot(const Matrix& A, index_t i, const Matrix& B, index_t j) {
  return cblas_ddot(static_cast<blasint>(A.rows), A.data.data() + i, static_cast<blasint>(A.cols), B.data.data() + j,
                    static_cast<blasint>(B.cols));
}

void scale_column(Matrix& M, index_t j, double factor) {
  cblas_dscal(static_cast<blasint>(M.rows), factor, M.data.data() + j, static_cast<blasint>(M.cols));
}

void normalise_columns(Matrix& U) {
  for (index_t j = 0; j < U.cols; ++j) {
    const double norm = column_norm(U, j);
    if (norm > 0.0) scale_column(U, j, 1.0 / norm);
  }
}

Matrix hidden(const Matrix& X, const Matrix& U) {
  Matrix R = product(X, U);
  for (double& value : R.data) value = value > 0.0 ? value : 0.0;
  return R;
}

// Half isotropic, half with the covariance of the preconditioner, some near neurons that the network has.
Matrix ascent_points(const TrainingProblem& problem, const Network& network, index_t count, std::uint64_t seed) {
  std::mt19937_64 engine(seed);
  std::normal_distribution<double> normal;
  Matrix U(problem.features(), count);
  for (double& value : U.data) value = normal(engine);
  const Matrix shaped = product(problem.K, U);
  const double spread = 0.1 / std::sqrt(static_cast<double>(problem.features()));
  for (index_t j = 0; j < count; ++j) {
    const bool near = j % 4 == 0 && network.width() > 0;
    const auto like = near ? static_cast<index_t>(engine() % static_cast<std::uint64_t>(network.width())) : 0;
    const double size = near ? column_norm(network.U, like) : 0.0;
    for (index_t i = 0; i < U.rows; ++i) {
      if (size > 0.0) U(i, j) = network.U(i, like) / size + spread * U(i, j);
      if (j % 2 == 1) U(i, j) = shaped(i, j);
    }
  }
  normalise_columns(U);
  return U;
}

// W = E'(XU)_+ (c x q): h_j = ||W_j||, and its gradient X'((XU > 0) o (E W_j)).
void ascend(const TrainingProblem& problem, const Matrix& E, Matrix& U, const Watch* watch) {
  for (int step = 0; step < kAscents && !(watch != nullptr && watch->stopped()); ++step) {
    const Matrix R = hidden(problem.X, U);
    Matrix Q = product(E, product(transposed(E), R));
    for (std::size_t i = 0; i < Q.data.size(); ++i)
      if (R.data[i] == 0.0) Q.data[i] = 0.0;
    U = product(transposed(problem.X), Q);
    normalise_columns(U);
  }
}

std::vector<index_t> order_by(const std::vector<double>& size) {
  std::vector<index_t> order(size.size());
  std::iota(order.begin(), order.end(), index_t{0});
  std::stable_sort(order.begin(), order.end(), [&](index_t a, index_t b) {
    return size[static_cast<std::size_t>(a)] > size[static_cast<std::size_t>(b)];
  });
  return order;
}

Network selected(const Network& network, const std::vector<index_t>& which) {
  const auto width = static_cast<index_t>(which.size());
  Network out{Matrix(network.U.rows, width), Matrix(network.V.rows, width)};
  for (index_t j = 0; j < width; ++j) {
    const index_t from = which[static_cast<std::size_t>(j)];
    for (index_t i = 0; i < out.U.rows; ++i) out.U(i, j) = network.U(i, from);
    for (index_t i = 0; i < out.V.rows; ++i) out.V(i, j) = network.V(i, from);
  }
  return out;
}

}  // namespace

Missing missing_neurons(const TrainingProblem& problem, const Network& network, index_t most, std::uint64_t seed,
                        const Watch* watch) {
  Matrix E = predict(problem.X, network);
  for (std::size_t i = 0; i < E.data.size(); ++i) E.data[i] -= problem.Y.data[i];
  Matrix U = ascent_points(problem, network, 2 * most, seed);
  ascend(problem, E, U, watch);
  const Matrix R = hidden(problem.X, U);
  Matrix W = product(transposed(E), R);
  std::vector<double> h(static_cast<std::size_t>(U.cols));
  for (index_t j = 0; j < U.cols; ++j) h[static_cast<std::size_t>(j)] = column_norm(W, j);

  Missing out;
  std::vector<index_t> chosen;
  for (const index_t j : order_by(h)) {
    const double value = h[static_cast<std::size_t>(j)] / problem.gamma;
    out.worst = std::max(out.worst, value);
    if (!(value > 1.0 + kViolation) || static_cast<index_t>(chosen.size()) == most) break;
    const auto same = [&](index_t other) { return column_dot(U, j, U, other) > 1.0 - kSameDirection; };
    if (std::none_of(chosen.begin(), chosen.end(), same)) chosen.push_back(j);
  }
  // u = t u1, v = -t W / h changes the objective by -t^2 (h - gamma) + t^4 ||(X u1)_+||^2 / 2; all of them share it.
  for (const index_t j : chosen) {
    const double value = h[static_cast<std::size_t>(j)];
    const double square = column_dot(R, j, R, j);
    const double t = std::sqrt((value - problem.gamma) / square / static_cast<double>(chosen.size()));
    scale_column(U, j, t);
    scale_column(W, j, -t / value);
  }
  out.neurons = selected({std::move(U), std::move(W)}, chosen);
  return out;
}

Network joined(const Network& first, const Network& second) {
  Network out{Matrix(first.U.rows, first.width() + second.width()),
              Matrix(first.V.rows, first.width() + second.width())};
  const auto copy = [](const Matrix& from, Matrix& to, index_t at) {
    for (index_t i = 0; i < from.rows; ++i) std::copy_n(from.row(i), from.cols, to.row(i) + at);
  };
  copy(first.U, out.U, 0);
  copy(first.V, out.V, 0);
  copy(second.U, out.U, first.width());
  copy(second.V, out.V, first.width());
  return out;
}

Network joined(const Network& first, const Network& second, double share) {
  Network out = joined(first, second);
  const auto scale = [&](Matrix& M) {
    for (index_t i = 0; i < M.rows; ++i)
      for (index_t j = 0; j < M.cols; ++j) M(i, j) *= std::sqrt(j < first.width() ? 1.0 - share : share);
  };
  scale(out.U);
  scale(out.V);
  return out;
}

Network largest_neurons(const Network& network, index_t most) {
  if (network.width() <= most) return network;
  std::vector<double> size(static_cast<std::size_t>(network.width()));
  for (index_t j = 0; j < network.width(); ++j)
    size[static_cast<std::size_t>(j)] = column_norm(network.U, j) * column_norm(network.V, j);
  std::vector<index_t> order = order_by(size);
  order.resize(static_cast<std::size_t>(most));
  std::sort(order.begin(), order.end());
  return selected(network, order);
}

Network merged_duplicates(const Network& network) {
  Network out = network;
  std::vector<index_t> kept;
  for (index_t j = 0; j < out.width(); ++j) {
    const double norm = column_norm(out.U, j);
    const auto twin = std::find_if(kept.begin(), kept.end(), [&](index_t k) {
      return column_dot(out.U, j, out.U, k) >= (1.0 - kDuplicate) * norm * column_norm(out.U, k);
    });
    if (twin == kept.end()) {
      kept.push_back(j);
      continue;
    }
    const double ratio = norm / column_norm(out.U, *twin);  // (x'u_j)_+ = ratio (x'u_k)_+
    for (index_t i = 0; i < out.V.rows; ++i) out.V(i, *twin) += ratio * out.V(i, j);
  }
  return balanced(selected(out, kept));
}

}  // namespace burelu
