// train, bound, certify: check the outputs, load, solve with live progress, write everything, summarise.
#include <chrono>
#include <cmath>
#include <filesystem>
#include <limits>
#include <optional>

#include "app/commands.hpp"
#include "app/errors.hpp"
#include "app/exit_codes.hpp"
#include "app/gamma.hpp"
#include "app/interrupt.hpp"
#include "app/messages.hpp"
#include "app/outputs.hpp"
#include "app/progress_printer.hpp"
#include "app/read_data.hpp"
#include "app/summary.hpp"
#include "burelu/errors.hpp"
#include "burelu/solve.hpp"
#include "burelu/version.hpp"
#include "data/column_sizes.hpp"
#include "driver/devices.hpp"
#include "driver/dominant.hpp"
#include "driver/memory_estimate.hpp"
#include "formats/output_file.hpp"
#include "ranks/lead.hpp"

namespace burelu::app {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

/// One run from the door to the exit: the data, where time went, what was written.
class Run {
 public:
  explicit Run(const Arguments& arguments) : arguments_(arguments) {
    // A device that is not there is said before the data is read.
    find_device(arguments.options.solve);
    check_outputs({arguments.out, arguments.report, arguments.certificate, arguments.save_data,
                   arguments.options.solve.checkpoint},
                  {arguments.data, arguments.model, arguments.bound});
    context_.command = arguments.line;
    context_.seed = arguments.options.solve.seed;
    if (!arguments.advice.empty()) warn(warnings(arguments.level()), arguments.advice);
    catch_interrupts();
  }

  void load_for_training() {
    TrainingChoice choice = arguments_.choice;
    choice.rows.seed = context_.seed;
    TrainingData data = training_data(read_data(arguments_), choice, warnings(arguments_.level()));
    held_out_ = std::move(data.test);
    adopt(std::move(data.train), {});
  }

  void load_for_model(const Model& model) {
    const Part part = arguments_.part.value_or(model.rows.divides() ? Part::train : Part::all);
    adopt(labelled_data(read_data(arguments_, model.features()), arguments_.choice.targets, model, part,
                        arguments_.choice.coding, warnings(arguments_.level())),
          std::isnan(model.gamma) ? std::nullopt : std::optional<double>(model.gamma));
  }

  /// How the network does on the rows that --split kept from it.
  void evaluate_held_out(const Network& network) {
    if (held_out_.X.rows > 0) evaluation_ = evaluate(held_out_, network, context_.gamma);
  }

  const Dataset& data() const { return data_; }
  double gamma() const { return context_.gamma; }
  Problem problem() const { return data_.problem(context_.gamma); }

  TrainOptions options(ProgressPrinter& printer) const {
    TrainOptions options = arguments_.options;
    options.solve.stop = interrupted;
    options.solve.progress = [&printer](const Progress& progress) { return printer(progress); };
    return options;
  }

  /// Prints what memory the solve, and the network after it, would take; the exit code where that fits.
  int estimate(bool network) const {
    const MemoryEstimate memory = estimate_memory(problem(), arguments_.options, network);
    if (arguments_.level() >= LogLevel::info) print(aligned(memory_rows(context_, data_, memory)));
    memory.require();
    return kSolved;
  }

  /// --gamma auto. False where that was interrupted.
  bool choose_gamma() {
    choice_ = cross_validated(arguments_, data_);
    context_.gamma_choice = &*choice_;
    if (choice_->chosen < 0) return false;
    context_.gamma = choice_->points[static_cast<std::size_t>(choice_->chosen)].gamma;
    if (arguments_.level() >= LogLevel::info) print("gamma   " + choice_text(*choice_, PathRule::best) + "\n");
    return true;
  }

  double train_accuracy(const Network& network) const {
    return accuracy(predict(data_.X, network), data_.labels, data_.outputs);
  }

  /// Writes certificate and report, prints the summary; the exit code.
  int finish(const Relaxation& relaxation, const Seconds& seconds, const NetworkReport& network = {}) {
    context_.total_seconds = elapsed();
    if (Lead* lead = arguments_.options.solve.lead) {
      context_.ranks = lead->size();
      context_.received = lead->ranks().traffic().bytes;
    }
    if (!arguments_.save_data.empty()) {
      write_prepared(arguments_.save_data, data_);
      written(arguments_.save_data);
    }
    if (!arguments_.certificate.empty()) write_proof(relaxation.certificate);
    if (!arguments_.report.empty()) {
      write_file(arguments_.report,
                 report_text(context_, data_, relaxation, seconds, network, evaluation_ ? &*evaluation_ : nullptr));
      written(arguments_.report);
    }
    if (relaxation.status == Status::device_failed && arguments_.level() >= LogLevel::error)
      complain(relaxation.message);
    SummaryRows rows = summary_rows(context_, data_, relaxation, seconds, network);
    if (!written_.empty()) rows.emplace_back("written", written_);
    if (arguments_.level() >= LogLevel::info) print(aligned(rows));
    if (arguments_.level() >= LogLevel::info && evaluation_)
      print("\non the rows held out by --split:\n" + evaluation_text(*evaluation_));
    return exit_code(relaxation.status);
  }

