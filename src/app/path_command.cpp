// path: networks and bounds for many gammas, the choice by cross-validation, the chosen model.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <functional>
#include <memory>

#include "app/commands.hpp"
#include "app/errors.hpp"
#include "app/exit_codes.hpp"
#include "app/gamma.hpp"
#include "app/interrupt.hpp"
#include "app/messages.hpp"
#include "app/outputs.hpp"
#include "app/path_journal.hpp"
#include "app/path_page.hpp"
#include "app/read_data.hpp"
#include "app/summary.hpp"
#include "burelu/version.hpp"
#include "data/column_sizes.hpp"
#include "driver/devices.hpp"
#include "formats/output_file.hpp"
#include "linalg/clock.hpp"
#include "linalg/team.hpp"
#include "report/path_report.hpp"

namespace burelu::app {
namespace {

PathOptions path_options(const Arguments& arguments, const Dataset& data) {
  PathOptions options;
  const PathArguments& chosen = arguments.path;
  options.train = arguments.options;
  options.train.solve.stop = interrupted;
  options.gammas = chosen.gammas;
  options.count = chosen.count;
  options.ratio = chosen.ratio;
  options.folds = chosen.folds;
  options.labels = data.labels;
  options.rule = chosen.rule;
  options.jobs = chosen.jobs > 0 ? chosen.jobs : resolve_threads(arguments.options.solve.threads);
  options.progress = path_progress(arguments.level());
  return options;
}

std::string journal_name(const Arguments& arguments) {
  if (!arguments.path.journal.empty()) return arguments.path.journal;
  for (const std::string& output : {arguments.out, arguments.report, arguments.path.page})
    if (!output.empty()) return output + ".journal";
  return "";
}

std::string plus_minus(const HeldOut& score, double times, int digits) {
  if (std::isnan(score.mean)) return "-";
  return fmt::format("{:.{}f} +- {:.{}f}", times * score.mean, digits, times * score.standard_error, digits);
}

// A line per gamma; the rules at its end.
std::string table_text(const Path& path) {
  const bool folds = path.best >= 0;
  std::string text =
      fmt::format("{:>10} {:>9} {:>11} {:>11} {:>8} {:>7}{}\n", "gamma", "share", "network", "bound", "gap", "neurons",
                  !folds             ? ""
                  : path.by_accuracy ? "     accuracy, %    squared error"
                                     : "    squared error               R2");
  for (std::size_t k = 0; k < path.points.size(); ++k) {
    const PathPoint& point = path.points[k];
    text += fmt::format(
        "{:>10.4g} {:>7.2f} % {:>11.6g} {:>11} {:>8} {:>7}", point.gamma, 100.0 * point.share, point.objective,
        std::isnan(point.lower_bound) ? "-" : fmt::format("{:.6g}", point.lower_bound),
        std::isnan(point.relative_gap) ? "-" : fmt::format("{:.1f} %", 100.0 * std::fabs(point.relative_gap)),
        point.network.width());
    if (folds && path.by_accuracy)
      text +=
          fmt::format(" {:>15} {:>16}", plus_minus(point.accuracy, 100.0, 2), plus_minus(point.squared_error, 1.0, 4));
    else if (folds)
      text += fmt::format(" {:>16} {:>16}", plus_minus(point.squared_error, 1.0, 4), plus_minus(point.r2, 1.0, 3));
    const int index = static_cast<int>(k);
    if (folds && index == path.best) text += "  best";
    if (folds && index == path.one_standard_error) text += "  1se";
    text += '\n';
  }
  return text;
}

Model model_of(const Arguments& arguments, const Dataset& data, const PathPoint& point, const std::string& device) {
  Model model;
  model.preparation = data.preparation;
  model.outputs = data.outputs;
  model.rows = data.rows;
  model.network = point.network;
  model.gamma = point.gamma;
  model.objective = point.objective;
  model.lower_bound = point.lower_bound;
  model.relative_gap = point.relative_gap;
  model.provenance = {{"program", std::string("burelu ") + kVersion},
                      {"command", arguments.line},
                      {"data", data.source},
                      {"data_hash", hash_text(data_hash(data.problem(point.gamma)))},
                      {"device", device},
                      {"status", to_string(point.status)}};
  return model;
}

// A list in no order is more likely a slip than a wish.
void check_order(const std::vector<double>& gammas) {
  const auto disordered = [&](auto before) {
    return std::adjacent_find(gammas.begin(), gammas.end(), [&](double a, double b) { return !before(a, b); });
  };
  const auto rise = disordered(std::less<>());
  const auto fall = disordered(std::greater<>());
  if (rise == gammas.end() || fall == gammas.end()) return;
  const auto at = std::max(rise, fall);  // where the order that held longer is left
  throw UsageError(
      fmt::format("--gamma: {} after {}: the gammas of a list must fall or rise, each once", at[1], at[0]));
}

class PathRun {
 public:
  explicit PathRun(const Arguments& arguments) : arguments_(arguments), journal_file_(journal_name(arguments)) {
    device_ = find_device(arguments.options.solve)->name();
    check_outputs({arguments.out, arguments.report, arguments.path.page, arguments.certificate, arguments.save_data,
                   journal_file_},
                  {arguments.data});
    catch_interrupts();
    TrainingChoice choice = arguments.choice;
    choice.rows.seed = arguments.options.solve.seed;
    TrainingData data = training_data(read_data(arguments), choice, warnings(arguments.level()));
    data_ = std::move(data.train);
    held_out_ = std::move(data.test);
    warn(warnings(arguments.level()), data_);
  }

