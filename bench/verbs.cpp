#include "verbs.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <utility>

#include "linalg/team.hpp"
#include "network/polish.hpp"
#include "problem/presolve.hpp"
#include "relaxation/iteration.hpp"

namespace burelu::bench {
namespace {

constexpr double kDouble = sizeof(double);

Matrix gaussian(index_t rows, index_t cols, unsigned seed) {
  std::mt19937_64 engine(seed);
  std::normal_distribution<double> normal;
  Matrix out(rows, cols);
  for (double& value : out.data) value = normal(engine);
  return out;
}

Matrix classes(index_t rows, index_t cols) {
  Matrix out(rows, cols);
  for (index_t i = 0; i < rows; ++i) out(i, i % cols) = 1.0;
  return out;
}

Network start_network(const Size& size) {
  return {gaussian(size.d, size.neurons, 2), gaussian(size.c, size.neurons, 3)};
}

// Traffic of the verbs with m x r arrays and lists of pairs. The pass reads T', column and, where the hinge is
// positive, w of an entry, two entries a pair; the update T'+ of the one before too, and writes T'. Rows of F come from
// a cache where it holds them, which is what any form must move, and once per entry from memory where not.
struct Costs {
  Costs(const Case& run, std::int64_t listed)
      : m(static_cast<double>(run.data.m)),
        n(static_cast<double>(run.data.loss_rows())),
        d(static_cast<double>(run.data.d)),
        c(static_cast<double>(run.data.c)),
        r(run.size.rank),
        p(run.size.pairs),
        entries(2.0 * static_cast<double>(listed)) {}
  double m, n, d, c, r, p;
  double entries;  // of the list

