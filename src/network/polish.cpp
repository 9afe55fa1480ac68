#include "network/polish.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "network/schedule.hpp"
#include "problem/preconditioner.hpp"

namespace burelu {
namespace {

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

void precondition(TrainingProblem& problem) {
  Preconditioner found = preconditioner(problem.X, problem.gamma);
  problem.K = std::move(found.K);
  problem.K_inverse = std::move(found.inverse);
  problem.output_scale = std::sqrt(static_cast<double>(problem.rows()) / found.mean);
}

// Evaluations from one question whether to stop to the next: some tenths of a second's work.
int evaluations_between_asking(double flops) {
  constexpr double kFlops = 5e9;
  return static_cast<int>(std::clamp(kFlops / flops, 1.0, static_cast<double>(kWindow)));
}

// One level: windows of descent until the passes are spent, progress ends or somebody wants to stop.
void descend(TrainingBackend& backend, int passes, double flops, double progress, Watch& watch) {
  const int between_asking = evaluations_between_asking(flops);
  Snapshot snapshot;
  backend.read(snapshot, kScalars);
  std::int64_t counted = snapshot.control.count.evaluations;
  double before = kInfinity;
  for (int done = 0; done < passes && !watch.stopped(); done += kWindow) {
    int left = std::min(kWindow, passes - done);
    while (left > 0 && !watch.stopped()) {
      const int chunk = std::min(left, between_asking);
      backend.repeat(chunk, [&] {
        backend.step();
        backend.network_pass();
        backend.judge();
        backend.accept();
        backend.direction();
      });
      left -= chunk;
    }
    backend.read(snapshot, kScalars);
    const Control& control = snapshot.control;
    const std::int64_t fresh = control.count.evaluations - counted;
    watch.add(fresh, static_cast<double>(fresh) * flops);
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
  const double flops = training_flops(problem, best.network.width(), plan.output);
  backend.write_network(best.network, plan.output);
  for (double width = plan.smoothing; width > kSmallestWidth; width *= kLevelRatio) {
    backend.smooth(width);
    descend(backend, plan.passes, flops, kLevelProgress, watch);
  }
  backend.smooth(0.0);
  descend(backend, 2 * plan.passes, flops, kExactProgress, watch);

  Snapshot snapshot;
  backend.read(snapshot, kFactor);
  Polished end{balanced({std::move(snapshot.U), std::move(snapshot.V)}), 0.0};
  end.objective = training_objective(problem, end.network);
  if (end.objective < best.objective) best = std::move(end);
  return best.objective <= given ? best : Polished{start, given};
}

}  // namespace burelu
