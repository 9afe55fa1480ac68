// One batch of starts for SGD and Adam, one start after the other for L-BFGS.
#include "study/multistart.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "driver/devices.hpp"
#include "linalg/dense.hpp"
#include "linalg/random.hpp"
#include "study/patterns.hpp"
#include "study/scaled_training.hpp"

namespace burelu::study {
namespace {

constexpr double kMomentum = 0.95;
constexpr int kPlateauPeriod = 10;         // steps between looks at the loss, as in the paper's program
constexpr double kPlateauProgress = 1e-4;  // relative decrease that counts
constexpr double kPlateauShare = 0.02;     // of all steps without progress, after which the rate is halved
constexpr int kTrialShare = 80;            // a trial of a learning rate takes 1/80 of the steps
constexpr double kDiverged = 10.0;         // times the first objective
constexpr int kTrialLeast = 50;
constexpr double kTrialRate = 1.0;  // the first rate tried, and how they fall
constexpr double kTrialFall = 0.31622776601683794;
constexpr int kTrials = 14;
constexpr double kAdamRate = 0.02;
constexpr double kBeta1 = 0.9;
constexpr double kBeta2 = 0.999;
constexpr double kAdamEpsilon = 1e-8;
constexpr int kAsk = 50;  // steps between questions whether to go on
constexpr int kMemory = 20;

void ask(const KeepGoing& keep_going) {
  if (keep_going && !keep_going()) throw Interrupted();
}

/// Keeps the best weights that each start has had.
class BestOf {
 public:
  explicit BestOf(const StartBatch& batch)
      : values_(static_cast<std::size_t>(batch.starts()), std::numeric_limits<double>::infinity()),
        networks_(values_.size()) {}
  void look(const StartBatch& batch, const std::vector<double>& objectives) {
    for (std::size_t s = 0; s < values_.size(); ++s) {
      if (!(objectives[s] < values_[s])) continue;
      values_[s] = objectives[s];
      networks_[s] = batch.network(static_cast<int>(s));
    }
  }
  MultiStartResult result() const {
    MultiStartResult out;
    const auto best = std::min_element(values_.begin(), values_.end()) - values_.begin();
    out.best = networks_[static_cast<std::size_t>(best)];
    out.objective = values_[static_cast<std::size_t>(best)];
    out.objectives = values_;
    std::sort(out.objectives.begin(), out.objectives.end());
    return out;
  }

 private:
  std::vector<double> values_;
  std::vector<Network> networks_;
};

/// Momentum as PyTorch has it: m <- 0.95 m + g, w <- w - rate m.
class Momentum {
 public:
  explicit Momentum(StartBatch& batch) : batch_(batch), velocity_(batch.weights().size(), 0.0) {}
  void step(const std::vector<double>& rates) {
    const std::vector<double>& gradient = batch_.gradient();
    std::vector<double>& weights = batch_.weights();
    for (std::size_t i = 0; i < weights.size(); ++i) {
      velocity_[i] = kMomentum * velocity_[i] + gradient[i];
      weights[i] -= rates[static_cast<std::size_t>(batch_.start_of(i))] * velocity_[i];
    }
  }

 private:
  StartBatch& batch_;
  std::vector<double> velocity_;
};

/// The objective of the worst start after a short run; infinite where one diverges.
double trial(const Problem& problem, const MultiStartPlan& plan, int steps, double rate) {
  StartBatch batch(problem, plan.width, plan.starts, plan.seed);
  Momentum momentum(batch);
  const std::vector<double> rates(static_cast<std::size_t>(plan.starts), rate);
  const auto worst = [&batch] {
    const std::vector<double>& objectives = batch.evaluate();
    return *std::max_element(objectives.begin(), objectives.end());
  };
  double value = worst();
  const double limit = kDiverged * value;
  for (int step = 0; step < steps; ++step) {
    momentum.step(rates);
    value = worst();
    if (!(value < limit)) return std::numeric_limits<double>::infinity();
  }
  return value;
}

/// The rate whose short run is best for its worst start: a rate that kills the neurons of one start loses.
double trial_rate(const Problem& problem, const MultiStartPlan& plan, const KeepGoing& keep_going) {
  const int steps = std::max(plan.epochs / kTrialShare, kTrialLeast);
  double best_rate = kTrialRate;
  double best = std::numeric_limits<double>::infinity();
  double rate = kTrialRate;
  for (int k = 0; k < kTrials; ++k, rate *= kTrialFall) {
    ask(keep_going);
    const double value = trial(problem, plan, steps, rate);
    if (!(value < best)) continue;
    best = value;
    best_rate = rate;
  }
  return best_rate;
}

/// Halves a rate after a number of looks without progress (PyTorch's ReduceLROnPlateau).
class Plateau {
 public:
  Plateau(std::size_t starts, int patience)
      : patience_(patience), best_(starts, std::numeric_limits<double>::infinity()), waited_(starts, 0) {}
  void look(const std::vector<double>& objectives, std::vector<double>& rates) {
    for (std::size_t s = 0; s < best_.size(); ++s) {
      if (objectives[s] < best_[s] * (1.0 - kPlateauProgress)) {
        best_[s] = objectives[s];
        waited_[s] = 0;
      } else if (++waited_[s] > patience_) {
        rates[s] *= 0.5;
        waited_[s] = 0;
      }
    }
  }

