// What starts from the relaxation in the accuracy study: burelu's extraction, its parts, the paper's rounding.
#include <fmt/format.h>

#include <algorithm>

#include "burelu/solve.hpp"
#include "driver/devices.hpp"
#include "linalg/clock.hpp"
#include "linalg/thread_scope.hpp"
#include "network/extraction.hpp"
#include "study/accuracy_methods.hpp"
#include "study/accuracy_record.hpp"
#include "study/extraction_methods.hpp"
#include "study/operator_splitting.hpp"
#include "study/selection.hpp"

namespace burelu::study {
namespace {

// Where a rounding starts and how far it steps.
struct Variant {
  SplittingStart start;
  double step;
};

struct Rounding {
  const char* method;
  std::vector<Variant> variants;  // which of them: chosen like the iterate
};

std::vector<Rounding> rounding_methods() {
  return {{"rounding, as published", {{SplittingStart::eigenvectors, 1.0}}},
          {"rounding, shorter steps", {{SplittingStart::rotated, 0.3}, {SplittingStart::rotated, 0.1}}}};
}

constexpr double kPairs = 2e9;  // products of rows in one solve: about 3 minutes on one core
constexpr std::int64_t kMostEvaluations = 8000;

std::int64_t evaluation_limit(const AccuracyOptions& options, index_t rows) {
  if (options.max_evaluations > 0) return options.max_evaluations;
  const auto n = static_cast<double>(rows);
  return std::min(kMostEvaluations, static_cast<std::int64_t>(kPairs / (n * n)));
}

class RelaxationStudy {
 public:
  RelaxationStudy(const AccuracyTask& task, const AccuracyOptions& options)
      : task_(task),
        options_(options),
        problem_(task.data.train.problem(task.gamma)),
        evaluations_(evaluation_limit(options, problem_.X.rows)),
        relaxation_(solved(problem_, evaluations_)) {}

  void extractions() {
    const Clock clock;
    TrainOptions train;
    train.solve.seed = options_.seed;
    TrainingBudget budget;
    budget.max_evaluations = options_.network_evaluations;
    budget.keep_going = [this](std::int64_t, double) { return going(options_); };
    std::int64_t spent = 0;
    add_both("burelu", train_network(*cpu_device(), problem_, &relaxation_.factor, train, budget, spent), clock);
    for (const StartKind kind : {StartKind::gauss, StartKind::random, StartKind::columns, StartKind::rotate}) {
      stop_if_asked(options_);
      const Clock single;
      const SingleStart start{kind, kSingleWidth, options_.single_passes, options_.seed};
      add_both(fmt::format("burelu, {} only", to_string(kind)), polished_start(problem_, relaxation_.factor, start),
               single);
    }
  }

  void roundings() {
    const Clock clock;
    const std::vector<Part> parts = solved_parts();
    const double preparing = clock.seconds();
    const ThreadScope scope(product_threads(task_, options_));
    for (const Rounding& rounding : rounding_methods()) {
      round_by_test_rows(rounding);
      round_by_validation(rounding, parts, preparing);
    }
  }

  std::vector<Record> records() && { return std::move(records_); }

 private:
  static constexpr index_t kSingleWidth = 100;

  struct Part {
    Split data;
    Factor factor;
  };

  Relaxation solved(const Problem& problem, std::int64_t evaluations) const {
    SolveOptions solve_options;
    solve_options.tolerance = options_.tolerance;
    solve_options.bound = BoundMethod::relaxation;
    solve_options.max_evaluations = evaluations;
    solve_options.device = "cpu";
    solve_options.threads = options_.threads;
    solve_options.seed = options_.seed;
    solve_options.progress = [this](const Progress&) { return going(options_); };
    Relaxation relaxation = solve(problem, solve_options);
    stop_if_asked(options_);
    return relaxation;
  }

  std::vector<Part> solved_parts() const {
    std::vector<Part> parts;
    for (Split& data : folds(task_.data.train, options_.parts, options_.seed)) {
      Factor factor = solved(data.train.problem(task_.gamma), evaluations_ / 2).factor;
      parts.push_back({std::move(data), std::move(factor)});
    }
    return parts;
  }

