// Results to JSON, one function per group of the report.
#include "report/report.hpp"

#include <fmt/format.h>

#include "burelu/version.hpp"
#include "formats/json_numbers.hpp"
#include "report/path_report.hpp"

namespace burelu {
namespace {

using Json = nlohmann::ordered_json;

Json coding_text(const Outputs& outputs) {
  if (!outputs.classes) return nullptr;
  return std::string(outputs.signs ? "signed" : "one-hot") + (outputs.single ? ", one column" : "");
}

Json gamma_max_group(const GammaMax& largest) {
  if (!(largest.upper > 0.0)) return nullptr;
  return {{"lower", number_or_null(largest.lower)},
          {"upper", number_or_null(largest.upper)},
          {"branched", largest.branched}};
}

Json share_of(const GammaMax& largest, double gamma) {
  return largest.upper > 0.0 ? number_or_null(gamma / largest.upper) : Json(nullptr);
}

Json problem_group(const ReportContext& context, const Dataset& data, const PresolveSummary& presolve) {
  return {{"n", data.X.rows},
          {"d", data.X.cols},
          {"c", data.Y.cols},
          {"gamma", number_or_null(context.gamma)},
          {"gamma_max", gamma_max_group(context.gamma_max)},
          {"gamma_share", share_of(context.gamma_max, context.gamma)},
          {"bias", data.preparation.bias},
          {"standardized", data.preparation.standardized()},
          {"presolve",
           {{"zero_rows", presolve.zero_rows},
            {"merged_rows", presolve.merged_rows},
            {"constant_loss", number_or_null(presolve.constant_loss)},
            {"rank", presolve.rank}}},
          {"data", data.source},
          {"data_hash", hash_text(data_hash(data.problem(context.gamma)))},
          {"classes", data.outputs.classes ? Json(data.outputs.names) : Json(nullptr)},
          {"class_counts",
           data.outputs.classes ? Json(class_counts(data.labels, data.outputs.names.size())) : Json(nullptr)},
          {"coding", coding_text(data.outputs)},
          {"constant_features", constant_features(data.preparation)},
          {"components", data.preparation.reduced() ? Json(data.preparation.components.rows) : Json(nullptr)},
          {"divisor", data.preparation.divisor},
          {"limit", data.rows.limit > 0 ? Json(data.rows.limit) : Json(nullptr)},
          {"split", data.rows.divides() ? Json(data.rows.split) : Json(nullptr)}};
}

Json relaxation_group(const Relaxation& relaxation) {
  return {{"objective", number_or_null(relaxation.objective)},
          {"infeasibility", number_or_null(relaxation.infeasibility)},
          {"lower_bound", number_or_null(relaxation.lower_bound)},
          {"relative_gap", number_or_null(relaxation.relative_gap)},
          {"relaxation_bound", number_or_null(relaxation.relaxation_bound)},
          {"branch_bound", number_or_null(relaxation.branch_bound)},
          {"cells", relaxation.cells},
          {"rank", relaxation.rank},
          {"rank_bound", relaxation.rank_bound},
          {"components", relaxation.components},
          {"lbfgs_pairs", relaxation.memory},
          {"listed_pairs", relaxation.pairs},
          {"short_lists", relaxation.short_lists},
          {"evaluations", relaxation.evaluations},
          {"outer_iterations", relaxation.outer_iterations},
          {"checks", relaxation.checks},
          {"host_waits", relaxation.host_waits}};
}

Json network_group(const NetworkReport& network) {
  return {{"objective", number_or_null(network.objective)},
          {"width", network.width >= 0 ? Json(network.width) : Json(nullptr)},
          {"relative_gap", number_or_null(network.relative_gap)},
          {"train_accuracy", number_or_null(network.train_accuracy)},
          {"given_objective", number_or_null(network.given_objective)}};
}

Json history_group(const std::vector<HistoryEntry>& history) {
  Json list = Json::array();
  for (const HistoryEntry& entry : history)
    list.push_back({{"evaluations", entry.evaluations},
                    {"seconds", number_or_null(entry.seconds)},
                    {"objective", number_or_null(entry.objective)},
                    {"infeasibility", number_or_null(entry.infeasibility)},
                    {"lower_bound", number_or_null(entry.lower_bound)},
                    {"penalty", number_or_null(entry.penalty)},
                    {"rank", entry.rank}});
  return list;
}

Json seconds_group(const ReportContext& context, const Seconds& seconds) {
  return {{"load", number_or_null(context.load_seconds)}, {"presolve", number_or_null(seconds.presolve)},
          {"solve", number_or_null(seconds.solve)},       {"certify", number_or_null(seconds.certify)},
          {"extract", number_or_null(seconds.extract)},   {"total", number_or_null(context.total_seconds)}};
}

Json environment_group(const ReportContext& context, const Relaxation& relaxation) {
  return {{"version", kVersion},           {"device", relaxation.device},
          {"threads", relaxation.threads}, {"seed", context.seed},
          {"commit", kGitCommit},          {"command", context.command},
          {"ranks", context.ranks},        {"bytes_received", context.received}};
}

}  // namespace

std::string hash_text(std::uint64_t hash) { return fmt::format("{:016x}", hash); }

std::string report_text(const ReportContext& context, const Dataset& data, const Relaxation& relaxation,
                        const Seconds& seconds, const NetworkReport& network, const Evaluation* held_out) {
  Json report;
  report["status"] = to_string(relaxation.status);
  report["message"] = relaxation.message;
  report["problem"] = problem_group(context, data, relaxation.presolve);
  report["relaxation"] = relaxation_group(relaxation);
  report["network"] = network_group(network);
  report["held_out"] = held_out != nullptr ? evaluation_json(*held_out) : Json(nullptr);
  if (context.gamma_choice != nullptr) report["gamma_choice"] = path_json(*context.gamma_choice);
  report["history"] = history_group(relaxation.history);
  report["seconds"] = seconds_group(context, seconds);
  report["environment"] = environment_group(context, relaxation);
  return to_text(report);
}

}  // namespace burelu
