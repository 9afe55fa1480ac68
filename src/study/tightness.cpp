// The jobs of the tightness study: one for the relaxation of each instance and gamma, one for each baseline.
#include "study/tightness.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "burelu/errors.hpp"
#include "formats/json_numbers.hpp"
#include "linalg/clock.hpp"
#include "study/convex_relu.hpp"
#include "study/copositive.hpp"
#include "study/frank_wolfe.hpp"
#include "study/multistart.hpp"
#include "study/sdpa.hpp"
#include "study/tightness_task.hpp"

namespace burelu::study {
namespace {

constexpr int kWidths[] = {5, 10, 100, 200, 300};  // as in the paper
constexpr int kMassWidth = 100;                    // of the network that bounds the mass of plain Frank-Wolfe
constexpr int kMassEvaluations = 500;
constexpr int kPlainSteps = 10000;
constexpr int kCorrectiveSteps = 200;
constexpr double kMostEntries = 3e7;  // of the copositive relaxation's multipliers: 240 MB
constexpr double kFlopsPerSecond = 3e9;
constexpr double kBranchSeconds[] = {1, 8};  // about, up to four features and beyond

using Task = TightnessTask;
using MultiStart = MultiStartResult (*)(const Problem&, const MultiStartPlan&, const KeepGoing&);

std::vector<Record> run_multistart(const Task& task, const std::string& method, MultiStart train) {
  std::vector<Record> records;
  for (const int width : kWidths) {
    const Clock clock;
    const TightnessOptions& options = task.options;
    const MultiStartPlan plan{width, options.starts, options.epochs, options.seed, options.device};
    const MultiStartResult result = train(task.problem(), plan, options.keep_going);
    Record record = task.identity(method);
    record["network"] = number_or_null(result.objective);
    record["width"] = width;
    record["network_median"] = number_or_null(result.objectives[result.objectives.size() / 2]);
    record["network_worst"] = number_or_null(result.objectives.back());
    record["starts"] = options.starts;
    record["epochs"] = options.epochs;
    if (result.learning_rate > 0.0) record["learning_rate"] = result.learning_rate;
    record["seconds"] = clock.seconds();
    records.push_back(std::move(record));
  }
  return records;
}

/// 1/2 (||U||^2 + ||V||^2) of a trained network: the t of the paper's Frank-Wolfe.
double trained_mass(const Task& task) {
  const MultiStartPlan plan{kMassWidth, 1, kMassEvaluations, task.options.seed, task.options.device};
  const Network network = balanced(train_lbfgs(task.problem(), plan, task.options.keep_going).best);
  double sum = 0.0;
  for (const double u : network.U.data) sum += 0.5 * u * u;
  for (const double v : network.V.data) sum += 0.5 * v * v;
  return sum;
}

std::vector<Record> run_frank_wolfe(const Task& task, const std::string& method) {
  const Clock clock;
  const Patterns patterns = task.patterns();
  FrankWolfePlan plan;
  plan.seconds = task.options.baseline_seconds;
  plan.corrective = method == "corrective";
  plan.mass = plan.corrective ? 0.0 : trained_mass(task);
  plan.iterations = plan.corrective ? kCorrectiveSteps : kPlainSteps;
  const FrankWolfeResult result = frank_wolfe(task.problem(), patterns, plan, task.options.keep_going);
  Record record = task.identity(method);
  record["network"] = number_or_null(objective(task.problem(), result.network));
  record["width"] = result.network.width();
  record["iterations"] = result.iterations;
  record["patterns"] = patterns.list.size();
  record["patterns_complete"] = patterns.complete;
  // In higher dimension the steepest neuron of a cone is found by ascent only: no bound.
  if (patterns.complete && task.problem().X.cols <= 2) record["optimum_bound"] = number_or_null(result.lower_bound);
  record["seconds"] = clock.seconds();
  return {record};
}

std::vector<Record> run_convex_relu(const Task& task, const std::string& method) {
  const Clock clock;
  const Patterns patterns = task.patterns();
  ConvexReluPlan plan;
  plan.seconds = task.options.baseline_seconds;
  const Network network = train_convex_relu(task.problem(), patterns, plan, task.options.keep_going);
  Record record = task.identity(method);
  record["network"] = number_or_null(objective(task.problem(), network));
  record["width"] = network.width();
  record["patterns"] = patterns.list.size();
  record["patterns_complete"] = patterns.complete;
  record["seconds"] = clock.seconds();
  return {record};
}

std::vector<Record> run_copositive(const Task& task, const std::string& method) {
  const Clock clock;
  const Patterns patterns = task.patterns();
  Record record = task.identity(method);
  record["patterns"] = patterns.list.size();
  record["patterns_complete"] = patterns.complete;
  if (copositive_entries(patterns) > kMostEntries) {
    record["status"] = "too large";
    return {record};
  }
  CopositivePlan plan;
  plan.seconds = task.options.baseline_seconds;
  const CopositiveResult result = copositive_relaxation(task.problem(), patterns, plan, task.options.keep_going);
  record["relaxation"] = number_or_null(result.value);
  record["infeasibility"] = number_or_null(result.infeasibility);
  record["relaxation_bound"] = number_or_null(result.lower_bound);
  if (patterns.complete) record["optimum_bound"] = number_or_null(result.lower_bound);
  record["seconds"] = clock.seconds();
  return {record};
}

std::string file_name(std::string text) {
  for (char& c : text)
    if (std::string_view("/\\?&=:* ").find(c) != std::string_view::npos) c = '_';
  return text;
}

std::vector<Record> run_cross_check(const Task& task, const std::string& method) {
  const TightnessOptions& options = task.options;
  const std::string path =
      options.out + "/" + file_name(task.instance->name + "_gamma_" + short_number(task.gamma)) + ".dat-s";
  const CrossCheck check =
      cross_check(task.problem(), path, 1e-6, options.cross_check_limit, options.threads, options.keep_going);
  Record record = task.identity(method);
  record["status"] = check.status;
  record["solver"] = check.solver;
  record["solver_upper"] = number_or_null(check.upper);
  record["solver_lower"] = number_or_null(check.lower);
  record["seconds"] = check.seconds;
  return {record};
}

/// A baseline: its name, what it does, and about how many seconds it takes.
struct Method {
  std::string name;
  std::function<std::vector<Record>(const Task&)> run;
  std::function<double(const Task&)> weight;
};

double multistart_weight(const Task& task) {
  const Dataset& data = task.instance->data;
  double neurons = 0.0;
  for (const int width : kWidths) neurons += width * task.options.starts;
  return 6.0 * static_cast<double>(data.X.rows * (data.X.cols + data.Y.cols)) * neurons * task.options.epochs /
         kFlopsPerSecond;
}

std::vector<Method> methods() {
  const auto constant = [](double seconds) { return [seconds](const Task&) { return seconds; }; };
  const auto with_name = [](std::vector<Record> (*run)(const Task&, const std::string&), const std::string& name) {
    return [run, name](const Task& task) { return run(task, name); };
  };
  std::vector<Method> list;
  for (const auto& [name, train] :
       {std::pair<const char*, MultiStart>{"sgd", train_sgd}, {"adam", train_adam}, {"lbfgs", train_lbfgs}})
    list.push_back(
        {name,
         [name = std::string(name), train = train](const Task& task) { return run_multistart(task, name, train); },
         multistart_weight});
  list.push_back({"frank-wolfe", with_name(run_frank_wolfe, "frank-wolfe"), constant(2.0)});
  list.push_back({"corrective", with_name(run_frank_wolfe, "corrective"), constant(2.0)});
  list.push_back({"convex-relu", with_name(run_convex_relu, "convex-relu"), constant(3.0)});
  list.push_back({"copositive", with_name(run_copositive, "copositive"), constant(3.0)});
  list.push_back({"branch", with_name(run_branch, "branch"),
                  [](const Task& task) { return kBranchSeconds[task.instance->data.X.cols > 4 ? 1 : 0]; }});
  return list;
}

std::vector<Method> chosen_methods(const TightnessOptions& options) {
  std::vector<Method> all = methods();
  std::vector<Method> chosen;
  if (options.methods.empty()) chosen = all;
  for (const std::string& name : options.methods) {
    if (name == "none") continue;
    const auto found = std::find_if(all.begin(), all.end(), [&](const Method& method) { return method.name == name; });
    if (found == all.end()) {
      std::string known = "none";
      for (const Method& method : all) known += ", " + method.name;
      throw DataError("there is no method '" + name + "'; there are " + known);
    }
    chosen.push_back(*found);
  }
  if (options.cross_check)
    chosen.push_back({"cross-check", [](const Task& task) { return run_cross_check(task, "cross-check"); },
                      [](const Task& task) { return 1e-4 * std::pow(task.instance->data.X.rows, 3.0); }});
  return chosen;
}

}  // namespace

std::vector<std::string> tightness_methods() {
  std::vector<std::string> names;
  for (const Method& method : methods()) names.push_back(method.name);
  return names;
}

Record tightness_fixed_options(const TightnessOptions& options) {
  return {{"standardize", options.preparation.standardize},
          {"bias", options.preparation.bias},
          {"seed", options.seed},
          {"tolerance", options.tolerance},
          {"max_evaluations", options.max_evaluations},
          {"starts", options.starts},
          {"epochs", options.epochs},
          {"patterns", options.patterns},
          {"device", options.device}};
}

std::vector<Job> tightness_jobs(const TightnessOptions& options) {
  const std::vector<Method> baselines = chosen_methods(options);
  std::vector<Job> jobs;
  std::set<std::string> seen;
  for (const std::string& name : options.datasets) {
    const auto instance = load_instance(options.data, name, options.preparation);
    for (const double gamma : options.gammas) {
      const Task task{instance, gamma, options};
      if (!seen.insert(task.key()).second) continue;
      validate(task.problem());
      const auto n = static_cast<double>(instance->data.X.rows);
      jobs.push_back({task.key() + "/burelu", task.title() + ": relaxation and network", 2.0 + 2e-3 * n * n,
                      [task] { return run_burelu(task); }});
      for (const Method& method : baselines)
        jobs.push_back({task.key() + "/" + method.name, task.title() + ": " + method.name, method.weight(task),
                        [task, run = method.run] { return run(task); }});
    }
  }
  return jobs;
}

}  // namespace burelu::study
