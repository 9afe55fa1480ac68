// The pictures of the tightness report.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <optional>
#include <set>

#include "formats/number.hpp"
#include "study/tightness_sections.hpp"

namespace burelu::study {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t kMostHistories = 4;

std::optional<Plot> tightness_plot(const Records& mains) {
  std::map<std::string, std::vector<std::pair<double, double>>> lines;
  for (const Record& main : mains)
    lines[string_of(main, "instance")].emplace_back(number_of(main, "gamma"), 100.0 * number_of(main, "tightness"));
  Plot plot{"tightness", "Tightness against γ: the relative gap between best network and certified bound.", {}, "", 540,
            460};
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
      "set logscale x\nset xtics ({})\nset xrange [{}:{}]\nset yrange [0:*]\nset xlabel 'γ' offset 0,0.6\nset ylabel "
      "'gap, % of the "
      "best network'\nset key below samplen 1 font ',14'\nplot {}",
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
  const double first = data.rows.empty() ? 1.0 : std::fmax(data.rows.front()[0], 1.0);
  const double last = data.rows.empty() ? 10.0 : data.rows.back()[0];
  const double spread = std::fmax(best - optimum, 0.04 * best);
  Plot plot{fmt::format("history_{}", index),
            name_text(main) + ": both sides of the relaxation close on its optimum; the best network stays above.",
            {data},
            "",
            540,
            440};
  plot.commands = fmt::format(
      "set xlabel 'evaluations' offset 0,0.4\nset logscale x\nset xrange [{}:{}]\nset yrange [{}:{}]\nset key below "
      "samplen 2\n"
      "plot {} with lines lw 2 dt 2 lc rgb {} title 'best network', $d using 1:2 with lines lw 2 lc rgb {} title "
      "'objective of the relaxation', $d using 1:3 with lines lw 2 lc rgb {} title 'certified bound'",
      first, last, optimum - 1.5 * spread, best + 0.5 * spread, best, color(2), color(1), color(0));
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
      const int value =
          classes.at(static_cast<std::size_t>(i) * static_cast<std::size_t>(steps) + static_cast<std::size_t>(j)) - '0';
      regions.rows.push_back({range("x", j), range("y", i), static_cast<double>(value)});
      most = std::max(most, value);
    }
  for (const auto& sample : boundary.at("samples")) samples.rows.push_back(sample.get<std::vector<double>>());
  Plot plot{fmt::format("boundary_{}", index),
            name_text(main) + ": the classes that burelu's network gives to the plane, and its samples.",
            {regions, samples},
            "",
            460,
            440};
  static constexpr std::array<const char*, 10> kLight = {"#9fd0ea", "#f2d58a", "#f0aab5", "#a8d5ab", "#d0d0d0",
                                                         "#cdb4e0", "#f7c99b", "#b5e0dd", "#d9d59a", "#e6b8d8"};
  std::string palette;
  for (int k = 0; k <= most; ++k)
    palette += fmt::format("{}{} '{}'", k > 0 ? ", " : "", k, kLight[static_cast<std::size_t>(k)]);
  plot.commands = fmt::format(
      "set size square\nunset key\nunset grid\nunset colorbox\nset autoscale fix\nset palette maxcolors {} defined "
      "({})\n"
      "set cbrange [-0.5:{}]\nset xlabel 'x_0'\nset ylabel 'x_1'\n"
      "plot $regions using 1:2:3 with image, $samples using 1:2:3 with points pt 7 ps 0.7 lc palette, "
      "$samples using 1:2 with points pt 6 ps 0.7 lc rgb 'black'",
      most + 1, palette, most + 0.5);
  return plot;
}

}  // namespace

Section tightness_pictures(const Records& mains, const Plotter& plotter) {
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

}  // namespace burelu::study
