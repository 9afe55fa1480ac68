#include "app/path_page.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/gamma.hpp"
#include "burelu/version.hpp"

namespace burelu::app {
namespace {

using study::Plot;
using study::PlotData;

// Gamma grows to the right; the mark of each rule is a vertical line.
std::string frame(const Path& path) {
  double least = path.points.back().gamma;
  double most = path.points.front().gamma;
  if (least == most) {
    least /= 2.0;
    most *= 2.0;
  }
  std::string out =
      fmt::format("set logscale x\nset format x '%g'\nset xrange [{:g}:{:g}]\nset xlabel 'γ'\nset key top left\n",
                  least * 0.9, most * 1.1);
  const auto mark = [&](int index, const char* dash) {
    if (index >= 0)
      out +=
          fmt::format("set arrow from {0:.10g}, graph 0 to {0:.10g}, graph 1 nohead lc rgb '#777777' lw 1.5 dt {1}\n",
                      path.points[static_cast<std::size_t>(index)].gamma, dash);
  };
  mark(path.best, "2");
  if (path.one_standard_error != path.best) mark(path.one_standard_error, "3");
  return out;
}

std::string marks(const Path& path) {
  if (path.best < 0) return "";
  return ". Dashed line: the best score; dotted: the largest γ within one standard error of it";
}

PlotData series(const Path& path, const std::string& name, auto&& row) {
  PlotData out{name, {}, {}};
  for (const PathPoint& point : path.points) out.rows.push_back(row(point));
  return out;
}

Plot score_plot(const Path& path, const std::string& name, const std::string& title, HeldOut PathPoint::*score,
                double times) {
  Plot plot;
  plot.name = "score_" + name;
  plot.caption = "Score, " + title + ": mean over the folds and one standard error" + marks(path);
  plot.data = {series(path, "score", [&](const PathPoint& point) {
    return std::vector<double>{point.gamma, times * (point.*score).mean, times * (point.*score).standard_error};
  })};
  plot.commands = frame(path) + "set ylabel " + study::quoted(title) +
                  "\nunset key\nplot $score using 1:2 with lines lw 1.5 lc rgb '#bbbbbb', $score using 1:2:3 with "
                  "yerrorbars pt 7 ps 0.6 lw 1.5 lc rgb " +
                  study::color(1);
  return plot;
}

Plot bound_plot(const Path& path) {
  Plot plot;
  plot.name = "bounds";
  plot.caption =
      "Objective of the network and proven bound: between them, shaded, is what any network of any width could still "
      "win" +
      marks(path);
  plot.data = {series(path, "values", [](const PathPoint& point) {
    return std::vector<double>{point.gamma, point.lower_bound, point.objective};
  })};
  plot.commands = frame(path) +
                  "set ylabel 'objective'\nset logscale y\nplot $values using 1:2:3 with filledcurves fc rgb '#f6d9c4' "
                  "title 'gap', $values using 1:3 with linespoints pt 7 ps 0.5 lw 2 lc rgb " +
                  study::color(1) + " title 'network', $values using 1:2 with linespoints pt 7 ps 0.5 lw 2 lc rgb " +
                  study::color(0) + " title 'bound'";
  return plot;
}

Plot neuron_plot(const Path& path) {
  Plot plot;
  plot.name = "neurons";
  plot.caption = "Neurons of the network" + marks(path);
  plot.data = {series(path, "neurons", [](const PathPoint& point) {
    return std::vector<double>{point.gamma, static_cast<double>(point.network.width())};
  })};
  plot.commands = frame(path) +
                  "set ylabel 'neurons'\nset yrange [0:*]\nunset key\nplot $neurons using 1:2 with linespoints pt 7 ps "
                  "0.6 lw 2 lc rgb " +
                  study::color(2);
  return plot;
}

std::string plus_minus(const HeldOut& score, double times, int digits) {
  if (std::isnan(score.mean)) return "–";
  return fmt::format("{:.{}f} ± {:.{}f}", times * score.mean, digits, times * score.standard_error, digits);
}

study::HtmlTable table(const Path& path) {
  const bool folds = path.best >= 0;
  study::HtmlTable out;
  out.head = {"γ", "of γ_max", "network", "bound", "gap", "neurons"};
  if (folds && path.by_accuracy) out.head.emplace_back("accuracy, %");
  if (folds) out.head.insert(out.head.end(), {"squared error", "R²", "rule"});
  for (std::size_t k = 0; k < path.points.size(); ++k) {
    const PathPoint& point = path.points[k];
    std::vector<std::string> row = {fmt::format("{:.4g}", point.gamma), study::percent(point.share, 2),
                                    study::figure(point.objective),     study::figure(point.lower_bound),
                                    study::percent(point.relative_gap), std::to_string(point.network.width())};
    if (folds && path.by_accuracy) row.push_back(plus_minus(point.accuracy, 100.0, 2));
    if (folds) {
      row.push_back(plus_minus(point.squared_error, 1.0, 4));
      row.push_back(plus_minus(point.r2, 1.0, 3));
      const int index = static_cast<int>(k);
      std::string rule = index == path.best ? "best" : "";
      if (index == path.one_standard_error) rule += rule.empty() ? "1se" : ", 1se";
      row.push_back(rule);
    }
    out.rows.push_back(std::move(row));
  }
  return out;
}

}  // namespace

std::vector<Plot> path_plots(const Path& path, const PathOptions& options) {
  std::vector<Plot> out;
  if (path.points.empty()) return out;
  if (path.best >= 0 && path.by_accuracy)
    out.push_back(score_plot(path, "accuracy", "held-out accuracy, %", &PathPoint::accuracy, 100.0));
  if (path.best >= 0)
    out.push_back(score_plot(path, "error", "held-out squared error", &PathPoint::squared_error, 1.0));
  if (options.bounds) {
    out.push_back(bound_plot(path));
    out.push_back(neuron_plot(path));
  }
  return out;
}

std::string path_page(const Dataset& data, const Path& path, const PathOptions& options, const std::string& command,
                      const std::string& folder) {
  const study::Plotter plotter(folder);
  std::string choice;
  if (path.chosen >= 0) choice = study::paragraph("γ = " + choice_text(path, options.rule) + ".");
  choice += study::paragraph(fmt::format(
      "γ_max, from which on no network is better than none, is between {:.6g} and {:.6g} (the upper value is proven).",
      path.gamma_max.lower, path.gamma_max.upper));
  const std::vector<study::Section> sections = {
      {"Choice", choice},
      {"Pictures", study::figures_html(plotter, path_plots(path, options))},
      {"Table",
       study::table_html(table(path)) +
           study::paragraph("Bounds are proven: no network of any width has a smaller objective. Scores are means "
                            "over folds that the network was not trained on, ± one standard error.")},
      {"How",
       study::paragraph(command) + study::paragraph(fmt::format("burelu {}, {} rows, {} features, {} outputs", kVersion,
                                                                data.X.rows, data.X.cols, data.Y.cols))}};
  return study::page_html("Path over γ", data.source, sections);
}

}  // namespace burelu::app
