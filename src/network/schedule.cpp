#include "network/schedule.hpp"

#include <algorithm>
#include <cmath>

namespace burelu {
namespace {

constexpr index_t kMostNeurons = 400;  // where the width is free
constexpr index_t kLeastNeurons = 32;  // of the widest network
constexpr double kFlops = 1.2e12;      // about 20 s on two cores, up to kRows rows, ...
constexpr double kRows = 1e4;          // ... and like their root beyond: the solve's passes grow faster
constexpr double kWidestShare = 1e-3;  // of the flops for one evaluation of the widest network
constexpr double kStartsShare = 0.3;   // of the flops for the starts
constexpr std::int64_t kMostEvaluations = 8000;
constexpr int kDefaultPasses = 100;
constexpr int kLeastPasses = 20;
constexpr int kPassUnits = 6;             // four rounded levels and an exact one of twice the length
constexpr double kSideBySideFlops = 1e9;  // an evaluation below this: starts side by side, else threads inside
constexpr double kDescentFlops = 1000.0;  // of an unknown: 40 columns four times, from memory rather than from a cache
constexpr double kIdleGain = 1e-5;
constexpr double kIdleRate = 1e-15;  // a flop: a thousandth of the objective for 1e12 flops
constexpr int kIdleRounds = 4;
constexpr double kIdleShare = 0.1;  // of the flops

constexpr double kFewRows = 2e3;  // up to which a network may cost more than its bound

double square(double x) { return x * x; }

double most_flops(double rows, double solve_flops) {
  const double by_rows = kFlops * std::sqrt(std::max(1.0, rows / kRows));
  if (!(solve_flops > 0.0)) return by_rows;
  return std::min(by_rows, std::max(solve_flops, kFlops * std::min(1.0, kFewRows / rows)));
}

}  // namespace

double Schedule::idle_gain(double flops) const {
  return kIdleGain + (std::isfinite(most.flops) ? kIdleRate * flops : 0.0);
}

bool Schedule::hopeless(int idle_rounds, double idle_flops) const {
  return idle_rounds >= kIdleRounds || idle_flops > kIdleShare * most.flops;
}

index_t most_neurons(index_t rows, index_t outputs, const TrainOptions& options) {
  if (options.width > 0) return options.width;
  return std::clamp<index_t>(4 * rows * outputs, 8, kMostNeurons);  // n c + 1 always suffice
}

double training_flops(const TrainingProblem& problem, index_t width, OutputWeights output) {
  const auto n = static_cast<double>(problem.rows());
  const auto k = static_cast<double>(width);
  const auto d = static_cast<double>(problem.features());
  const double products = 6.0 * n * (d + static_cast<double>(problem.outputs())) * k + kDescentFlops * d * k;
  if (output == OutputWeights::free) return products;
  const double order = std::min(n, k);
  return std::floor(products + n * k * order + order * square(order) / 3.0);  // whole, so that sums have no order
}

Schedule schedule(const Device& device, const TrainingProblem& problem, const TrainOptions& options,
                  std::int64_t max_evaluations, double solve_flops) {
  const auto cost = [&](index_t width) { return training_flops(problem, width, OutputWeights::eliminated); };
  const bool asked = max_evaluations > 0 || options.polish_iterations > 0 || options.starts > 0;
  const double flops = most_flops(static_cast<double>(problem.rows()), solve_flops);
  Schedule s;
  s.width = most_neurons(problem.rows(), problem.outputs(), options);
  if (options.width == 0 && !asked)
    while (s.width > kLeastNeurons && cost(s.width) > kWidestShare * flops) s.width -= 1 + s.width / 16;
  s.start_width = options.width > 0 ? s.width : std::max<index_t>(s.width / 4, 4);
  s.added = std::max<index_t>(s.width / 4, 1);
  s.side_by_side = cost(s.width) < kSideBySideFlops && device.trains_side_by_side();
  s.passes = options.polish_iterations > 0 ? std::max(options.polish_iterations / kPassUnits, 1) : kDefaultPasses;
  s.starts = options.starts;
  if (asked) {
    s.most = {max_evaluations, kInfinity};
    if (max_evaluations == 0)
      s.most.evaluations = std::int64_t{3} * (s.starts > 0 ? s.starts : 4) * kPassUnits * s.passes;
    if (s.starts == 0) s.starts = s.most.evaluations >= kMostEvaluations / 2 ? 4 : 2;
    const auto share = static_cast<int>(s.most.evaluations / (std::int64_t{3} * kPassUnits * s.starts));
    if (options.polish_iterations == 0) s.passes = std::clamp(share, 1, s.passes);
    return s;
  }
  s.most = {kMostEvaluations, flops};
  const double level = kPassUnits * cost(s.start_width) / (kStartsShare * flops);  // of a start, for each pass
  s.starts = 4.0 * kDefaultPasses * level <= 1.0 ? 4 : 2;
  s.passes = std::clamp(static_cast<int>(1.0 / (level * s.starts)), kLeastPasses, kDefaultPasses);
  return s;
}

}  // namespace burelu
