// The report of the study of cone cuts: overview, pictures, one row per problem, medians by d and n.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "study/cuts.hpp"
#include "study/results.hpp"
#include "study/tightness_sections.hpp"

namespace burelu::study {
namespace {

/// Of the numbers of a field; NaN where there are none.
struct Spread {
  std::vector<double> values;

  void add(double value) {
    if (!std::isnan(value)) values.push_back(value);
  }
  double at(double share) {
    if (values.empty()) return std::numeric_limits<double>::quiet_NaN();
    std::sort(values.begin(), values.end());
    const double place = share * (static_cast<double>(values.size()) - 1.0);
    const auto low = static_cast<std::size_t>(std::floor(place));
    const auto high = static_cast<std::size_t>(std::ceil(place));
    return 0.5 * (values[low] + values[high]);
  }
  double median() { return at(0.5); }
  double worst() { return at(1.0); }
};

constexpr std::array<const char*, 4> kSpreads = {"gap_without_cuts", "gap", "cuts", "seconds"};

std::map<std::string, Spread> spreads(const Records& records) {
  std::map<std::string, Spread> out;
  for (const char* field : kSpreads)
    for (const Record& record : records) out[field].add(number_of(record, field));
  return out;
}

std::string gap_text(double gap) { return percent(gap, gap < 0.01 ? 3 : 1); }

/// Rows of records that agree in gamma and, where asked for, in n and d.
std::vector<std::vector<std::string>> median_rows(const Records& records, bool by_size) {
  std::map<std::array<double, 3>, Records> groups;
  for (const Record& record : records)
    groups[{by_size ? number_of(record, "d") : 0.0, by_size ? number_of(record, "n") : 0.0,
            -number_of(record, "gamma")}]
        .push_back(record);
  std::vector<std::vector<std::string>> rows;
  for (const auto& [key, group] : groups) {
    auto of = spreads(group);
    std::vector<std::string> row;
    if (by_size) row = {whole(key[0]), whole(key[1])};
    row.insert(row.end(),
               {gamma_text(group.front()), fmt::format("{}", group.size()), gap_text(of["gap_without_cuts"].median()),
                gap_text(of["gap_without_cuts"].worst()), gap_text(of["gap"].median()), gap_text(of["gap"].worst()),
                whole(of["cuts"].median()), duration(of["seconds"].median()), duration(of["seconds"].worst())});
    rows.push_back(std::move(row));
  }
  return rows;
}

std::vector<std::string> median_head(bool by_size) {
  std::vector<std::string> head;
  if (by_size) head = {"d", "n"};
  head.insert(head.end(), {"γ", "problems", "gap without cuts, median", "worst", "gap with cuts, median", "worst",
                           "cuts, median", "time, median", "longest"});
  return head;
}

Section overview(const Records& records, const Plotter& plotter) {
  std::string html = paragraph(
      "Cone cuts are valid products of nonnegative combinations of the constraints: they tighten the relaxation and "
      "with it the proven lower bound. The gap is (network - bound) / network, with the same network before and after, "
      "so it bounds how far that network can be from the best of any width.");
  const auto below = std::count_if(records.begin(), records.end(),
                                   [](const Record& record) { return number_of(record, "gap") < 0.0; });
  html += paragraph(fmt::format("{} problems; {} networks below their certified bound.", records.size(), below));
  html += table_html({median_head(false), median_rows(records, false), "All problems of one γ.", 1});
  return {"Gaps without cuts and with them", html + figures_html(plotter, cuts_plots(records))};
}

std::string ending(const Record& record) {
  const double limit = number_of(record, "time_limit");
  std::string text = string_of(record, "status");
  if (limit > 0.0)
    text += fmt::format(", limit {}{}", duration(limit), record.value("limit_reached", false) ? " reached" : "");
  return text;
}

Section problems(const Records& records) {
  HtmlTable table{{"instance", "γ", "n × d → c", "bound without cuts", "bound with cuts", "network", "gap without cuts",
                   "gap with cuts", "cuts", "rounds", "Newton steps", "evaluations", "time without cuts", "time",
                   "ended", "method", "cuts"},
                  {},
                  "Bounds are rounded down. Evaluations are those of the solve without cuts, Newton steps those of the "
                  "interior-point method with cuts. Time: until the solve without cuts ended; in all, with the "
                  "network. Where a limit was reached, solved is said of the last round that ended before.",
                  1};
  for (const Record& record : records) {
    table.rows.push_back({string_of(record, "instance"), gamma_text(record),
                          fmt::format("{} × {} → {}", whole(number_of(record, "n")), whole(number_of(record, "d")),
                                      whole(number_of(record, "c"))),
                          bound_text(number_of(record, "bound_without_cuts")),
                          bound_text(number_of(record, "lower_bound")), figure(number_of(record, "network")),
                          gap_text(number_of(record, "gap_without_cuts")), gap_text(number_of(record, "gap")),
                          whole(number_of(record, "cuts")), whole(number_of(record, "cut_rounds")),
                          whole(number_of(record, "newton_steps")), whole(number_of(record, "evaluations")),
                          duration(number_of(record, "seconds_without_cuts")), duration(number_of(record, "seconds")),
                          ending(record), string_of(record, "cut_method"), string_of(record, "outcome")});
  }
  return {"All problems", table_html(table)};
}

bool many_sizes(const Records& records) {
  return std::any_of(records.begin(), records.end(),
                     [&](const Record& record) { return number_of(record, "d") != number_of(records.front(), "d"); });
}

}  // namespace

std::vector<Section> cuts_report(const Records& records, const Plotter& plotter) {
  std::vector<Section> sections = {overview(records, plotter)};
  if (many_sizes(records))
    sections.push_back({"By the number of features and samples",
                        table_html({median_head(true), median_rows(records, true), "Teachers of all seeds.", 1})});
  sections.push_back(problems(records));
  return sections;
}

}  // namespace burelu::study
