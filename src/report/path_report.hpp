// The JSON of a path: what `burelu path --report` writes, and what a report says of a gamma that was chosen by one.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "burelu/path.hpp"
#include "data/dataset.hpp"
#include "data/evaluation.hpp"
#include "report/report.hpp"

namespace burelu {

/// "best", "1se".
std::string rule_name(PathRule rule);

/// gamma_max, the points and the choice.
nlohmann::ordered_json path_json(const Path& path);

/// The whole report. `held_out`: of the chosen network on rows that a split kept from training, or null.
std::string path_report_text(const ReportContext& context, const Dataset& data, const Path& path,
                             const PathOptions& options, const Evaluation* held_out);

}  // namespace burelu
