// The rows of the table and their alignment.
#include "app/summary.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "formats/number.hpp"
#include "linalg/memory.hpp"

namespace burelu::app {
namespace {

constexpr double kOptimal = 1e-2;  // gap of a network that can be called optimal

std::string counted(index_t count, const std::string& noun) {
  const bool one = count == 1;
  const std::string plural = noun.ends_with("s") ? noun + "es" : noun + "s";
  return fmt::format("{} {}", count, one ? noun : plural);
}

std::string preparation_text(const Preparation& preparation) {
  std::string text = preparation.standardized() ? " (standardised)" : "";
  if (preparation.divisor != 1.0) text += fmt::format(" (divided by {:g})", preparation.divisor);
  if (preparation.reduced()) text += fmt::format(" (principal components of {})", preparation.components.cols);
  return text;
}

std::string problem_text(const ReportContext& context, const Dataset& data) {
  const Preparation& preparation = data.preparation;
  std::string share;
  if (context.gamma_max.upper > 0.0)
    share = fmt::format(" ({:.3g} % of gamma_max {:.4g})", 100.0 * context.gamma / context.gamma_max.upper,
                        context.gamma_max.upper);
  return fmt::format("{}: {}, {}{}{}, {}, gamma {:g}{}", data.source, counted(data.X.rows, "sample"),
                     counted(data.X.cols, "feature"), preparation.bias ? " (bias included)" : "",
                     preparation_text(preparation), counted(data.Y.cols, data.outputs.classes ? "class" : "target"),
                     context.gamma, share);
}

/// "setosa 25, versicolor 25, ...": all of a few classes, the ends of many.
std::string classes_text(const Dataset& data) {
  const std::vector<index_t> counts = class_counts(data.labels, data.outputs.names.size());
  std::string text;
  for (std::size_t k = 0; k < counts.size(); ++k) {
    constexpr std::size_t kEnds = 10;
    const bool hidden = k >= kEnds && k + 1 < counts.size();
    if (hidden && k > kEnds) continue;
    text += (k > 0 ? ", " : "") + (hidden ? "..." : fmt::format("{} {}", data.outputs.names[k], counts[k]));
  }
  return text;
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t k = 0; k < names.size() && k < 10; ++k) text += (k > 0 ? ", " : "") + names[k];
  return text + (names.size() > 10 ? ", ..." : "");
}

std::string presolve_text(const PresolveSummary& presolve) {
  return fmt::format("{}, {}, rank {}, constant loss {:.6g}", counted(presolve.zero_rows, "zero row"),
                     counted(presolve.merged_rows, "merged row"), presolve.rank, presolve.constant_loss);
}

std::string relaxation_text(const Relaxation& relaxation) {
  if (std::isnan(relaxation.relaxation_bound) && !std::isnan(relaxation.branch_bound)) return "not solved";
  return fmt::format("{:.8g} (infeasibility {:.1e}, rank {}, {})", relaxation.objective, relaxation.infeasibility,
                     relaxation.rank, counted(relaxation.evaluations, "evaluation"));
}

std::string bound_text(const Relaxation& relaxation) {
  if (std::isnan(relaxation.lower_bound)) return "none proven";
  std::string text = fmt::format("{} (no network of any width is below", rounded_down(relaxation.lower_bound, 8));
  if (relaxation.certificate.branched)
    text += fmt::format("; branch and bound, {}", counted(relaxation.cells, "cell"));
  else if (!std::isnan(relaxation.relative_gap))
    text += fmt::format("; {:.2g} % from the relaxation's objective", 100.0 * std::fabs(relaxation.relative_gap));
  return text + ")";
}

std::string network_text(const NetworkReport& network) {
  std::string text = fmt::format("{:.8g} ({}", network.objective, counted(network.width, "neuron"));
  if (std::isfinite(network.train_accuracy)) text += fmt::format(", {:.2f} % right", 100.0 * network.train_accuracy);
  return text + ")";
}

std::string gap_text(const NetworkReport& network) {
  if (std::isnan(network.relative_gap)) return "unknown";
  return fmt::format("{:.3g} % at most between this network and the best one", 100.0 * network.relative_gap);
}

/// Whether the solve ended before the bound had stopped rising.
bool cut_short(Status status) {
  return status == Status::evaluation_limit || status == Status::time_limit || status == Status::interrupted ||
         status == Status::device_failed;
}

/// What the gap says, in a sentence.
std::string meaning_text(const Relaxation& relaxation, const NetworkReport& network) {
  if (network.width == 0) return "gamma is so large that no network is better than none";
  if (network.relative_gap <= kOptimal)
    return fmt::format("no network, however wide or long it was trained, is better by more than {:.2g} %",
                       100.0 * std::max(network.relative_gap, 0.0));
  return fmt::format("the best network of any width has an objective from {} to {:.6g}: this one may be it",
                     rounded_down(relaxation.lower_bound, 6), network.objective);
}

/// What to do about it.
std::string next_text(const Relaxation& relaxation, const NetworkReport& network) {
  if (network.width == 0) return "a smaller --gamma gives a network";
  if (cut_short(relaxation.status))
    return "more time or evaluations raise the bound; --checkpoint and --resume keep what there is";
  if (network.relative_gap <= kOptimal)
    return "nothing to gain from more training; another --gamma or other features change the problem";
  return "a larger --starts looks for better networks; the bound rises with --bound branch where there are few "
         "features, and a larger --gamma leaves a smaller gap";
}

std::string seconds_text(const ReportContext& context, const Seconds& seconds) {
  return fmt::format("{:.2f} (load {:.2f}, presolve {:.2f}, solve {:.2f}, certify {:.2f}, extract {:.2f})",
                     context.total_seconds, context.load_seconds, seconds.presolve, seconds.solve, seconds.certify,
                     seconds.extract);
}

}  // namespace

