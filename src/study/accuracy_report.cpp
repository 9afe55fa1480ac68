// The report of the accuracy study: what the protocols mean, then bars and tables for each data set.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "formats/number.hpp"
#include "study/accuracy.hpp"
#include "study/results.hpp"

namespace burelu::study {
namespace {

using Records = std::vector<Record>;
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

template <class Value>
void add_once(std::vector<Value>& list, const Value& value) {
  if (std::find(list.begin(), list.end(), value) == list.end()) list.push_back(value);
}

std::vector<std::string> distinct(const Records& records, const std::string& field) {
  std::vector<std::string> values;
  for (const Record& record : records) add_once(values, string_of(record, field));
  return values;
}

// burelu first, then what it is compared with, each in the order of first appearance.
std::vector<std::string> methods_of(const Records& records) {
  std::vector<std::string> list = distinct(records, "method");
  const auto rank = [](const std::string& method) {
    return method.starts_with("burelu") ? 0 : method.starts_with("rounding") ? 1 : method.starts_with("SGD") ? 2 : 3;
  };
  std::stable_sort(list.begin(), list.end(),
                   [&](const std::string& a, const std::string& b) { return rank(a) < rank(b); });
  return list;
}

Records of(const Records& records, const std::string& field, const std::string& value) {
  Records list;
  for (const Record& record : records)
    if (string_of(record, field) == value) list.push_back(record);
  return list;
}

// One gamma, with or without bias: a column of the tables. gamma 0 stands for those that were chosen on the training
// rows, another one for each data set.
struct Setting {
  double gamma = 0.0;
  bool bias = false;
  bool operator==(const Setting&) const = default;
  std::string name() const { return gamma > 0.0 ? short_number(gamma) : "chosen"; }
  std::string text() const { return fmt::format("γ {}{}", name(), bias ? ", bias" : ""); }
};

Setting setting_of(const Record& record) {
  const bool chosen = record.value("chosen_gamma", false);
  return {chosen ? 0.0 : number_of(record, "gamma"), record.value("bias", false)};
}

std::vector<Setting> settings(const Records& records) {
  std::vector<Setting> list;
  for (const Record& record : records) add_once(list, setting_of(record));
  return list;
}

double value(const Records& records, const Setting& setting, const std::string& method, const std::string& protocol,
             const std::string& field) {
  for (const Record& record : records)
    if (setting_of(record) == setting && string_of(record, "method") == method &&
        string_of(record, "protocol") == protocol)
      return number_of(record, field);
  return kNaN;
}

// Mean over those that are there.
class Mean {
 public:
  void add(double term) {
    if (std::isnan(term)) return;
    sum_ += term;
    ++count_;
  }
  double value() const { return count_ == 0 ? kNaN : sum_ / count_; }

