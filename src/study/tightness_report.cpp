// The report of the tightness study: bounds, blame, cross-checks.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "formats/number.hpp"
#include "study/tightness.hpp"
#include "study/tightness_sections.hpp"

namespace burelu::study {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

std::size_t violations(const Records& records, const Records& mains) {
  std::size_t count = 0;
  for (const Record& main : mains)
    for (const Record& record : records)
      if (same_problem(record, main) && number_of(record, "network") < number_of(main, "lower_bound")) ++count;
  return count;
}

std::size_t networks(const Records& records) {
  return static_cast<std::size_t>(std::count_if(
      records.begin(), records.end(), [](const Record& record) { return !std::isnan(number_of(record, "network")); }));
}

Section overview(const Records& records, const Records& mains) {
  double low = std::numeric_limits<double>::infinity();
  double high = 0.0;
  for (const Record& main : mains) {
    low = std::min(low, number_of(main, "tightness"));
    high = std::max(high, number_of(main, "tightness"));
  }
  std::string html = paragraph(
      "Training a two-layer ReLU network of any width is relaxed to a semidefinite program. burelu proves a lower "
      "bound "
      "from its solution; networks give upper bounds. The tightness is the relative gap between the best network that "
      "any method found and that bound: (network - bound) / network.");
  if (!mains.empty())
    html += paragraph(fmt::format(
        "{} problems, {} networks: {} of them below the certified bound. The tightness is between {} and {}.",
        mains.size(), networks(records), violations(records, mains), percent(low), percent(high)));
  HtmlTable table{
      {"instance", "γ", "n × d → c", "certified bound", "relaxation", "best network", "found by", "tightness", "rank",
       "evaluations", "seconds", "the gap is due to"},
      {},
      "Bounds are rounded down. The relaxation's objective belongs to a slightly infeasible point and may lie "
      "below the bound. Seconds: relaxation and burelu's own network.",
      1};
  for (const Record& main : mains)
    table.rows.push_back({string_of(main, "instance"), gamma_text(main),
                          fmt::format("{} × {} → {}", whole(number_of(main, "n")), whole(number_of(main, "d")),
                                      whole(number_of(main, "c"))),
                          bound_text(number_of(main, "lower_bound")), figure(number_of(main, "relaxation")),
                          figure(number_of(main, "best_network")), string_of(main, "best_method"),
                          percent(number_of(main, "tightness")), whole(number_of(main, "rank")),
                          whole(number_of(main, "evaluations")), fmt::format("{:.1f}", number_of(main, "seconds")),
                          string_of(main, "blame")});
  return {"Bounds and best networks", html + table_html(table)};
}

Section blame_section(const Records& mains) {
  std::string html = paragraph(
      "best network - bound = (best network - optimum of training) + (optimum - relaxation) + (relaxation - bound). "
      "The "
      "last term is what the solver left unproven. Where the features are few, branch and bound proves a lower bound "
      "on the optimum of training itself, as does a baseline where all activation patterns can be listed (two "
      "features), and the first two terms come apart: the network's share is at most what is shown, the relaxation's "
      "at least.");
  HtmlTable table{{"instance", "γ", "optimum of training, at least", "at most (best network)", "proven by", "gap",
                   "network, at most", "relaxation, at least", "solver", "verdict"},
                  {},
                  "Gap and its parts, in percent of the best network.",
                  1};
  for (const Record& main : mains) {
    const double best = number_of(main, "best_network");
    const double bound = number_of(main, "lower_bound");
    const double top = std::fmax(number_of(main, "relaxation"), bound);
    const double optimum = number_of(main, "optimum_bound");
    const double least = std::isnan(optimum) ? kNaN : std::fmax(optimum, bound);
    table.rows.push_back({string_of(main, "instance"), gamma_text(main), bound_text(optimum), figure(best),
                          string_of(main, "optimum_method"), percent(number_of(main, "tightness"), 2),
                          percent((best - least) / best, 2), percent(std::fmax(least - top, 0.0) / best, 2),
                          percent((top - bound) / best, 2), string_of(main, "blame")});
  }
  return {"Which side is to blame", html + table_html(table)};
}

Section cross_checks(const Records& records, const Records& mains) {
  HtmlTable table{
      {"instance", "γ", "solver", "ended with", "its lower value", "its upper value", "burelu's bound", "difference",
       "processor seconds"},
      {},
      "The same relaxation by a general interior-point solver. Difference: burelu's bound against the solver's "
      "lower value, relative.",
      1};
  for (const Record& record : of_method(records, "cross-check")) {
    const auto main =
        std::find_if(mains.begin(), mains.end(), [&](const Record& m) { return same_problem(m, record); });
    const double bound = main == mains.end() ? kNaN : number_of(*main, "lower_bound");
    const double lower = number_of(record, "solver_lower");
    table.rows.push_back({string_of(record, "instance"), gamma_text(record), string_of(record, "solver"),
                          string_of(record, "status"), figure(lower, 8), figure(number_of(record, "solver_upper"), 8),
                          figure(bound, 8), figure((bound - lower) / std::fabs(lower), 2),
                          figure(number_of(record, "seconds"), 3)});
  }
  return {"Cross-check", table_html(table)};
}

}  // namespace

Records of_method(const Records& records, const std::string& method) {
  Records list;
  for (const Record& record : records)
    if (string_of(record, "method") == method) list.push_back(record);
  return list;
}

std::string gamma_text(const Record& record) { return short_number(number_of(record, "gamma")); }

std::string name_text(const Record& record) { return string_of(record, "instance") + ", γ " + gamma_text(record); }

std::string bound_text(double value) { return std::isnan(value) ? "–" : rounded_down(value, 5); }

std::string whole(double value) { return std::isnan(value) ? "–" : fmt::format("{:.0f}", value); }

bool same_problem(const Record& a, const Record& b) {
  return string_of(a, "instance") == string_of(b, "instance") && number_of(a, "gamma") == number_of(b, "gamma");
}

std::vector<Section> tightness_report(const Records& records, const Plotter& plotter) {
  const Records mains = of_method(records, "burelu");
  std::vector<Section> sections = {overview(records, mains), tightness_pictures(mains, plotter), blame_section(mains)};
  if (records.size() > mains.size()) sections.push_back(tightness_baselines(records, mains));
  if (!of_method(records, "cross-check").empty()) sections.push_back(cross_checks(records, mains));
  return sections;
}

}  // namespace burelu::study