SummaryRows summary_rows(const ReportContext& context, const Dataset& data, const Relaxation& relaxation,
                         const Seconds& seconds, const NetworkReport& network) {
  SummaryRows rows = {{"problem", problem_text(context, data)}};
  if (!data.labels.empty()) rows.emplace_back("classes", classes_text(data));
  const std::vector<std::string> constant = constant_features(data.preparation);
  if (!constant.empty())
    rows.emplace_back("constant",
                      fmt::format("{} made zero by --standardize (a constant is for --bias): {}",
                                  counted(static_cast<index_t>(constant.size()), "feature"), joined(constant)));
  if (!std::isnan(relaxation.objective)) {
    rows.emplace_back("presolve", presolve_text(relaxation.presolve));
    rows.emplace_back("relaxation", relaxation_text(relaxation));
  }
  rows.emplace_back("lower bound", bound_text(relaxation));
  if (network.width >= 0) {
    rows.emplace_back("network", network_text(network));
    rows.emplace_back("gap", gap_text(network));
    if (network.given_objective > (1.0 + 1e-9) * network.objective)
      rows.emplace_back("as given",
                        fmt::format("{:.8g} before each neuron was rescaled to |u| = |v|, the same function",
                                    network.given_objective));
  }
  if (network.width >= 0 && !std::isnan(network.relative_gap)) {
    rows.emplace_back("meaning", meaning_text(relaxation, network));
    rows.emplace_back("next", next_text(relaxation, network));
  }
  rows.emplace_back("seconds", seconds_text(context, seconds));
  rows.emplace_back("status", fmt::format("{}: {}", to_string(relaxation.status), relaxation.message));
  return rows;
}

SummaryRows memory_rows(const ReportContext& context, const Dataset& data, const MemoryEstimate& memory) {
  const auto part = [](std::int64_t needed, std::int64_t free) {
    return fmt::format("{} of {} free: {}", readable_bytes(needed), readable_bytes(free),
                       needed <= free ? "fits" : "does not fit");
  };
  SummaryRows rows = {{"problem", problem_text(context, data)}, {"device", memory.device}};
  rows.emplace_back("presolved", fmt::format("{}, {}, rank {} to begin with", counted(memory.size.rows, "row"),
                                             counted(memory.size.features, "feature"), memory.size.rank));
  rows.emplace_back("host memory", part(memory.host, memory.host_available));
  if (memory.device_solve > 0) rows.emplace_back("device memory", part(memory.device_solve, memory.device_free));
  if (memory.device_training > 0) rows.emplace_back("network", part(memory.device_training, memory.device_free));
  return rows;
}

std::string aligned(const SummaryRows& rows) {
  std::size_t width = 0;
  for (const auto& [key, value] : rows) width = std::max(width, key.size());
  std::string text;
  for (const auto& [key, value] : rows) text += fmt::format("{:<{}}  {}\n", key, width, value);
  return text;
}

}  // namespace burelu::app
