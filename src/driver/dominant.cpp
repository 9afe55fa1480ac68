#include "driver/dominant.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "branch/global.hpp"
#include "certificate/certifier.hpp"
#include "certificate/proof.hpp"
#include "certificate/tamed_dual.hpp"
#include "problem/gap.hpp"
#include "problem/presolve.hpp"

namespace burelu {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
constexpr double kLess[] = {0.0, 1e-9, 1e-7, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 0.5};  // off W until its proof succeeds

Matrix multiple(Matrix W, double factor) {
  for (double& w : W.data) w *= factor;
  return W;
}

// What the multipliers of the tamed problem support of the W without response, as far as they go.
double supported(const Matrix& X, const Problem& problem, const Certificate& certificate, const Dominance& dominance) {
  if (certificate.branched) return 1.0;
  const double gamma = tamed_gamma(problem, certificate.W, dominance);
  if (!(gamma > 0.0)) return 1.0;
  return std::min(1.0, supported_scale({X, problem.Y, gamma}, certificate));
}

// The certificate of the tamed problem for the data given: W without response, less of it where that is needed.
Certificate brought_back(const Problem& problem, const Dominance& dominance, Certificate certificate,
                         const Stop& stop) {
  certificate.gamma = problem.gamma;
  certificate.data_hash = data_hash(problem);
  certificate.dominant = static_cast<std::int32_t>(dominance.feature);
  certificate.dominant_power = dominance.power;
  const Matrix X = tamed(problem.X, dominance);
  improve_without_response({X, problem.Y, gamma_to_solve(problem.gamma)}, dominance, certificate, &stop);
  const Matrix W = without_response(problem.X, certificate.W, dominance);
  certificate.W = W;
  const double most = supported(X, problem, certificate, dominance);
  for (const double less : kLess) {
    certificate.W = multiple(W, most * (1.0 - less));
    if (const auto bound = certified_bound(problem, certificate, &stop)) {
      certificate.lower_bound = *bound;
      return certificate;
    }
    if (stop.due()) break;
  }
  return {};
}

Certificate least(const Problem& problem) {
  const Presolved reduced = presolve(problem);
  return Certifier(problem, reduced).prove_least().value_or(Certificate{});
}

// No bound of the tamed problem is above what was proven for the data given.
void lower_bounds(Relaxation& result, double proven) {
  const auto lower = [proven](double& bound) {
    if (!std::isnan(bound)) bound = std::fmin(bound, proven);
  };
  for (double* bound : {&result.relaxation_bound, &result.branch_bound}) lower(*bound);
  for (HistoryEntry& entry : result.history) lower(entry.lower_bound);
  result.lower_bound = proven;
  result.relative_gap = relative_gap(result.objective, proven);
}

Matrix copy(const MatrixView& M) {
  Matrix out(M.rows, M.cols);
  for (index_t i = 0; i < M.rows; ++i)
    for (index_t j = 0; j < M.cols; ++j) out(i, j) = M(i, j);
  return out;
}

// Two neurons of the feature alone, for what `rest` lacks of the targets: multiples of it on the rows of either sign.
void add_feature(const Problem& problem, const Matrix& rest, const Dominance& dominance, Network& network) {
  const index_t k = network.width();
  const index_t c = problem.Y.cols;
  Network out{Matrix(problem.X.cols, k + 2), Matrix(c, k + 2)};
  for (index_t j = 0; j < k; ++j) {
    for (index_t i = 0; i < out.U.rows; ++i) out.U(i, j) = network.U(i, j);
    for (index_t i = 0; i < c; ++i) out.V(i, j) = network.V(i, j);
  }
  for (index_t side = 0; side < 2; ++side) {
    index_t row = -1;  // with the largest feature of this sign: all are multiples of one
    const auto f = [&](index_t i) { return (side == 0 ? 1.0 : -1.0) * problem.X(i, dominance.feature); };
    for (index_t i = 0; i < problem.X.rows; ++i)
      if (f(i) > 0.0 && (row < 0 || f(i) > f(row))) row = i;
    if (row < 0) continue;
    out.U(dominance.feature, k + side) = side == 0 ? 1.0 : -1.0;
    for (index_t i = 0; i < c; ++i) out.V(i, k + side) = (problem.Y(row, i) - rest(row, i)) / f(row);
  }
  network = balanced(out);
}

ProgressCallback without_bound(const ProgressCallback& progress) {
  if (!progress) return {};
  return [&progress](Progress check) {
    check.lower_bound = kNone;
    return progress(check);
  };
}

}  // namespace

