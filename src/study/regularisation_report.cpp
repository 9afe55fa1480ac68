// The report on gamma: for each data set gap and test accuracy over gamma / gamma_max, and a table of what is chosen.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "study/regularisation.hpp"
#include "study/results.hpp"

namespace burelu::study {
namespace {

std::vector<std::string> names(const std::vector<Record>& records) {
  std::vector<std::string> out;
  for (const Record& record : records) {
    const std::string name = string_of(record, "dataset");
    if (std::find(out.begin(), out.end(), name) == out.end()) out.push_back(name);
  }
  return out;
}

std::vector<Record> of(const std::vector<Record>& records, const std::string& dataset, const std::string& method) {
  std::vector<Record> out;
  for (const Record& record : records)
    if (string_of(record, "dataset") == dataset && string_of(record, "method") == method) out.push_back(record);
  return out;
}

// The one with test accuracies and folds: branch and bound where the features are few.
std::vector<Record> leading(const std::vector<Record>& records, const std::string& dataset) {
  const std::vector<Record> branch = of(records, dataset, "branch");
  return branch.empty() ? of(records, dataset, "relaxation") : branch;
}

bool marked(const Record& record, const char* field) { return record.contains(field) && record.at(field) == true; }

PlotData gaps(const std::vector<Record>& records, const std::string& name) {
  PlotData out{name, {}, {}};
  for (const Record& record : records)
    out.rows.push_back(
        {number_of(record, "share"), 100.0 * number_of(record, "gap"), 100.0 * number_of(record, "test_accuracy")});
  return out;
}

// One panel: gaps on the left axis, accuracy on the right one, a line at what cross-validation chooses.
std::string panel(const std::vector<Record>& records, const std::string& dataset, std::size_t index,
                  PlotData& relaxation, PlotData& branch, bool& branched) {
  relaxation = gaps(of(records, dataset, "relaxation"), fmt::format("relaxation{}", index));
  branch = gaps(of(records, dataset, "branch"), fmt::format("branch{}", index));
  branched = !branch.rows.empty();
  std::string out = "unset arrow\nset title " + quoted(dataset) + " noenhanced\n";
  for (const Record& record : leading(records, dataset))
    if (marked(record, "best"))
      out += fmt::format("set arrow from {0:.6g}, graph 0 to {0:.6g}, graph 1 nohead lc rgb '#777777' lw 1.5 dt 2\n",
                         number_of(record, "share"));
  const std::string leader = branched ? branch.name : relaxation.name;
  std::string curves;
  if (!relaxation.rows.empty())
    curves += "$" + relaxation.name + " using 1:2 with linespoints pt 7 ps 0.5 lw 2 lc rgb " + color(0) +
              " title 'gap, relaxation', ";
  if (branched)
    curves += "$" + branch.name + " using 1:2 with linespoints pt 7 ps 0.5 lw 2 lc rgb " + color(2) +
              " title 'gap, branch and bound', ";
  return out + "plot " + curves + "$" + leader + " using 1:3 axes x1y2 with lines lw 2 dt 4 lc rgb " + color(1) +
         " title 'test accuracy'\n";
}

Plot picture(const std::vector<Record>& records) {
  const std::vector<std::string> datasets = names(records);
  Plot out;
  out.name = "gamma";
  out.caption =
      "Gap between the proven bound and the network (left), accuracy on test rows (right), over γ / γ_max. Dashed "
      "line: "
      "the γ that cross-validation on the training rows chooses";
  const std::size_t columns = datasets.size() > 1 ? 2 : 1;
  const std::size_t lines = (datasets.size() + columns - 1) / columns;
  out.width = static_cast<int>(560 * columns);
  out.height = static_cast<int>(360 * lines);
  out.commands = fmt::format(
      "set multiplot layout {},{}\nset logscale x\nset format x '%g'\nset xlabel 'γ / γ_max' noenhanced\n"
      "set xrange [0.0009:1.1]\nset yrange [0:*]\nset ylabel 'gap, %'\nset y2label 'test accuracy, %'\nset ytics "
      "nomirror\n"
      "set border 11 lc rgb '#555555'\nset y2tics\nset y2range [*:100]\nset key top right samplen 2\n",
      lines, columns);
  for (std::size_t k = 0; k < datasets.size(); ++k) {
    PlotData relaxation;
    PlotData branch;
    bool branched = false;
    out.commands += panel(records, datasets[k], k, relaxation, branch, branched);
    if (!relaxation.rows.empty()) out.data.push_back(relaxation);
    if (branched) out.data.push_back(branch);
  }
  out.commands += "unset multiplot\n";
  return out;
}

std::string interval(const Record& record) {
  return fmt::format("{:.1f} ± {:.1f} %", 100.0 * number_of(record, "held_out"),
                     100.0 * number_of(record, "held_out_error"));
}

HtmlTable choices(const std::vector<Record>& records) {
  HtmlTable out;
  out.caption = "What cross-validation on the training rows chooses, and the best γ in hindsight, by the test rows";
  out.head = {"data", "rule", "γ", "of γ_max", "held out", "test accuracy", "gap", "neurons"};
  out.text_columns = 2;
  for (const std::string& dataset : names(records)) {
    const std::vector<Record> list = leading(records, dataset);
    const auto row = [&](const std::string& rule, const Record& record) {
      out.rows.push_back({dataset, rule, figure(number_of(record, "gamma"), 3), percent(number_of(record, "share"), 2),
                          interval(record), percent(number_of(record, "test_accuracy")),
                          percent(number_of(record, "gap")), fmt::format("{}", number_of(record, "neurons"))});
    };
    for (const Record& record : list)
      if (marked(record, "best")) row("best", record);
    for (const Record& record : list)
      if (marked(record, "one_standard_error")) row("1se", record);
    const auto hindsight = std::max_element(list.begin(), list.end(), [](const Record& a, const Record& b) {
      return number_of(a, "test_accuracy") < number_of(b, "test_accuracy");
    });
    if (hindsight != list.end()) row("hindsight", *hindsight);
  }
  return out;
}

HtmlTable everything(const std::vector<Record>& records, const std::string& dataset) {
  HtmlTable out;
  out.head = {"γ / γ_max", "γ", "network", "neurons", "gap", "test accuracy", "held out", "relaxation's gap"};
  const std::vector<Record> relaxation = of(records, dataset, "relaxation");
  const std::vector<Record> list = leading(records, dataset);
  for (std::size_t k = 0; k < list.size(); ++k) {
    const Record& record = list[k];
    out.rows.push_back({percent(number_of(record, "share"), 2), figure(number_of(record, "gamma"), 4),
                        figure(number_of(record, "network")), fmt::format("{}", number_of(record, "neurons")),
                        percent(number_of(record, "gap"), 2), percent(number_of(record, "test_accuracy")),
                        interval(record), k < relaxation.size() ? percent(number_of(relaxation[k], "gap"), 2) : "–"});
  }
  return out;
}

}  // namespace

std::vector<Section> regularisation_report(const std::vector<Record>& records, const Plotter& plotter) {
  if (records.empty()) return {{"Nothing yet", paragraph("No job is done.")}};
  std::vector<Section> out = {
      {"How tight, where it matters",
       paragraph(
           "Each curve is a path over γ from γ_max, where the zero network is optimal, down to a thousandth of it. "
           "Features are standardised on the training rows, a column of ones is appended.") +
           figures_html(plotter, {picture(records)})},
      {"The choice of γ", table_html(choices(records))}};
  for (const std::string& dataset : names(records)) out.push_back({dataset, table_html(everything(records, dataset))});
  return out;
}

}  // namespace burelu::study