  void written(const std::string& path) { written_ += (written_.empty() ? "" : ", ") + path; }

 private:
  using Clock = std::chrono::steady_clock;

  double elapsed() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }

  void adopt(Dataset data, std::optional<double> models_gamma) {
    data_ = std::move(data);
    const ChosenGamma chosen = chosen_gamma(arguments_, data_, models_gamma);
    context_.gamma = chosen.gamma;
    context_.gamma_max = chosen.largest;
    context_.load_seconds = elapsed();
    validate(problem());
    warn_of_small_gamma(arguments_, chosen);
    warn_of_sizes();
    keep_results();
  }

  /// Columns so unlike in size that the small ones hardly count.
  void warn_of_sizes() const {
    const std::string warning = warning_of_sizes(data_);
    if (!warning.empty()) warn(warnings(arguments_.level()), warning);
  }

  void write_proof(const Certificate& certificate) {
    if (certificate.empty()) {
      if (arguments_.level() >= LogLevel::warning)
        complain("no bound was proven, so " + arguments_.certificate + " is not written");
      return;
    }
    write_certificate(arguments_.certificate, certificate);
    written(arguments_.certificate);
  }

  const Arguments& arguments_;
  Clock::time_point start_ = Clock::now();
  ReportContext context_;
  Dataset data_;
  Dataset held_out_;
  std::optional<Evaluation> evaluation_;
  std::optional<Path> choice_;
  std::string written_;
};

Model model_of(const Arguments& arguments, const Run& run, const Training& training) {
  Model model;
  model.preparation = run.data().preparation;
  model.outputs = run.data().outputs;
  model.rows = run.data().rows;
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

/// The bound of a certificate for exactly these data, proven again rather than believed.
Relaxation saved_bound(const std::string& path, const Problem& problem) {
  const Certificate certificate = read_certificate(path);
  if (certificate.data_hash != data_hash(problem))
    throw DataError(path + ": the certificate is of other data, another preparation or another gamma (hash " +
                    hash_text(certificate.data_hash) + ", here " + hash_text(data_hash(problem)) +
                    "); leave --bound out to compute a bound");
  const std::optional<double> bound = certified_bound(problem, certificate);
  if (!bound)
    throw DataError(path + ": the certificate proves no bound for these data; leave --bound out to compute one");
  Relaxation relaxation;
  relaxation.status = Status::solved;
  relaxation.message = "the bound was read from " + path + " and proven again";
  relaxation.lower_bound = *bound;
  relaxation.relaxation_bound = certificate.branched ? kNone : *bound;
  relaxation.branch_bound = certificate.branched ? *bound : kNone;
  relaxation.objective = relaxation.infeasibility = relaxation.relative_gap = kNone;
  relaxation.certificate = certificate;
  relaxation.device = "cpu";
  return relaxation;
}

NetworkCertificate certified(const Arguments& arguments, const Run& run, const Network& network) {
  if (arguments.bound.empty()) {
    ProgressPrinter printer(arguments.level());
    return certify(run.problem(), network, run.options(printer).solve);
  }
  NetworkCertificate result;
  result.objective = objective(run.problem(), network);
  result.balanced_objective = objective(run.problem(), balanced(network));
  result.relaxation = saved_bound(arguments.bound, run.problem());
  return result;
}

}  // namespace

int run_train(const Arguments& arguments) {
  Run run(arguments);
  run.load_for_training();
  if (arguments.dry_run) return run.estimate(true);
  if (arguments.gamma_auto && !run.choose_gamma()) {
    complain("interrupted while gamma was chosen: there is no network");
    return kInterrupted;
  }
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
  if (trained) run.evaluate_held_out(network);
  if (trained)
    report = {training.objective, training.relative_gap, run.train_accuracy(network), kNone, network.width()};
  return run.finish(training.relaxation, training.seconds, report);
}

int run_bound(const Arguments& arguments) {
  Run run(arguments);
  run.load_for_training();
  if (arguments.dry_run) return run.estimate(false);
  const Relaxation relaxation = [&] {
    ProgressPrinter printer(arguments.level());
    return solve(run.problem(), run.options(printer).solve);
  }();
  return run.finish(relaxation, relaxation.seconds);
}

int run_certify(const Arguments& arguments) {
  Run run(arguments);
  const Model model = read_model(arguments);
  run.load_for_model(model);
  const NetworkCertificate result = certified(arguments, run, model.network);
  // Balancing never raises the objective; where it does, that is rounding.
  const double best = std::min(result.objective, result.balanced_objective);
  const double gap = (best - result.relaxation.lower_bound) / std::fabs(best);
  const NetworkReport report{best, gap, run.train_accuracy(model.network), result.objective, model.network.width()};
  return run.finish(result.relaxation, result.relaxation.seconds, report);
}

}  // namespace burelu::app