  Work activations() const { return {2 * m * d * r, kDouble * (m * d + 5 * m * r)}; }
  Work output_layer() const {
    return {2 * n * r * (r + c) + 2 * n * c * (r + c) + 2 * n * c * r, kDouble * (5 * n * r + 4 * n * c)};
  }
  Work over_list(double bytes_of_entry) const {
    const double least = bytes_of_entry * entries + 4 * m * r * kDouble;  // F and G F
    return {4 * entries * r, least + entries * r * kDouble, least};
  }
  Work interaction_pass() const { return over_list(16.0); }
  Work update() const { return over_list(32.0); }
  Work scan() const { return {4 * m * m * r, 2 * m * r * sizeof(float)}; }
  Work pull_back() const { return {2 * m * d * r + 2 * d * d * r, kDouble * (m * d + 9 * m * r)}; }
  Work extrapolate() const { return {4 * entries, 32 * entries}; }
  Work descent() const {
    const double unknowns = (m + d) * r;
    return {8 * p * unknowns, kDouble * (4 * p + 10) * unknowns};
  }
  Work evaluation() const {
    Work sum(0.0, 0.0);
    for (const Work& part : {activations(), output_layer(), interaction_pass(), pull_back(), descent()}) {
      sum.flops += part.flops;
      sum.bytes += part.bytes;
      sum.least_bytes += part.least_bytes;
    }
    return sum;
  }
  Work network_pass(double k) const { return {6 * n * (d + c) * k, kDouble * (8 * n * k + 2 * n * d)}; }
};

double distance(const Matrix& a, const Matrix& b) {
  double largest = 0.0;
  double difference = 0.0;
  for (std::size_t i = 0; i < b.data.size(); ++i) {
    largest = std::fmax(largest, std::fabs(b.data[i]));
    difference = std::isnan(a.data[i]) ? kInfinity : std::fmax(difference, std::fabs(a.data[i] - b.data[i]));
  }
  return largest > 0.0 ? difference / largest : difference;
}

double distance(double a, double b) { return a == b ? 0.0 : std::fabs(a - b) / std::fabs(b); }

// Both sorted by row and column; an entry that only one side has counts whole.
double distance(const std::vector<Multiplier>& a, const std::vector<Multiplier>& b) {
  double largest = 0.0;
  double difference = 0.0;
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < a.size() || j < b.size()) {
    const auto key = [](const std::vector<Multiplier>& list, std::size_t at) {
      return at < list.size() ? std::pair(list[at].i, list[at].j) : std::pair(INT32_MAX, INT32_MAX);
    };
    const bool left = key(a, i) <= key(b, j);
    const bool right = key(b, j) <= key(a, i);
    const double x = left ? a[i++].value : 0.0;
    const double y = right ? b[j++].value : 0.0;
    largest = std::fmax(largest, y);
    difference = std::fmax(difference, std::fabs(x - y));
  }
  return largest > 0.0 ? difference / largest : difference;
}

void sort(std::vector<Multiplier>& list) {
  std::sort(list.begin(), list.end(),
            [](const Multiplier& a, const Multiplier& b) { return std::pair(a.i, a.j) < std::pair(b.i, b.j); });
}

/// Weights are floats, which two orders of multiplication round to neighbours.
constexpr double kFloatWeights = 2.0 * std::numeric_limits<float>::epsilon();

struct Seen {
  Snapshot first, window, updated, reweighed, network;
};

BackendOptions options_of(const Case& run) {
  BackendOptions options;
  options.threads = resolve_threads(0);
  options.memory = run.size.pairs;
  options.rank = run.size.rank;
  return options;
}

TrainingOptions training_options() {
  TrainingOptions options;
  options.threads = resolve_threads(0);
  return options;
}

Seen see(const Case& run, const Target& target) {
  constexpr unsigned kAllParts = kDual | kFactor | kPoint | kGradient;
  const BackendOptions options = options_of(run);
  Seen seen;
  {
    const std::unique_ptr<Backend> backend = target.device->relaxation(run.data, options);
    const Point z = random_point(run.data, run.size.rank, 0);
    backend->write_point(z.Shat, z.Ut);
    list_pairs(*backend);
    descend(*backend, 1);
    backend->read(seen.first, kAllParts);
    descend(*backend, 5);
    backend->read(seen.window, kAllParts);
    update(*backend);
    backend->read(seen.updated, kAllParts);
    backend->reweigh();
    descend(*backend, 1);
    backend->read(seen.reweighed, kAllParts);
  }
  const std::unique_ptr<TrainingBackend> training = target.device->training(run.training, training_options());
  training->write_network(start_network(run.size), OutputWeights::free);
  training->step();
  training->network_pass();
  training->judge();
  training->accept();
  training->direction();
  training->read(seen.network, kGradient);
  for (Snapshot* s : {&seen.first, &seen.window, &seen.updated, &seen.reweighed}) sort(s->multipliers);
  return seen;
}

}  // namespace

Case::Case(const Size& wanted) : size(wanted), X(gaussian(wanted.n, wanted.d, 0)), Y(classes(wanted.n, wanted.c)) {
  const Problem problem{X, Y, 0.1};
  data = prepare(presolve(problem));
  training = normalise(problem).problem;
}

Running::Running(const Case& run, const Target& target) : case_(run) {
  constexpr int kUpdates = 6;  // windows of 20: the memory is full, the multipliers are sparse
  backend_ = target.device->relaxation(run.data, options_of(run));
  const Point z = random_point(run.data, run.size.rank, 0);
  backend_->write_point(z.Shat, z.Ut);
  for (int k = 0; k < kUpdates; ++k) {
    descend(*backend_, 20);
    update(*backend_);
  }
  descend(*backend_, 1);
  training_ = target.device->training(run.training, training_options());
  training_->write_network(start_network(run.size), OutputWeights::free);
}

double Running::active_share() {
  Snapshot s;
  backend_->read(s, kDual);
  const auto m = static_cast<double>(case_.data.m);
  return static_cast<double>(s.multipliers.size()) / (2.0 * m * m);
}