void multiply_row(Matrix& U, const Dominance& dominance, int direction) {
  for (index_t j = 0; j < U.cols && U.rows > dominance.feature; ++j)
    U(dominance.feature, j) = std::ldexp(U(dominance.feature, j), direction * dominance.power);
}

std::optional<double> certified_bound(const Problem& problem, const Certificate& certificate, const Stop* stop) {
  const auto proven = [&](const Problem& data) {
    return certificate.branched ? branched_bound(data, certificate, [&](std::int64_t) { return !due(stop); })
                                : proven_bound(data, certificate);
  };
  if (certificate.dominant < 0) return proven(problem);
  const Dominance dominance{certificate.dominant, certificate.dominant_power};
  const double gamma = tamed_gamma(problem, certificate.W, dominance);
  if (!(gamma > 0.0)) return std::nullopt;
  const Matrix X = tamed(problem.X, dominance);
  if (X.rows == 0) return std::nullopt;
  return proven({X, problem.Y, gamma});
}

std::optional<Relaxation> solve_tamed(const Problem& problem, const Dominance& dominance, const SolveOptions& options,
                                      const Solver& solver, Network* network) {
  const Matrix X = tamed(problem.X, dominance);
  if (X.rows == 0) return std::nullopt;
  const Stop stop(options.time_limit, options.stop);
  SolveOptions inside = options;
  inside.progress = without_bound(options.progress);
  const Matrix Y = without_response(problem.X, copy(problem.Y), dominance);
  Relaxation result = solver({X, Y, gamma_to_solve(problem.gamma)}, inside, network);
  multiply_row(result.factor.U, dominance, 1);
  if (network != nullptr && network->U.rows > 0) {
    multiply_row(network->U, dominance, 1);
    add_feature(problem, Y, dominance, *network);
  }
  const double before = result.lower_bound;
  if (!result.certificate.empty()) result.certificate = brought_back(problem, dominance, result.certificate, stop);
  if (result.certificate.empty() && !std::isnan(before)) result.certificate = least(problem);
  lower_bounds(result, result.certificate.empty() ? kNone : result.certificate.lower_bound);
  const bool carried = before - result.lower_bound <= 2.0 * options.tolerance * std::abs(before);
  if (result.status == Status::solved && !carried) {
    result.status = Status::stalled;
    result.message = "feature " + std::to_string(dominance.feature + 1) +
                     " is larger than the others by far, which keeps the bound down: --standardize may help";
  }
  return result;
}

Network train_tamed(const Device& device, const Problem& problem, const Factor* factor, const TrainOptions& options,
                    const TrainingBudget& budget, std::int64_t& evaluations) {
  const std::optional<Dominance> dominance = dominant_feature(problem);
  const Matrix X = dominance ? tamed(problem.X, *dominance) : Matrix();
  if (X.rows == 0) return train_network(device, problem, factor, options, budget, evaluations);
  Factor inside;
  if (factor != nullptr) {
    inside = *factor;
    multiply_row(inside.U, *dominance, -1);
  }
  TrainingBudget other = budget;
  Network start;
  if (budget.start != nullptr) {
    start = *budget.start;
    multiply_row(start.U, *dominance, -1);
    other.start = &start;
  }
  Network network = train_network(device, {X, problem.Y, problem.gamma}, factor != nullptr ? &inside : nullptr, options,
                                  other, evaluations);
  multiply_row(network.U, *dominance, 1);
  return balanced(network);
}

}  // namespace burelu
