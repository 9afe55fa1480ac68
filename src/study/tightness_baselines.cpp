// The tables of the baselines in the tightness report.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "study/tightness_sections.hpp"

namespace burelu::study {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

const std::vector<std::pair<std::string, std::string>>& baseline_titles() {
  static const std::vector<std::pair<std::string, std::string>> kTitles = {{"burelu", "burelu"},
                                                                           {"sgd", "SGD"},
                                                                           {"adam", "Adam"},
                                                                           {"lbfgs", "L-BFGS"},
                                                                           {"frank-wolfe", "Frank–Wolfe"},
                                                                           {"corrective", "corrective F–W"},
                                                                           {"convex-relu", "convex ReLU"},
                                                                           {"branch", "branch and bound"}};
  return kTitles;
}

double best_of(const Records& records, const Record& main, const std::string& method) {
  double best = kNaN;
  for (const Record& record : records)
    if (string_of(record, "method") == method && same_problem(record, main))
      best = std::fmin(best, number_of(record, "network"));
  return best;
}

double seconds_of(const Records& records, const std::string& method) {
  double sum = 0.0;
  for (const Record& record : records)
    if (string_of(record, "method") == method) sum += std::fmax(number_of(record, "seconds"), 0.0);
  return sum;
}

std::string baseline_table(const Records& records, const Records& mains) {
  HtmlTable table{
      {"instance", "γ", "bound"},
      {},
      "Objective of the best network of each method (of all widths and starts). Frank–Wolfe is that of Sahiner "
      "et al.; convex ReLU the programme of Pilanci and Ergen, one output at a time.",
      1};
  for (const auto& [method, title] : baseline_titles())
    if (!of_method(records, method).empty()) table.head.push_back(title);
  if (table.head.size() == 4) return "";
  for (const Record& main : mains) {
    std::vector<std::string> row = {string_of(main, "instance"), gamma_text(main),
                                    bound_text(number_of(main, "lower_bound"))};
    for (const auto& [method, title] : baseline_titles())
      if (!of_method(records, method).empty()) row.push_back(figure(best_of(records, main, method)));
    table.rows.push_back(std::move(row));
  }
  std::vector<std::string> seconds = {"seconds, all instances", "", ""};
  for (const auto& [method, title] : baseline_titles())
    if (!of_method(records, method).empty()) seconds.push_back(fmt::format("{:.0f}", seconds_of(records, method)));
  table.rows.push_back(std::move(seconds));
  return table_html(table);
}

/// Mean over the problems of how far the best and the median start are above the best network known.
std::string width_table(const Records& records, const Records& mains) {
  std::map<double, std::map<std::string, std::pair<double, double>>> sums;  // width, method: best, median
  std::map<std::pair<double, std::string>, int> counts;
  for (const Record& record : records) {
    if (!record.contains("network_median")) continue;
    const auto main =
        std::find_if(mains.begin(), mains.end(), [&](const Record& m) { return same_problem(m, record); });
    if (main == mains.end()) continue;
    const double best = number_of(*main, "best_network");
    const std::string method = string_of(record, "method");
    auto& sum = sums[number_of(record, "width")][method];
    sum.first += number_of(record, "network") / best - 1.0;
    sum.second += number_of(record, "network_median") / best - 1.0;
    ++counts[{number_of(record, "width"), method}];
  }
  if (sums.empty()) return "";
  HtmlTable table{
      {"width"},
      {},
      "Multi-start training: how far the best and the median of the starts are above the best network known, "
      "mean over all problems.",
      1};
  std::vector<std::string> trained;
  for (const auto& [method, title] : baseline_titles())
    if (counts.contains({sums.begin()->first, method})) {
      trained.push_back(method);
      table.head.push_back(title + ", best");
      table.head.push_back(title + ", median");
    }
  for (auto& [width, methods] : sums) {
    std::vector<std::string> row = {whole(width)};
    for (const std::string& method : trained) {
      const int count = std::max(counts[{width, method}], 1);
      row.push_back(percent(methods[method].first / count));
      row.push_back(percent(methods[method].second / count));
    }
    table.rows.push_back(std::move(row));
  }
  return table_html(table);
}

std::string copositive_table(const Records& records, const Records& mains) {
  const Records rows = of_method(records, "copositive");
  if (rows.empty()) return "";
  HtmlTable table{
      {"instance", "γ", "SDP bound", "copositive bound", "copositive value", "patterns", "all of them", "seconds"},
      {},
      "The copositive relaxation of Sahiner et al. over activation patterns. With all patterns its bound is one "
      "on training, in two dimensions exact; over a sample it bounds nothing. The number of patterns grows like "
      "n to the power d, which the semidefinite relaxation does not need.",
      1};
  for (const Record& record : rows) {
    const auto main =
        std::find_if(mains.begin(), mains.end(), [&](const Record& m) { return same_problem(m, record); });
    const bool all = record.value("patterns_complete", false);
    table.rows.push_back(
        {string_of(record, "instance"), gamma_text(record),
         main == mains.end() ? "–" : bound_text(number_of(*main, "lower_bound")),
         all ? bound_text(number_of(record, "relaxation_bound")) : "–",
         string_of(record, "status").empty() ? figure(number_of(record, "relaxation")) : string_of(record, "status"),
         whole(number_of(record, "patterns")), all ? "yes" : "no", figure(number_of(record, "seconds"), 3)});
  }
  return table_html(table);
}

}  // namespace

Section tightness_baselines(const Records& records, const Records& mains) {
  return {"Baselines",
          paragraph("Every network is evaluated exactly on the training objective, so each is an upper bound "
                    "by construction. docs/studies.md has the methods with their references.") +
              baseline_table(records, mains) + width_table(records, mains) + copositive_table(records, mains)};
}

}  // namespace burelu::study