// A window that has halted would make every verb a no-op: it is opened anew before each run.
Verb Running::verb(const std::string& name, Work work, std::function<void(Backend&)> body) {
  Backend* backend = backend_.get();
  return {name, work, [backend, body = std::move(body)](int count) {
            Snapshot s;
            backend->open_window();
            backend->repeat(count, [&] { body(*backend); });
            backend->read(s, kScalars);
          }};
}

std::vector<Verb> Running::verbs() {
  Snapshot now;
  backend_->read(now, kScalars);
  const Costs costs(case_, now.control.lists.pairs);
  std::vector<Verb> out;
  out.push_back(verb("activations", costs.activations(), [](Backend& b) { b.activations(); }));
  out.push_back(verb("output_layer", costs.output_layer(), [](Backend& b) { b.output_layer(); }));
  out.push_back(verb("interaction_pass", costs.interaction_pass(), [](Backend& b) { b.interaction_pass(); }));
  out.push_back(verb("pull_back", costs.pull_back(), [](Backend& b) { b.pull_back(); }));
  // The same point again and again: a descent that arrives would end its window, and time nothing.
  out.push_back(verb("evaluation", costs.evaluation(), [](Backend& b) {
    b.open_window();
    b.step();
    b.activations();
    b.output_layer();
    b.interaction_pass();
    b.pull_back();
    b.judge();
    b.accept();
    b.direction();
  }));
  TrainingBackend* training = training_.get();
  out.push_back({"network_pass", costs.network_pass(static_cast<double>(case_.size.neurons)), [training](int count) {
                   Snapshot s;
                   training->open_window();
                   training->repeat(count, [training] { training->network_pass(); });
                   training->read(s, kScalars);
                 }});
  out.push_back(verb("scan", costs.scan(), [](Backend& b) { b.scan(); }));
  out.push_back(verb("update_multipliers", costs.update(), [](Backend& b) { b.update_multipliers(); }));
  out.push_back(verb("extrapolate", costs.extrapolate(), [](Backend& b) { b.extrapolate(); }));
  // A window opened each time: the trial is accepted, its products with all pairs are taken, a direction is made.
  out.push_back(verb("accept_direction", costs.descent(), [](Backend& b) {
    b.open_window();
    b.judge();
    b.accept();
    b.direction();
  }));
  return out;
}

std::vector<Check> validate(const Case& run, const Target& tested, const Target& reference) {
  const Seen a = see(run, tested);
  const Seen b = see(run, reference);
  const double rounding = 2000.0 * 2.2e-16 * std::sqrt(static_cast<double>(run.data.m));  // sums in another order
  const double amplified = 1e4 * rounding;                                                // over a few steps
  std::vector<Check> out;
  out.push_back({"activations", distance(a.first.A, b.first.A), rounding});
  out.push_back({"output_layer", distance(a.first.E, b.first.E), rounding});
  out.push_back({"interaction_pass", distance(a.first.control.value.penalty, b.first.control.value.penalty), rounding});
  out.push_back({"pull_back", distance(a.first.gradient_Ut, b.first.gradient_Ut), rounding});
  out.push_back({"pull_back", distance(a.first.gradient_Shat, b.first.gradient_Shat), rounding});
  out.push_back({"accept_direction", distance(a.window.Ut, b.window.Ut), amplified});
  out.push_back({"accept_direction", distance(a.window.Shat, b.window.Shat), amplified});
  out.push_back({"update_multipliers", distance(a.updated.multipliers, b.updated.multipliers), amplified});
  out.push_back({"update_multipliers", distance(a.updated.control.dual.mass, b.updated.control.dual.mass), amplified});
  out.push_back(
      {"reweigh", distance(a.reweighed.gradient_Shat, b.reweighed.gradient_Shat), std::max(amplified, kFloatWeights)});
  out.push_back({"network_pass", distance(a.network.gradient_Ut, b.network.gradient_Ut), rounding});
  return out;
}

}  // namespace burelu::bench
