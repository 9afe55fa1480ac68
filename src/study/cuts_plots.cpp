// The pictures of the study of cone cuts.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>

#include "study/cuts.hpp"
#include "study/results.hpp"
#include "study/tightness_sections.hpp"

namespace burelu::study {
namespace {

constexpr double kLeastPercent = 1e-3;  // smaller gaps are drawn there
constexpr double kApart = 0.36;         // of two gammas, in rows

double percent_of(const Record& record, const std::string& field) {
  return std::fmax(100.0 * number_of(record, field), kLeastPercent);
}

/// "teacher?n=15&d=2&c=2&seed=1" -> "n 15 d 2 c 2 seed 1"; names of files as they are.
std::string short_label(std::string name) {
  const auto query = name.find('?');
  if (query == std::string::npos) return name;
  name.erase(0, query + 1);
  std::replace_if(
      name.begin(), name.end(), [](char c) { return c == '&' || c == '='; }, ' ');
  return name;
}

std::vector<double> gammas_of(const Records& records) {
  std::set<double, std::greater<>> found;
  for (const Record& record : records) found.insert(number_of(record, "gamma"));
  return {found.begin(), found.end()};
}

/// Instances in the order of their first record, each with its row of the picture.
std::map<std::string, std::size_t> rows_of(const Records& records) {
  std::map<std::string, std::size_t> rows;
  for (const Record& record : records) rows.emplace(string_of(record, "instance"), rows.size());
  return rows;
}

std::string row_tics(const std::map<std::string, std::size_t>& rows) {
  std::string tics;
  for (const auto& [name, row] : rows)
    tics += fmt::format("{}{} {}", tics.empty() ? "" : ", ", quoted(short_label(name)), row);
  return "set ytics (" + tics + ") noenhanced scale 0\n";
}

constexpr const char* kPercentTics = "(0.001, 0.01, 0.1, 1, 10, 100) format '%g'";

Plot gaps_plot(const Records& records) {
  const auto rows = rows_of(records);
  const std::vector<double> gammas = gammas_of(records);
  Plot plot{"gaps",
            "The certified gap of each problem without cuts (hollow) and with them (filled), on a logarithmic axis. "
            "Gaps below 0.001 % are drawn there.",
            {},
            "",
            540,
            static_cast<int>(150 + 34 * rows.size())};
  std::string lines;
  std::string points;
  for (std::size_t g = 0; g < gammas.size(); ++g) {
    PlotData data{fmt::format("gamma{}", g), {}, {}};
    const double offset =
        gammas.size() > 1 ? kApart * (static_cast<double>(g) / static_cast<double>(gammas.size() - 1) - 0.5) : 0.0;
    for (const Record& record : records)
      if (number_of(record, "gamma") == gammas[g])
        data.rows.push_back({static_cast<double>(rows.at(string_of(record, "instance"))) + offset,
                             percent_of(record, "gap_without_cuts"), percent_of(record, "gap")});
    lines += fmt::format("${} using 2:1:($3-$2):(0) with vectors nohead lw 2 lc rgb {} notitle, ", data.name, color(g));
    points += fmt::format(
        "{}${} using 2:1 with points pt 7 ps 0.8 lc rgb 'white' notitle, "
        "${} using 2:1 with points pt 6 ps 0.8 lw 2 lc rgb {} title {}, "
        "${} using 3:1 with points pt 7 ps 0.8 lc rgb {} title {}",
        g > 0 ? ", " : "", data.name, data.name, color(g), quoted(fmt::format("γ = {}: without cuts", gammas[g])),
        data.name, color(g), quoted("with cuts"));
    plot.data.push_back(std::move(data));
  }
  plot.commands = fmt::format(
      "set logscale x\nset xrange [{}:100]\nset xtics {}\nset yrange [{}:-0.6]\n{}set grid xtics noytics\n"
      "set title 'How far can the network be from the optimum?' font ',17' offset screen -0.06,0\n"
      "set tmargin 2.7\nset bmargin 6.4\n"
      "set xlabel 'proven gap, % of the network''s objective' offset 0,0.4\n"
      "set key at screen 0.47, screen {} center bottom maxrows 2 samplen 0.5 font ',15'\nplot {}{}",
      0.7 * kLeastPercent, kPercentTics, static_cast<double>(rows.size()) - 0.4, row_tics(rows), 6.0 / plot.height,
      lines, points);
  return plot;
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : 0.5 * (values[half - 1] + values[half]);
}

/// Gaps after against d: one point per problem, a line through the medians.
Plot dimension_plot(const Records& records) {
  const std::vector<double> gammas = gammas_of(records);
  Plot plot{"dimension", "The certified gap with cuts against the number of features; lines join the medians.",
            {},          "",
            540,         400};
  std::string curves;
  double largest = 0.0;
  for (std::size_t g = 0; g < gammas.size(); ++g) {
    PlotData points{fmt::format("points{}", g), {}, {}};
    PlotData medians{fmt::format("medians{}", g), {}, {}};
    std::map<double, std::vector<double>> of;
    const double aside = 0.06 * (2.0 * static_cast<double>(g) + 1.0 - static_cast<double>(gammas.size()));
    for (const Record& record : records) {
      if (number_of(record, "gamma") != gammas[g]) continue;
      const double d = number_of(record, "d");
      largest = std::fmax(largest, d);
      points.rows.push_back({d + aside, percent_of(record, "gap")});
      of[d].push_back(percent_of(record, "gap"));
    }
    for (const auto& [d, gaps] : of) medians.rows.push_back({d + aside, median(gaps)});
    curves += fmt::format(
        "{}${} using 1:2 with points pt 7 ps 0.6 lc rgb {} title {}, ${} using 1:2 with lines lw 2 lc rgb {} notitle",
        g > 0 ? ", " : "", points.name, color(g), quoted(fmt::format("γ = {}", gammas[g])), medians.name, color(g));
    plot.data.push_back(std::move(points));
    plot.data.push_back(std::move(medians));
  }
  plot.commands = fmt::format(
      "set logscale y\nset ytics {}\nset yrange [{}:100]\nset xrange [1.5:{}]\nset xtics 1\n"
      "set xlabel 'features d' offset 0,0.4\nset ylabel 'proven gap, % of the objective'\nset key below samplen "
      "1\nplot {}",
      kPercentTics, 0.7 * kLeastPercent, largest + 0.5, curves);
  return plot;
}

}  // namespace

std::vector<Plot> cuts_plots(const Records& records) {
  Records drawn;
  std::set<double> dimensions;
  for (const Record& record : records) {
    if (std::isnan(number_of(record, "gap"))) continue;
    drawn.push_back(record);
    dimensions.insert(number_of(record, "d"));
  }
  std::vector<Plot> plots;
  if (drawn.empty()) return plots;
  plots.push_back(gaps_plot(drawn));
  if (dimensions.size() > 1) plots.push_back(dimension_plot(drawn));
  return plots;
}

}  // namespace burelu::study