 private:
  double sum_ = 0.0;
  int count_ = 0;
};

double mean_over_settings(const Records& records, const std::string& method, const std::string& protocol,
                          const std::string& field) {
  Mean mean;
  for (const Setting& setting : settings(records)) mean.add(value(records, setting, method, protocol, field));
  return mean.value();
}

std::string points(double difference) {
  return std::isnan(difference) ? "–" : fmt::format("{:+.1f}", 100.0 * difference);
}

// --- overview ---

Section overview(const Records& records) {
  std::string html = paragraph(
      "Share of test rows classified right, by the paper's own splits. Two protocols stand side by side. honest: the "
      "class of the largest output; whatever a method chooses (iterate, learning rate, step) is chosen by "
      "cross-validation on the training rows. paper, as in arXiv 2410.22311: one threshold for all outputs, a row "
      "counts where exactly the output of its class is above it, and threshold and iterate are those with the best "
      "score on the test rows.");
  const std::vector<std::string> datasets = distinct(records, "dataset");
  HtmlTable table{{"method"},
                  {},
                  "Mean test accuracy over γ and bias, percent: honest, paper in brackets. Of a study that is not "
                  "complete: over what "
                  "is done.",
                  1};
  for (const std::string& dataset : datasets) table.head.push_back(dataset);
  for (const std::string& method : methods_of(records)) {
    std::vector<std::string> row = {method};
    for (const std::string& dataset : datasets) {
      const Records here = of(records, "dataset", dataset);
      const double honest = mean_over_settings(here, method, "honest", "test_accuracy");
      const double paper = mean_over_settings(here, method, "paper", "test_accuracy");
      row.push_back(std::isnan(honest) ? "–" : fmt::format("{:.1f} ({:.1f})", 100.0 * honest, 100.0 * paper));
    }
    table.rows.push_back(std::move(row));
  }
  return {"Methods and data sets", html + table_html(table)};
}

// --- why the paper's protocol flatters ---

Section flattery(const Records& records) {
  const Records paper = of(records, "protocol", "paper");
  Mean threshold;
  for (const Record& record : paper)
    threshold.add(number_of(record, "test_accuracy") - number_of(record, "training_threshold_test_accuracy"));
  std::string html = paragraph(
      "A score that is the largest of many on the rows it is measured on is biased upwards: some of the hundred "
      "thresholds, and of the thousand iterates, fit the test rows by chance, and the best of them says nothing about "
      "new rows. " +
      fmt::format("The threshold alone is worth {} points here: that is the mean difference to the same networks with "
                  "the threshold that is best on the training rows (of equals the middle one). Choosing the iterate "
                  "comes on top; it makes the "
                  "most of methods whose iterates do not settle, such as the rounding with the published step.",
                  points(threshold.value())));
  html += paragraph(
      "A paper score can still be the lower of the two: a row counts only where all of its outputs are on the right "
      "side of the one threshold, which is harder than having the largest output. The two columns measure different "
      "things and compare only within themselves.");
  HtmlTable table{
      {"method", "threshold chosen on test rows", "on training rows", "flattery, points", "largest output"},
      {},
      "Test accuracy, means over all data sets, γ and bias. The first two: the same networks, chosen on the "
      "test rows where the method has iterates. The last: the honest protocol.",
      1};
  for (const std::string& method : methods_of(records)) {
    Mean test, training, honest;
    for (const Record& record : of(paper, "method", method)) {
      test.add(number_of(record, "test_accuracy"));
      training.add(number_of(record, "training_threshold_test_accuracy"));
    }
    for (const Record& record : of(of(records, "protocol", "honest"), "method", method))
      honest.add(number_of(record, "test_accuracy"));
    table.rows.push_back({method, percent(test.value()), percent(training.value()),
                          points(test.value() - training.value()), percent(honest.value())});
  }
  return {"Why the paper's protocol flatters", html + table_html(table)};
}

// --- one data set ---

Plot bars(const Records& records, const std::string& dataset, const Setting& setting) {
  const std::vector<std::string> methods = methods_of(records);
  Plot plot{fmt::format("{}_gamma_{}{}", dataset, setting.name(), setting.bias ? "_bias" : ""),
            fmt::format("{}, {}: test accuracy of each method by the two protocols.", dataset, setting.text()),
            {},
            "",
            560,
            120 + 42 * static_cast<int>(methods.size())};
  PlotData data{"bars", {}, {}};
  for (std::size_t i = 0; i < methods.size(); ++i) {
    const auto percent_of = [&](const char* protocol) {
      return 100.0 * value(records, setting, methods[i], protocol, "test_accuracy");
    };
    data.labels.push_back(methods[i]);
    data.rows.push_back({static_cast<double>(i + 1), percent_of("honest"), percent_of("paper")});
  }
  const auto boxes = [](int column, const char* from, const char* to) {
    return fmt::format("$bars using (0.5*${0}):2:(0):{0}:($2{1}):($2{2}) with boxxyerror fs solid 0.85 noborder",
                       column, from, to);
  };
  const auto numbers = [](int column, const char* at) {
    return fmt::format(
        "$bars using {0}:($2{1}):(sprintf('%.1f', ${0})) with labels left offset 0.3,0 font ',14' notitle", column, at);
  };
  plot.commands = fmt::format(
      "set yrange [{}:0.4]\nset xrange [0:112]\nset xtics 0,20,100\nset xlabel 'test rows right, %'\nset ytics scale "
      "0\nunset grid\nset grid x lc rgb '#dddddd' lt 1\nset key above horizontal\n"
      "plot $bars using (-1):2:ytic(1) with points pt 0 notitle, {} lc rgb {} title 'honest', {} lc rgb {} title "
      "'paper', {}, {}",
      static_cast<double>(methods.size()) + 0.6, boxes(3, "-0.38", "-0.01"), color(0), boxes(4, "+0.01", "+0.38"),
      color(4), numbers(3, "-0.19"), numbers(4, "+0.19"));
  plot.data.push_back(std::move(data));
  return plot;
}

HtmlTable accuracy_table(const Records& records) {
  HtmlTable table{{"method"}, {}, "Test accuracy, percent: honest, paper in brackets.", 1};
  const std::vector<Setting> columns = settings(records);
  for (const Setting& setting : columns) table.head.push_back(setting.text());
  for (const std::string& method : methods_of(records)) {
    std::vector<std::string> row = {method};
    for (const Setting& setting : columns) {
      const double honest = value(records, setting, method, "honest", "test_accuracy");
      const double paper = value(records, setting, method, "paper", "test_accuracy");
      row.push_back(std::isnan(honest) ? "–" : fmt::format("{:.1f} ({:.1f})", 100.0 * honest, 100.0 * paper));
    }
    table.rows.push_back(std::move(row));
  }
  return table;
}

HtmlTable objective_table(const Records& records) {
  HtmlTable table{
      {"method"},
      {},
      "Training objective of the network by the honest protocol. The last rows: the lower bound that burelu "
      "proves for networks of any width, rounded down, and how its solve ended.",
      1};
  const std::vector<Setting> columns = settings(records);
  for (const Setting& setting : columns) table.head.push_back(setting.text());
  std::vector<std::string> bound = {"certified bound"};
  std::vector<std::string> end = {"evaluations"};
  for (const Setting& setting : columns) {
    const double lower = value(records, setting, "burelu", "honest", "lower_bound");
    const double evaluations = value(records, setting, "burelu", "honest", "evaluations");
    const double limit = value(records, setting, "burelu", "honest", "evaluation_limit");
    bound.push_back(std::isnan(lower) ? "–" : rounded_down(lower, 5));
    end.push_back(
        std::isnan(evaluations) ? "–" : fmt::format("{:.0f}{}", evaluations, evaluations >= limit ? " (limit)" : ""));
  }
  for (const std::string& method : methods_of(records)) {
    std::vector<std::string> row = {method};
    bool any = false;
    for (const Setting& setting : columns) {
      const double objective = value(records, setting, method, "honest", "objective");
      any = any || !std::isnan(objective);
      row.push_back(figure(objective));
    }
    if (any) table.rows.push_back(std::move(row));
  }
  table.rows.push_back(std::move(bound));
  table.rows.push_back(std::move(end));
  return table;
}

Section dataset_section(const Records& all, const std::string& dataset, const Plotter& plotter) {
  const Records records = of(all, "dataset", dataset);
  const double rows = number_of(records.front(), "test_rows");
  std::string html = paragraph(fmt::format(
      "{:.0f} rows to train on, {:.0f} to test on: one row is {:.1f} points, and an accuracy of 90 % has a standard "
      "error of {:.1f} points.",
      number_of(records.front(), "train_rows"), rows, 100.0 / rows, 100.0 * std::sqrt(0.9 * 0.1 / rows)));
  std::vector<Plot> plots;
  for (const Setting& setting : settings(records)) plots.push_back(bars(records, dataset, setting));
  return {dataset, html + figures_html(plotter, plots) + table_html(accuracy_table(records)) +
                       table_html(objective_table(records))};
}

}  // namespace

std::vector<Section> accuracy_report(const std::vector<Record>& records, const Plotter& plotter) {
  if (records.empty()) return {};
  std::vector<Section> sections = {overview(records), flattery(records)};
  for (const std::string& dataset : distinct(records, "dataset"))
    sections.push_back(dataset_section(records, dataset, plotter));
  return sections;
}

}  // namespace burelu::study
