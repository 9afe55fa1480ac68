#include "network/polish.hpp"

#include <algorithm>
#include <cmath>

#include "linalg/dense.hpp"

namespace burelu {
namespace {

constexpr double kEpsilon = 1e-6;        // of the largest eigenvalue of X'X in the preconditioner
constexpr double kLevelRatio = 0.1;      // 0.3 needs twice the levels for the same result
constexpr double kSmallestWidth = 1e-4;  // narrower kinks are as good as exact
constexpr int kWindow = 25;              // evaluations between looks at the progress
constexpr double kLevelProgress = 1e-5;  // relative decrease per window below which a rounded level ends
constexpr double kExactProgress = 1e-7;  // the same for the exact level

double mean_row_norm(const MatrixView& M) {
  double sum = 0.0;
  for (index_t i = 0; i < M.rows; ++i) {
    double square = 0.0;
    for (index_t j = 0; j < M.cols; ++j) square += M(i, j) * M(i, j);
    sum += std::sqrt(square);
  }
  return sum / static_cast<double>(M.rows);
}

double power_of_two_near(double value) { return std::exp2(std::round(std::log2(value))); }

Matrix divided(const MatrixView& M, double scale) {
  Matrix out(M.rows, M.cols);
  for (index_t i = 0; i < M.rows; ++i)
    for (index_t j = 0; j < M.cols; ++j) out(i, j) = M(i, j) / scale;
  return out;
}

// K = Q (mean(lambda) / (lambda + eps lmax))^(1/2) Q' and its inverse, from the eigenvalues of X'X.
void precondition(TrainingProblem& problem) {
  const index_t d = problem.features();
  Matrix Q(d, d);  // eigenvectors in its rows
  std::vector<double> eigenvalues;
  gram(1.0, problem.X, 0.0, Q.data.data());
  require_decomposition(eigen(Q, eigenvalues), "the eigenvalues of X'X");
  double mean = 0.0;
  for (double& value : eigenvalues) {
    value = std::max(value, 0.0);
    mean += value / static_cast<double>(d);
  }
  const auto power = [&](double exponent) {
    Matrix scaled = Q;
    for (index_t a = 0; a < d; ++a)
      for (index_t i = 0; i < d; ++i)
        scaled(a, i) *=
            std::pow((eigenvalues[static_cast<std::size_t>(a)] + kEpsilon * eigenvalues.back()) / mean, exponent);
    return product(transposed(scaled), Q);
  };
  problem.K = power(-0.5);
  problem.K_inverse = power(0.5);
  problem.output_scale = std::sqrt(static_cast<double>(problem.rows()) / mean);
}

// One level: windows of descent until the passes are spent, progress ends or somebody wants to stop.
void descend(TrainingBackend& backend, int passes, double progress, Watch& watch) {
  Snapshot snapshot;
  backend.read(snapshot, kScalars);
  std::int64_t counted = snapshot.control.count.evaluations;
  double before = kInfinity;
  for (int done = 0; done < passes && !watch.stopped(); done += kWindow) {
    backend.repeat(std::min(kWindow, passes - done), [&] {
      backend.step();
      backend.network_pass();
      backend.judge();
      backend.accept();
      backend.direction();
    });
    backend.read(snapshot, kScalars);
    const Control& control = snapshot.control;
    watch.add(control.count.evaluations - counted);
    counted = control.count.evaluations;
    watch.ask();
    const double value = control.value.accepted;
    if (control.search.halted != 0 || before - value <= progress * std::fabs(value)) return;
    before = value;
  }
}

}  // namespace

NormalisedProblem normalise(const Problem& problem) {
  NormalisedProblem out;
  out.x_scale = power_of_two_near(mean_row_norm(problem.X));
  out.y_scale = power_of_two_near(mean_row_norm(problem.Y));
  out.problem.X = divided(problem.X, out.x_scale);
  out.problem.Y = divided(problem.Y, out.y_scale);
  out.problem.gamma = problem.gamma / out.x_scale / out.y_scale;
  precondition(out.problem);
  return out;
}

double training_objective(const TrainingProblem& problem, const Network& network) {
  return objective(Problem{problem.X, problem.Y, problem.gamma}, network);
}

Polished polish(TrainingBackend& backend, const TrainingProblem& problem, const Network& start, const PolishPlan& plan,
                Watch& watch) {
  Polished best{balanced(start), 0.0};
  best.objective = training_objective(problem, best.network);
  if (best.network.width() == 0) return best;
  const double given = training_objective(problem, start);  // lower by rounding where it was balanced
  backend.write_network(best.network, plan.output);
  for (double width = plan.smoothing; width > kSmallestWidth; width *= kLevelRatio) {
    backend.smooth(width);
    descend(backend, plan.passes, kLevelProgress, watch);
  }
  backend.smooth(0.0);
  descend(backend, 2 * plan.passes, kExactProgress, watch);

  Snapshot snapshot;
  backend.read(snapshot, kFactor);
  Polished end{balanced({std::move(snapshot.U), std::move(snapshot.V)}), 0.0};
  end.objective = training_objective(problem, end.network);
  if (end.objective < best.objective) best = std::move(end);
  return best.objective <= given ? best : Polished{start, given};
}

}  // namespace burelu
