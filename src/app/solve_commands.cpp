// train, bound, certify: check the outputs, load, solve with live progress, write everything, summarise.
#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <filesystem>
#include <limits>

#include "app/commands.hpp"
#include "app/errors.hpp"
#include "app/exit_codes.hpp"
#include "app/interrupt.hpp"
#include "app/progress_printer.hpp"
#include "app/summary.hpp"
#include "burelu/errors.hpp"
#include "burelu/solve.hpp"
#include "burelu/version.hpp"
#include "io/formats.hpp"
#include "io/output_file.hpp"

namespace burelu::app {
namespace {

constexpr double kDefaultGamma = 0.1;
constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

/// One run from the door to the exit: the data, where time went, what was written.
class Run {
 public:
  explicit Run(const Arguments& arguments) : arguments_(arguments) {
    const std::string& device = arguments.options.solve.device;
    if (!kWithCuda && device.starts_with("cuda"))
      throw DeviceError("--device " + device + ": this build has no CUDA backend (see burelu info); use --device cpu");
    check_outputs();
    context_.command = arguments.line;
    context_.seed = arguments.options.solve.seed;
    catch_interrupts();
  }

  void load_for_training() {
    const Table table = read_table(arguments_.data, arguments_.header);
    adopt(training_data(table, arguments_.targets, arguments_.bias, arguments_.standardize), kDefaultGamma);
  }

  void load_for_model(const Model& model) {
    const Table table = read_table(arguments_.data, arguments_.header);
    adopt(labelled_data(table, arguments_.targets, model), std::isnan(model.gamma) ? kDefaultGamma : model.gamma);
  }

  const Dataset& data() const { return data_; }
  double gamma() const { return context_.gamma; }
  Problem problem() const { return data_.problem(context_.gamma); }

  TrainOptions options(ProgressPrinter& printer) const {
    TrainOptions options = arguments_.options;
    options.solve.progress = [&printer](const Progress& progress) { return printer(progress); };
    return options;
  }

  double train_accuracy(const Network& network) const { return accuracy(predict(data_.X, network), data_.labels); }

  /// Writes certificate and report, prints the summary; the exit code.
  int finish(const Relaxation& relaxation, const Seconds& seconds, const NetworkReport& network = {}) {
    context_.total_seconds = elapsed();
    if (!arguments_.certificate.empty()) write_proof(relaxation.certificate);
    if (!arguments_.report.empty()) {
      write_file(arguments_.report, report_text(context_, data_, relaxation, seconds, network));
      written(arguments_.report);
    }
    SummaryRows rows = summary_rows(context_, data_, relaxation, seconds, network);
    if (!written_.empty()) rows.emplace_back("written", written_);
    if (arguments_.level() >= LogLevel::info) fmt::print("{}", aligned(rows));
    return exit_code(relaxation.status);
  }

  void written(const std::string& path) { written_ += (written_.empty() ? "" : ", ") + path; }

 private:
  using Clock = std::chrono::steady_clock;

  double elapsed() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }

  /// Before hours of work: every output can be written, and none replaces an input or another output.
  void check_outputs() const {
    std::vector<std::string> seen = {arguments_.data, arguments_.model};
    for (const std::string& path : {arguments_.out, arguments_.report, arguments_.certificate, arguments_.save_data}) {
      if (path.empty()) continue;
      for (const std::string& other : seen)
        if (same_file(path, other)) throw UsageError(path + " is named twice on the command line; name another output");
      check_writable(path);
      seen.push_back(path);
    }
  }

  static bool same_file(const std::string& a, const std::string& b) {
    std::error_code ignored;
    return !b.empty() && !std::filesystem::is_character_file(a, ignored) &&
           (a == b || std::filesystem::equivalent(a, b, ignored));
  }

  void adopt(Dataset data, double default_gamma) {
    data_ = std::move(data);
    context_.gamma = arguments_.gamma.value_or(default_gamma);
    context_.load_seconds = elapsed();
    validate(problem());
    if (arguments_.save_data.empty()) return;
    write_prepared(arguments_.save_data, data_);
    written(arguments_.save_data);
  }

  void write_proof(const Certificate& certificate) {
    if (certificate.empty()) {
      if (arguments_.level() >= LogLevel::warning)
        fmt::print(stderr, "burelu: no bound was proven, so {} is not written\n", arguments_.certificate);
      return;
    }
    write_certificate(arguments_.certificate, certificate);
    written(arguments_.certificate);
  }

  const Arguments& arguments_;
  Clock::time_point start_ = Clock::now();
  ReportContext context_;
  Dataset data_;
  std::string written_;
};

Model model_of(const Arguments& arguments, const Run& run, const Training& training) {
  Model model;
  model.preparation = run.data().preparation;
  model.outputs = run.data().outputs;
  model.network = training.network;
  model.gamma = run.gamma();
  model.objective = training.objective;
  model.lower_bound = training.relaxation.lower_bound;
  model.relative_gap = training.relative_gap;
  model.provenance = {{"program", std::string("burelu ") + kVersion},
                      {"command", arguments.line},
                      {"data", run.data().source},
                      {"data_hash", hash_text(data_hash(run.problem()))},
                      {"device", training.relaxation.device},
                      {"status", to_string(training.relaxation.status)}};
  return model;
}

Model model_to_certify(const Arguments& arguments) {
  Model model = read_model(arguments.model);
  if (arguments.bias) model.preparation.bias = true;
  if (arguments.standardize && !model.preparation.standardized())
    throw UsageError("--standardize: " + arguments.model +
                     " carries no standardisation; put mean and scale of the features into its field \"standardize\"");
  return model;
}

}  // namespace

int run_train(const Arguments& arguments) {
  Run run(arguments);
  run.load_for_training();
  const Training training = [&] {
    ProgressPrinter printer(arguments.level());
    return train(run.problem(), run.options(printer));
  }();
  const Network& network = training.network;
  const bool trained = network.U.rows > 0;
  if (trained && !arguments.out.empty()) {
    write_model(arguments.out, model_of(arguments, run, training));
    run.written(arguments.out);
  }
  NetworkReport report;
  if (trained)
    report = {training.objective, training.relative_gap, run.train_accuracy(network), kNone, network.width()};
  return run.finish(training.relaxation, training.seconds, report);
}

int run_bound(const Arguments& arguments) {
  Run run(arguments);
  run.load_for_training();
  const Relaxation relaxation = [&] {
    ProgressPrinter printer(arguments.level());
    return solve(run.problem(), run.options(printer).solve);
  }();
  return run.finish(relaxation, relaxation.seconds);
}

int run_certify(const Arguments& arguments) {
  Run run(arguments);
  const Model model = model_to_certify(arguments);
  run.load_for_model(model);
  const NetworkCertificate result = [&] {
    ProgressPrinter printer(arguments.level());
    return certify(run.problem(), model.network, run.options(printer).solve);
  }();
  const double gap = (result.objective - result.relaxation.lower_bound) / std::fabs(result.objective);
  const NetworkReport report{result.objective, gap, run.train_accuracy(model.network), result.balanced_objective,
                             model.network.width()};
  return run.finish(result.relaxation, result.relaxation.seconds, report);
}

}  // namespace burelu::app
