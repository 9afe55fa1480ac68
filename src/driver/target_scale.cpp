// Powers of two are exact, but what is reported is proven for the data as given all the same.
#include "driver/target_scale.hpp"

#include <cmath>
#include <limits>

#include "certificate/proof.hpp"

namespace burelu {
namespace {

constexpr int kUsual = 4;  // binary orders of magnitude around 1 in which the solve is as good as at 1

void multiply_by(Matrix& M, double factor) {
  for (double& value : M.data) value *= factor;
}

}  // namespace

double target_scale(const MatrixView& Y) {
  double sum = 0.0;
  double count = 0.0;
  for (index_t i = 0; i < Y.rows; ++i) {
    double square = 0.0;
    for (index_t j = 0; j < Y.cols; ++j) square += Y(i, j) * Y(i, j);
    sum += std::sqrt(square);
    if (square > 0.0) count += 1.0;
  }
  if (count == 0.0) return 1.0;
  const double power = std::round(std::log2(sum / count));
  return std::abs(power) <= kUsual ? 1.0 : std::exp2(power);
}

Matrix divided(const MatrixView& M, double divisor) {
  Matrix out(M.rows, M.cols);
  for (index_t i = 0; i < M.rows; ++i)
    for (index_t j = 0; j < M.cols; ++j) out(i, j) = M(i, j) / divisor;
  return out;
}

ProgressCallback scaled_progress(const ProgressCallback& progress, double t) {
  if (!progress) return {};
  return [&progress, t](Progress check) {
    check.objective *= t * t;
    check.lower_bound *= t * t;
    check.network_objective *= t * t;
    return progress(check);
  };
}

void scale_network(Network& network, double t) {
  multiply_by(network.U, std::sqrt(t));
  multiply_by(network.V, std::sqrt(t));
}

void scale_result(Relaxation& result, const Problem& problem, double t) {
  for (double* value : {&result.objective, &result.lower_bound, &result.relaxation_bound, &result.branch_bound,
                        &result.presolve.constant_loss})
    *value *= t * t;
  for (HistoryEntry& entry : result.history) {
    entry.objective *= t * t;
    entry.lower_bound *= t * t;
  }
  for (Matrix* part : {&result.factor.A, &result.factor.U, &result.factor.V}) multiply_by(*part, std::sqrt(t));
  Certificate& certificate = result.certificate;
  if (certificate.empty()) return;
  multiply_by(certificate.W, t);
  for (Multiplier& pair : certificate.multipliers) pair.value *= t;
  certificate.gamma = problem.gamma;
  certificate.data_hash = data_hash(problem);
  certificate.lower_bound = result.lower_bound;
  if (certificate.branched) return;  // every number of its proof is t times, or t^2 times, another one exactly
  const std::optional<double> bound = proven_bound(problem, certificate);
  if (bound) {
    certificate.lower_bound = result.lower_bound = *bound;
  } else {
    certificate = {};
    result.lower_bound = result.relative_gap = std::numeric_limits<double>::quiet_NaN();
  }
}

}  // namespace burelu
