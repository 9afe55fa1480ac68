// The report of the tightness study.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <set>

#include "io/number.hpp"
#include "study/results.hpp"
#include "study/tightness.hpp"

namespace burelu::study {
namespace {

using Records = std::vector<Record>;
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t kMostHistories = 4;

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

// --- overview ---

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

// --- who is to blame ---

Section blame_section(const Records& mains) {
  std::string html = paragraph(
      "best network - bound = (best network - optimum of training) + (optimum - relaxation) + (relaxation - bound). "
      "The "
      "last term is what the solver left unproven. Where all activation patterns of the data can be listed (two "
      "features), a baseline proves a lower bound on the optimum of training itself, and the first two terms come "
      "apart: "
      "the network's share is at most what is shown, the relaxation's at least.");
  HtmlTable table{{"instance", "γ", "optimum of training, at least", "best network", "network, at most",
                   "relaxation, at least", "solver", "verdict"},
                  {},
                  "Shares of the gap, in percent of the best network.",
                  1};
  for (const Record& main : mains) {
    const double best = number_of(main, "best_network");
    const double bound = number_of(main, "lower_bound");
    const double top = std::fmax(number_of(main, "relaxation"), bound);
    const double optimum = number_of(main, "optimum_bound");
    const double least = std::isnan(optimum) ? kNaN : std::fmax(optimum, bound);
    table.rows.push_back({string_of(main, "instance"), gamma_text(main), bound_text(optimum), figure(best),
                          percent((best - least) / best, 2), percent(std::fmax(least - top, 0.0) / best, 2),
                          percent((top - bound) / best, 2), string_of(main, "blame")});
  }
  return {"Which side is to blame", html + table_html(table)};
}

// --- pictures ---

std::optional<Plot> tightness_plot(const Records& mains) {
  std::map<std::string, std::vector<std::pair<double, double>>> lines;
  for (const Record& main : mains)
    lines[string_of(main, "instance")].emplace_back(number_of(main, "gamma"), 100.0 * number_of(main, "tightness"));
  Plot plot{"tightness", "Tightness against γ: the relative gap between best network and certified bound.", {}, "", 640,
            440};
  std::set<double> gammas;
  std::string curves;
  std::size_t index = 0;
  for (auto& [name, points] : lines) {
    std::sort(points.begin(), points.end());
    PlotData data{fmt::format("d{}", index), {}, {}};
    for (const auto& [gamma, gap] : points) {
      data.rows.push_back({gamma, gap});
      gammas.insert(gamma);
    }
    curves += fmt::format("{}${} using 1:2 with linespoints pt {} ps 0.8 lw 2 lc rgb {} title {}",
                          index > 0 ? ", " : "", data.name, index < 8 ? 7 : 5, color(index), quoted(name));
    plot.data.push_back(std::move(data));
    ++index;
  }
  if (lines.empty()) return std::nullopt;
  std::string tics;
  for (const double gamma : gammas) tics += fmt::format("{}{}", tics.empty() ? "" : ",", short_number(gamma));
  plot.commands = fmt::format(
      "set logscale x\nset xtics ({})\nset xrange [{}:{}]\nset yrange [0:*]\nset xlabel 'γ'\nset ylabel 'gap, % of the "
      "best network'\nset key outside right samplen 1.5 font ',12'\nplot {}",
      tics, 0.7 * *gammas.begin(), 1.4 * *gammas.rbegin(), curves);
  return plot;
}

/// Objective and bound against evaluations, and the best network as a line.
Plot history_plot(const Record& main, std::size_t index) {
  PlotData data{"d", {}, {}};
  const double optimum = std::fmax(number_of(main, "lower_bound"), number_of(main, "relaxation"));
  for (const auto& row : main.at("_history")) {
    std::vector<double> values;
    for (const auto& value : row) values.push_back(value.is_number() ? value.get<double>() : kNaN);
    data.rows.push_back(values);
  }
  const double best = number_of(main, "best_network");
  const double last = data.rows.empty() ? 1.0 : data.rows.back()[0];
  const double spread = std::fmax(best - optimum, 0.04 * best);
  Plot plot{fmt::format("history_{}", index),
            name_text(main) + ": both sides of the relaxation close on its optimum; the best network stays above.",
            {data},
            "",
            640,
            400};
  plot.commands = fmt::format(
      "set xlabel 'evaluations'\nset xrange [0:{}]\nset yrange [{}:{}]\nset key center right\n"
      "plot {} with lines lw 2 dt 2 lc rgb {} title 'best network', $d using 1:2 with lines lw 2 lc rgb {} title "
      "'objective of the relaxation', $d using 1:3 with lines lw 2 lc rgb {} title 'certified bound'",
      last, optimum - 1.5 * spread, best + 0.5 * spread, best, color(2), color(1), color(0));
  return plot;
}

std::vector<Plot> history_plots(const Records& mains) {
  std::vector<Plot> plots;
  std::set<std::string> families;
  for (const Record& main : mains) {
    const std::string family = string_of(main, "instance").substr(0, 6) + gamma_text(main);
    if (plots.size() >= kMostHistories || !main.contains("_history") || !families.insert(family).second) continue;
    plots.push_back(history_plot(main, plots.size()));
  }
  return plots;
}

std::optional<Plot> boundary_plot(const Record& main, std::size_t index) {
  if (!main.contains("_boundary")) return std::nullopt;
  const auto& boundary = main.at("_boundary");
  const int steps = boundary.value("steps", 0);
  const std::string classes = boundary.value("classes", "");
  const auto range = [&](const char* axis, int k) {
    const double low = boundary.at(axis).at(0).get<double>();
    const double high = boundary.at(axis).at(1).get<double>();
    return low + (high - low) * k / (steps - 1);
  };
  PlotData regions{"regions", {}, {}};
  PlotData samples{"samples", {}, {}};
  int most = 1;
  for (int i = 0; i < steps; ++i)
    for (int j = 0; j < steps; ++j) {
      const int value = classes.at(static_cast<std::size_t>(i * steps + j)) - '0';
      regions.rows.push_back({range("x", j), range("y", i), static_cast<double>(value)});
      most = std::max(most, value);
    }
  for (const auto& sample : boundary.at("samples")) samples.rows.push_back(sample.get<std::vector<double>>());
  Plot plot{fmt::format("boundary_{}", index),
            name_text(main) + ": the classes that burelu's network gives to the plane, and its samples.",
            {regions, samples},
            "",
            480,
            480};
  plot.commands = fmt::format(
      "set size square\nunset key\nunset grid\nunset colorbox\nset autoscale fix\n"
      "set palette maxcolors {} defined (0 '#88ccee', 1 '#eecc66', 2 '#ee99aa', 3 '#99cc99', 4 '#cccccc', 5 "
      "'#cc99cc')\n"
      "set cbrange [-0.5:{}]\nset xlabel 'x_0'\nset ylabel 'x_1'\n"
      "plot $regions using 1:2:3 with image, $samples using 1:2:3 with points pt 7 ps 0.7 lc palette, "
      "$samples using 1:2 with points pt 6 ps 0.7 lc rgb 'black'",
      most + 1, most + 0.5);
  return plot;
}

Section pictures(const Records& mains, const Plotter& plotter) {
  std::vector<Plot> plots;
  if (auto plot = tightness_plot(mains)) plots.push_back(std::move(*plot));
  for (Plot& plot : history_plots(mains)) plots.push_back(std::move(plot));
  std::size_t index = 0;
  for (const Record& main : mains)
    if (auto plot = boundary_plot(main, index)) {
      plots.push_back(std::move(*plot));
      ++index;
    }
  return {"Pictures", figures_html(plotter, plots)};
}

// --- baselines ---

const std::vector<std::pair<std::string, std::string>>& baseline_titles() {
  static const std::vector<std::pair<std::string, std::string>> kTitles = {{"burelu", "burelu"},
                                                                           {"sgd", "SGD"},
                                                                           {"adam", "Adam"},
                                                                           {"lbfgs", "L-BFGS"},
                                                                           {"frank-wolfe", "Frank–Wolfe"},
                                                                           {"corrective", "corrective F–W"},
                                                                           {"convex-relu", "convex ReLU"}};
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
      {"width", "SGD best", "SGD median", "Adam best", "Adam median", "L-BFGS best", "L-BFGS median"},
      {},
      "Multi-start training: how far the best and the median of the starts are above the best network known, "
      "mean over all problems.",
      1};
  for (auto& [width, methods] : sums) {
    std::vector<std::string> row = {whole(width)};
    for (const char* method : {"sgd", "adam", "lbfgs"}) {
      const int count = counts[{width, method}];
      row.push_back(count > 0 ? percent(methods[method].first / count) : "–");
      row.push_back(count > 0 ? percent(methods[method].second / count) : "–");
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

Section baselines(const Records& records, const Records& mains) {
  return {"Baselines",
          paragraph("Every network is evaluated exactly on the training objective, so each is an upper bound "
                    "by construction. docs/studies.md has the methods with their references.") +
              baseline_table(records, mains) + width_table(records, mains) + copositive_table(records, mains)};
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

std::vector<Section> tightness_report(const Records& records, const Plotter& plotter) {
  const Records mains = of_method(records, "burelu");
  std::vector<Section> sections = {overview(records, mains), pictures(mains, plotter), blame_section(mains)};
  if (records.size() > mains.size()) sections.push_back(baselines(records, mains));
  if (!of_method(records, "cross-check").empty()) sections.push_back(cross_checks(records, mains));
  return sections;
}

}  // namespace burelu::study