  SplittingOptions splitting(const Variant& variant, int iterations) const {
    SplittingOptions splitting;
    splitting.iterations = iterations;
    splitting.width = options_.splitting_width;
    splitting.start = variant.start;
    splitting.step = variant.step;
    splitting.seed = options_.seed;
    return splitting;
  }

  // The paper's protocol: variant, iterate and threshold on the test rows.
  void round_by_test_rows(const Rounding& rounding) {
    const Clock clock;
    ThresholdSelection selection(task_.data.test);
    Variant chosen = rounding.variants.front();
    for (const Variant& variant : rounding.variants) {
      round_by_splitting(problem_, relaxation_.factor, splitting(variant, options_.splitting_iterations),
                         [&](int iteration, const Network& network) {
                           stop_if_asked(options_);
                           if (selection.consider(iteration, network)) chosen = variant;
                         });
    }
    MethodRun run = method_run(rounding.method, selection.network(), clock.seconds());
    run.iterate = selection.iterate();
    run.setting = setting(chosen);
    records_.push_back(paper_record(task_, run, outputs_of(selection.network(), task_.data)));
  }

  // Variant and iterate by the relaxations of the parts, then the same of the relaxation of all training rows.
  void round_by_validation(const Rounding& rounding, const std::vector<Part>& parts, double preparing) {
    const Clock clock;
    ValidationCurve::Best best;
    Variant chosen = rounding.variants.front();
    for (const Variant& variant : rounding.variants) {
      ValidationCurve curve;
      for (const Part& part : parts)
        round_by_splitting(part.data.train.problem(task_.gamma), part.factor,
                           splitting(variant, options_.splitting_iterations),
                           [&](int iteration, const Network& network) {
                             stop_if_asked(options_);
                             curve.add(iteration, network, part.data.test);
                           });
      const ValidationCurve::Best candidate = curve.best(options_.parts);
      if (!candidate.better_than(best)) continue;
      best = candidate;
      chosen = variant;
    }
    const Network network =
        round_by_splitting(problem_, relaxation_.factor, splitting(chosen, std::max(best.iterate, 1))).network;
    MethodRun run = method_run(rounding.method, network, preparing + clock.seconds());
    run.iterate = best.iterate;
    run.setting = setting(chosen);
    records_.push_back(honest_record(task_, run, outputs_of(network, task_.data)));
  }

  static std::string setting(const Variant& variant) {
    return fmt::format("{} start, step {}", variant.start == SplittingStart::rotated ? "rotated" : "eigenvector",
                       variant.step);
  }

  void add_both(const std::string& method, const Network& network, const Clock& clock) {
    const MethodRun run = method_run(method, network, clock.seconds());
    const SplitOutputs outputs = outputs_of(network, task_.data);
    records_.push_back(paper_record(task_, run, outputs));
    records_.push_back(honest_record(task_, run, outputs));
  }

  MethodRun method_run(const std::string& method, const Network& network, double seconds) const {
    MethodRun run;
    run.method = method;
    run.objective = objective(problem_, network);
    run.lower_bound = relaxation_.lower_bound;
    run.status = burelu::to_string(relaxation_.status);
    run.relaxation = relaxation_.objective;
    run.evaluations = relaxation_.evaluations;
    run.evaluation_limit = evaluations_;
    run.seconds = relaxation_.seconds.total + seconds;
    return run;
  }

  const AccuracyTask& task_;
  const AccuracyOptions& options_;
  Problem problem_;
  std::int64_t evaluations_;
  Relaxation relaxation_;
  std::vector<Record> records_;
};

}  // namespace

std::vector<Record> relaxation_records(const AccuracyTask& task, const AccuracyOptions& options) {
  RelaxationStudy study(task, options);
  study.extractions();
  study.roundings();
  return std::move(study).records();
}

}  // namespace burelu::study
