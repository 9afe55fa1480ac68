// predict and evaluate: a model on rows of a file.
#include <fmt/format.h>

#include <cmath>
#include <cstdio>

#include "app/commands.hpp"
#include "app/errors.hpp"
#include "app/exit_codes.hpp"
#include "app/summary.hpp"
#include "burelu/errors.hpp"
#include "io/formats.hpp"
#include "io/number.hpp"
#include "io/output_file.hpp"

namespace burelu::app {
namespace {

std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\n\r") == std::string::npos && !text.starts_with(' ') && !text.ends_with(' ')) return text;
  std::string quoted = "\"";
  for (const char letter : text) quoted += letter == '"' ? std::string("\"\"") : std::string(1, letter);
  return quoted + "\"";
}

std::string outputs_csv(const Matrix& outputs, const std::vector<std::string>& names) {
  std::string text;
  for (index_t k = 0; k < outputs.cols; ++k)
    text +=
        (k > 0 ? "," : "") + (names.empty() ? "y" + std::to_string(k) : csv_field(names[static_cast<std::size_t>(k)]));
  for (index_t i = 0; i < outputs.rows; ++i) {
    text += "\n";
    for (index_t k = 0; k < outputs.cols; ++k) text += (k > 0 ? "," : "") + short_number(outputs(i, k));
  }
  return text + "\n";
}

std::string classes_csv(const Matrix& outputs, const Outputs& meaning) {
  std::string text = csv_field(meaning.label.empty() ? "class" : meaning.label) + "\n";
  for (index_t i = 0; i < outputs.rows; ++i) {
    const index_t k = largest_output(outputs, i);
    text += (meaning.names.empty() ? std::to_string(k) : csv_field(meaning.names[static_cast<std::size_t>(k)])) + "\n";
  }
  return text;
}

double half_squares(const Matrix& A, const Matrix& B) {
  double sum = 0.0;
  for (std::size_t k = 0; k < A.data.size(); ++k) sum += 0.5 * (A.data[k] - B.data[k]) * (A.data[k] - B.data[k]);
  return sum;
}

struct ClassCounts {
  index_t samples = 0;
  index_t predicted = 0;
  index_t right = 0;
};

std::string class_table(const Matrix& outputs, const Dataset& data) {
  std::vector<ClassCounts> counts(data.outputs.names.size());
  for (index_t i = 0; i < outputs.rows; ++i) {
    const auto truth = static_cast<std::size_t>(data.labels[static_cast<std::size_t>(i)]);
    const auto guess = static_cast<std::size_t>(largest_output(outputs, i));
    ++counts[truth].samples;
    ++counts[guess].predicted;
    if (truth == guess) ++counts[truth].right;
  }
  std::size_t width = 5;
  for (const std::string& name : data.outputs.names) width = std::max(width, name.size());
  std::string text = fmt::format("\n{:<{}} {:>9} {:>9} {:>9}\n", "class", width, "samples", "predicted", "right");
  for (std::size_t k = 0; k < counts.size(); ++k)
    text += fmt::format("{:<{}} {:>9} {:>9} {:>9}\n", data.outputs.names[k], width, counts[k].samples,
                        counts[k].predicted, counts[k].right);
  return text;
}

}  // namespace

int run_predict(const Arguments& arguments) {
  check_writable(arguments.out);
  const Model model = read_model(arguments.model);
  if (arguments.classes && !model.outputs.classes)
    throw UsageError("--classes: " + arguments.model + " has real-valued outputs, not classes; leave --classes out");
  const Dataset data = unlabelled_data(read_table(arguments.data, arguments.header), arguments.targets, model);
  const Matrix outputs = predict(data.X, model.network);
  const std::string text =
      arguments.classes ? classes_csv(outputs, model.outputs) : outputs_csv(outputs, model.outputs.names);
  if (!arguments.out.empty()) {
    write_file(arguments.out, text);
  } else if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0) {
    throw DataError("cannot write to standard output; name a file with --out");
  }
  return kSolved;
}

int run_evaluate(const Arguments& arguments) {
  const Model model = read_model(arguments.model);
  const Dataset data = labelled_data(read_table(arguments.data, arguments.header), arguments.targets, model);
  const Matrix outputs = predict(data.X, model.network);
  const double gamma = arguments.gamma.value_or(model.gamma);
  SummaryRows rows = {{"samples", std::to_string(data.X.rows)},
                      {"loss", fmt::format("{:.8g}", half_squares(outputs, data.Y))}};
  if (std::isfinite(gamma))
    rows.emplace_back("objective",
                      fmt::format("{:.8g} (gamma {:g})", objective(data.problem(gamma), model.network), gamma));
  const double right = accuracy(outputs, data.labels);
  if (std::isfinite(right)) rows.emplace_back("accuracy", fmt::format("{:.6f}", right));
  if (arguments.level() < LogLevel::info) return kSolved;
  fmt::print("{}{}", aligned(rows), data.labels.empty() ? "" : class_table(outputs, data));
  return kSolved;
}

}  // namespace burelu::app
