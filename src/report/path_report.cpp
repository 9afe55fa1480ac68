#include "report/path_report.hpp"

#include "burelu/version.hpp"
#include "formats/json_numbers.hpp"

namespace burelu {
namespace {

using Json = nlohmann::ordered_json;

Json held_out_json(const HeldOut& score) {
  return {{"mean", number_or_null(score.mean)}, {"standard_error", number_or_null(score.standard_error)}};
}

Json point_json(const PathPoint& point) {
  Json folds = Json::array();
  for (const FoldScore& fold : point.folds)
    folds.push_back({{"rows", fold.rows},
                     {"squared_error", number_or_null(fold.squared_error)},
                     {"accuracy", number_or_null(fold.accuracy)},
                     {"r2", number_or_null(fold.r2)}});
  return {{"gamma", number_or_null(point.gamma)},
          {"share", number_or_null(point.share)},
          {"status", to_string(point.status)},
          {"objective", number_or_null(point.objective)},
          {"lower_bound", number_or_null(point.lower_bound)},
          {"relative_gap", number_or_null(point.relative_gap)},
          {"width", point.network.width()},
          {"branched", point.certificate.branched},
          {"rescaled", point.rescaled},
          {"evaluations", point.evaluations},
          {"cells", point.cells},
          {"network_evaluations", point.network_evaluations},
          {"seconds", number_or_null(point.seconds)},
          {"squared_error", held_out_json(point.squared_error)},
          {"accuracy", held_out_json(point.accuracy)},
          {"r2", held_out_json(point.r2)},
          {"folds", folds}};
}

Json gamma_at(const Path& path, int index) {
  return index < 0 ? Json(nullptr) : number_or_null(path.points[static_cast<std::size_t>(index)].gamma);
}

}  // namespace

std::string rule_name(PathRule rule) { return rule == PathRule::best ? "best" : "1se"; }

Json path_json(const Path& path) {
  Json points = Json::array();
  for (const PathPoint& point : path.points) points.push_back(point_json(point));
  return {{"gamma_max",
           {{"lower", number_or_null(path.gamma_max.lower)},
            {"upper", number_or_null(path.gamma_max.upper)},
            {"branched", path.gamma_max.branched}}},
          {"score", path.folds.empty() ? Json(nullptr) : Json(path.by_accuracy ? "accuracy" : "squared_error")},
          {"best", gamma_at(path, path.best)},
          {"one_standard_error", gamma_at(path, path.one_standard_error)},
          {"chosen", gamma_at(path, path.chosen)},
          {"points", points}};
}

std::string path_report_text(const ReportContext& context, const Dataset& data, const Path& path,
                             const PathOptions& options, const Evaluation* held_out) {
  Json report;
  report["status"] = to_string(path.status);
  report["problem"] = {{"data", data.source},
                       {"n", data.X.rows},
                       {"d", data.X.cols},
                       {"c", data.Y.cols},
                       {"bias", data.preparation.bias},
                       {"standardized", data.preparation.standardized()},
                       {"classes", data.outputs.classes ? Json(data.outputs.names) : Json(nullptr)}};
  report["rule"] = rule_name(options.rule);
  report["folds"] = options.folds;
  report["path"] = path_json(path);
  report["held_out"] = held_out != nullptr ? evaluation_json(*held_out) : Json(nullptr);
  report["seconds"] = {{"path", number_or_null(path.seconds)}, {"total", number_or_null(context.total_seconds)}};
  report["environment"] = {
      {"version", kVersion}, {"seed", context.seed}, {"commit", kGitCommit}, {"command", context.command}};
  return to_text(report);
}

}  // namespace burelu
