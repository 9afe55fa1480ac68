#include "study/extraction_methods.hpp"

#include <algorithm>
#include <cmath>

#include "driver/devices.hpp"
#include "linalg/team.hpp"
#include "network/polish.hpp"
#include "study/operator_splitting.hpp"

namespace burelu::study {
namespace {

constexpr int kMemory = 20;         // pairs of L-BFGS, as in the extraction
constexpr double kSmoothing = 0.3;  // first width of the rounded kink

void scale(Matrix& M, double factor) {
  for (double& value : M.data) value *= factor;
}

// In the coordinates of the normalised problem, one row of A per row of X: rotate pairs them with X U.
Factor normalised_factor(const Problem& problem, const Factor& factor, const NormalisedProblem& normalised) {
  const double weights = std::sqrt(normalised.x_scale / normalised.y_scale);
  const Matrix lifted = lifted_factor(problem, factor);
  Factor out{Matrix(problem.X.rows, factor.U.cols), factor.U, factor.V};
  std::copy_n(lifted.data.begin(), out.A.data.size(), out.A.data.begin());
  scale(out.A, 1.0 / std::sqrt(normalised.x_scale * normalised.y_scale));
  scale(out.U, weights);
  scale(out.V, weights);
  return out;
}

}  // namespace

Network polished_start(const Problem& problem, const Factor& factor, const SingleStart& options) {
  const NormalisedProblem normalised = normalise(problem);
  const Factor scaled = normalised_factor(problem, factor, normalised);
  const Network start = starting_network(options.kind, normalised.problem, &scaled, options.width, options.seed);
  const auto backend = cpu_device()->training(normalised.problem, {kMemory, Team::current().size()});
  Watch watch({});
  const PolishPlan plan{OutputWeights::eliminated, kSmoothing, options.passes};
  Network network = polish(*backend, normalised.problem, start, plan, watch).network;
  const double weights = std::sqrt(normalised.x_scale / normalised.y_scale);
  scale(network.U, 1.0 / weights);
  scale(network.V, 1.0 / weights);
  return balanced(network);
}

const char* to_string(StartKind kind) {
  switch (kind) {
    case StartKind::gauss:
      return "gauss";
    case StartKind::random:
      return "random";
    case StartKind::columns:
      return "columns";
    case StartKind::rotate:
      break;
  }
  return "rotate";
}

}  // namespace burelu::study