  int run() {
    PathOptions options = path_options(arguments_, data_);
    if (!journal_file_.empty()) {
      journal_ = std::make_unique<PathJournal>(journal_file_, arguments_, data_, options);
      options.known = [this](int fold, int index) { return journal_->find(fold, index); };
      options.finished = [this](const PathPiece& piece) { journal_->add(piece); };
    }
    const Path path = burelu::path(data_.problem(1.0), options);
    finish(path, options);
    if (path.status == Status::interrupted) return kInterrupted;
    if (path.status == Status::time_limit) return kLimit;
    if (journal_ && arguments_.path.journal.empty()) journal_->remove();
    return kSolved;
  }

 private:
  static void warn(const Warn& listener, const Dataset& data) {
    const std::string warning = warning_of_sizes(data);
    if (!warning.empty()) burelu::warn(listener, warning);
  }

  void written(const std::string& name) { written_ += (written_.empty() ? "" : ", ") + name; }

  void write_chosen(const Path& path) {
    const PathPoint& point = path.points[static_cast<std::size_t>(path.chosen)];
    if (!arguments_.out.empty()) {
      write_model(arguments_.out, model_of(arguments_, data_, point, device_));
      written(arguments_.out);
    }
    if (!arguments_.certificate.empty() && !point.certificate.empty()) {
      write_certificate(arguments_.certificate, point.certificate);
      written(arguments_.certificate);
    }
    if (held_out_.X.rows > 0) evaluation_ = evaluate(held_out_, point.network, point.gamma);
  }

  void finish(const Path& path, const PathOptions& options) {
    ReportContext context;
    context.command = arguments_.line;
    context.seed = arguments_.options.solve.seed;
    if (path.chosen >= 0) write_chosen(path);
    if (!arguments_.save_data.empty()) {
      write_prepared(arguments_.save_data, data_);
      written(arguments_.save_data);
    }
    context.total_seconds = clock_.seconds();
    if (!arguments_.report.empty()) {
      write_file(arguments_.report,
                 path_report_text(context, data_, path, options, evaluation_ ? &*evaluation_ : nullptr));
      written(arguments_.report);
    }
    if (!arguments_.path.page.empty() && !path.points.empty()) {
      const std::string folder = arguments_.path.page + ".plots";
      write_file(arguments_.path.page, path_page(data_, path, options, arguments_.line, folder));
      std::error_code ignored;
      std::filesystem::remove_all(folder, ignored);
      written(arguments_.path.page);
    }
    if (arguments_.level() >= LogLevel::info) say(path, options);
  }

  void say(const Path& path, const PathOptions& options) {
    print(table_text(path));
    SummaryRows rows = {
        {"gamma_max", fmt::format("at least {:.6g}, at most {:.6g}", path.gamma_max.lower, path.gamma_max.upper)}};
    if (options.folds > 0) rows.emplace_back("gamma", choice_text(path, options.rule));
    if (!written_.empty()) rows.emplace_back("written", written_);
    rows.emplace_back("seconds", fmt::format("{:.2f}", clock_.seconds()));
    std::string status = to_string(path.status);
    if (path.status != Status::solved)
      status += journal_ ? fmt::format(": the same command goes on from {}", journal_file_)
                         : ": with --out or --journal the same command would go on";
    rows.emplace_back("status", status);
    print(aligned(rows));
    if (evaluation_) print("\non the rows held out by --split:\n" + evaluation_text(*evaluation_));
  }

  const Arguments& arguments_;
  const Clock clock_;
  std::string journal_file_;
  std::string device_;
  std::unique_ptr<PathJournal> journal_;
  Dataset data_;
  Dataset held_out_;
  std::optional<Evaluation> evaluation_;
  std::string written_;
};

}  // namespace

int run_path(const Arguments& arguments) {
  if (arguments.path.folds == 0 && !(arguments.out.empty() && arguments.certificate.empty()))
    throw UsageError("without folds no gamma is chosen, so there is no model for --out and no proof for --certificate");
  check_order(arguments.path.gammas);
  if (arguments.dry_run) throw UsageError("--dry-run is for burelu train and burelu bound");
  return PathRun(arguments).run();
}

}  // namespace burelu::app