 private:
  int patience_;
  std::vector<double> best_;
  std::vector<int> waited_;
};

}  // namespace

StartBatch::StartBatch(const Problem& problem, int width, int starts, std::uint64_t seed)
    : X_(dense(problem.X)),
      Y_(dense(problem.Y)),
      gamma_(problem.gamma),
      width_(static_cast<std::size_t>(width)),
      columns_(width_ * static_cast<std::size_t>(starts)),
      starts_(starts),
      weights_(static_cast<std::size_t>(X_.cols + Y_.cols) * columns_),
      gradient_(weights_.size()),
      objectives_(static_cast<std::size_t>(starts)),
      P_(static_cast<std::size_t>(X_.rows) * columns_),
      R_(P_.size()),
      E_(static_cast<std::size_t>(X_.rows * Y_.cols)) {
  const double u = 1.0 / std::sqrt(static_cast<double>(X_.cols));
  const double v = 1.0 / std::sqrt(static_cast<double>(width));
  for (int s = 0; s < starts; ++s) {
    Random random(seed * 1000003U + static_cast<std::uint64_t>(s));
    for (index_t row = 0; row < X_.cols + Y_.cols; ++row)
      for (std::size_t j = 0; j < width_; ++j)
        weights_[static_cast<std::size_t>(row) * columns_ + static_cast<std::size_t>(s) * width_ + j] =
            (row < X_.cols ? u : v) * (2.0 * random.uniform() - 1.0);
  }
}

// U'-gradient X'((E V) o 1[XU > 0]) + gamma U and V-gradient E'R + gamma V; only the products with X are shared.
const std::vector<double>& StartBatch::evaluate() {
  const index_t n = X_.rows;
  const index_t d = X_.cols;
  const index_t c = Y_.cols;
  const auto columns = static_cast<index_t>(columns_);
  const auto k = static_cast<index_t>(width_);
  const std::size_t inputs = static_cast<std::size_t>(d) * columns_;
  multiply(1.0, X_, {weights_.data(), d, columns}, 0.0, P_.data(), columns);
  for (std::size_t i = 0; i < P_.size(); ++i) R_[i] = P_[i] > 0.0 ? P_[i] : 0.0;
  for (int s = 0; s < starts_; ++s) {
    const std::size_t at = static_cast<std::size_t>(s) * width_;
    const Operand V(weights_.data() + inputs + at, c, k, columns);
    const Operand E(E_.data(), n, c);
    const Operand R(R_.data() + at, n, k, columns);
    std::copy(Y_.data.begin(), Y_.data.end(), E_.begin());
    multiply(1.0, R, transposed(V), -1.0, E_.data(), c);
    double square = 0.0;
    for (const double e : E_) square += e * e;
    objectives_[static_cast<std::size_t>(s)] = 0.5 * square;
    multiply(1.0, transposed(E), R, 0.0, gradient_.data() + inputs + at, columns);
    multiply(1.0, E, V, 0.0, R_.data() + at, columns);
  }
  for (std::size_t i = 0; i < P_.size(); ++i) R_[i] = P_[i] > 0.0 ? R_[i] : 0.0;
  multiply(1.0, transposed(X_), {R_.data(), n, columns}, 0.0, gradient_.data(), columns);
  for (std::size_t row = 0; row < static_cast<std::size_t>(d) + static_cast<std::size_t>(c); ++row)
    for (std::size_t j = 0; j < columns_; ++j) {
      const std::size_t i = row * columns_ + j;
      gradient_[i] += gamma_ * weights_[i];
      objectives_[j / width_] += 0.5 * gamma_ * weights_[i] * weights_[i];
    }
  return objectives_;
}

Network StartBatch::network(int start) const {
  Network network{Matrix(X_.cols, static_cast<index_t>(width_)), Matrix(Y_.cols, static_cast<index_t>(width_))};
  const auto copy = [&](index_t first, Matrix& to) {
    for (index_t row = 0; row < to.rows; ++row)
      std::copy_n(weights_.begin() + static_cast<std::ptrdiff_t>(static_cast<std::size_t>(first + row) * columns_ +
                                                                 static_cast<std::size_t>(start) * width_),
                  width_, to.row(row));
  };
  copy(0, network.U);
  copy(X_.cols, network.V);
  return network;
}

MultiStartResult train_sgd(const Problem& problem, const MultiStartPlan& plan, const KeepGoing& keep_going) {
  const double rate = trial_rate(problem, plan, keep_going);
  StartBatch batch(problem, plan.width, plan.starts, plan.seed);
  Momentum momentum(batch);
  BestOf best(batch);
  std::vector<double> rates(static_cast<std::size_t>(plan.starts), rate);
  Plateau plateau(rates.size(), static_cast<int>(kPlateauShare * plan.epochs / kPlateauPeriod));
  for (int step = 0; step < plan.epochs; ++step) {
    const std::vector<double>& objectives = batch.evaluate();
    if (step % kPlateauPeriod == 0) {
      best.look(batch, objectives);
      plateau.look(objectives, rates);
    }
    momentum.step(rates);
    if (step % kAsk == 0) ask(keep_going);
  }
  best.look(batch, batch.evaluate());
  MultiStartResult result = best.result();
  result.learning_rate = rate;
  return result;
}

MultiStartResult train_adam(const Problem& problem, const MultiStartPlan& plan, const KeepGoing& keep_going) {
  StartBatch batch(problem, plan.width, plan.starts, plan.seed);
  BestOf best(batch);
  std::vector<double> mean(batch.weights().size(), 0.0);
  std::vector<double> square(mean);
  for (int step = 0; step < plan.epochs; ++step) {
    const std::vector<double>& objectives = batch.evaluate();
    if (step % kPlateauPeriod == 0) best.look(batch, objectives);
    const double done = static_cast<double>(step) / plan.epochs;
    const double rate = 0.5 * kAdamRate * (1.0 + std::cos(std::numbers::pi * done));
    const double first = 1.0 - std::pow(kBeta1, step + 1);
    const double second = 1.0 - std::pow(kBeta2, step + 1);
    std::vector<double>& weights = batch.weights();
    for (std::size_t i = 0; i < weights.size(); ++i) {
      const double g = batch.gradient()[i];
      mean[i] = kBeta1 * mean[i] + (1.0 - kBeta1) * g;
      square[i] = kBeta2 * square[i] + (1.0 - kBeta2) * g * g;
      weights[i] -= rate * (mean[i] / first) / (std::sqrt(square[i] / second) + kAdamEpsilon);
    }
    if (step % kAsk == 0) ask(keep_going);
  }
  best.look(batch, batch.evaluate());
  return best.result();
}

MultiStartResult train_lbfgs(const Problem& problem, const MultiStartPlan& plan, const KeepGoing& keep_going) {
  const ScaledTraining training(problem);
  const StartBatch starts(problem, plan.width, plan.starts, plan.seed);
  const std::shared_ptr<const Device> device = find_device(plan.device);
  MultiStartResult result;
  result.objective = std::numeric_limits<double>::infinity();
  Watch watch([&keep_going](std::int64_t, double) { return !keep_going || keep_going(); });
  for (int s = 0; s < plan.starts; ++s) {
    const auto backend = device->training(training.problem(), {kMemory, 1});
    // The exact level takes twice as many evaluations as `passes` says.
    const PolishPlan polish_plan{OutputWeights::free, 0.0, std::max(plan.epochs / 2, 1)};
    const Network trained = training.unscaled(
        polish(*backend, training.problem(), training.scaled(starts.network(s)), polish_plan, watch).network);
    if (watch.stopped()) throw Interrupted();
    result.objectives.push_back(burelu::objective(problem, trained));
    if (!(result.objectives.back() < result.objective)) continue;
    result.objective = result.objectives.back();
    result.best = trained;
  }
  std::sort(result.objectives.begin(), result.objectives.end());
  return result;
}

}  // namespace burelu::study
