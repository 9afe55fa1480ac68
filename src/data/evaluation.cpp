// Counting, and two ways to say it.
#include "data/evaluation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "formats/json_numbers.hpp"

namespace burelu {
namespace {

using Json = nlohmann::ordered_json;

double half_squares(const Matrix& A, const Matrix& B) {
  double sum = 0.0;
  for (std::size_t k = 0; k < A.data.size(); ++k) sum += 0.5 * (A.data[k] - B.data[k]) * (A.data[k] - B.data[k]);
  return sum;
}

void count_classes(const Dataset& data, const Matrix& outputs, Evaluation& result) {
  const std::size_t count = data.outputs.names.size();
  result.names = data.outputs.names;
  result.classes.resize(count);
  result.confusion.assign(count, std::vector<index_t>(count, 0));
  for (index_t i = 0; i < outputs.rows; ++i) {
    const auto truth = static_cast<std::size_t>(data.labels[static_cast<std::size_t>(i)]);
    const auto guess = static_cast<std::size_t>(predicted_class(outputs, i, data.outputs));
    ++result.confusion[truth][guess];
    ++result.classes[truth].samples;
    ++result.classes[guess].predicted;
    if (truth == guess) ++result.classes[truth].right;
  }
  double sum = 0.0;
  double present = 0.0;
  for (const ClassScore& score : result.classes) {
    if (std::isnan(score.f1())) continue;
    sum += score.f1();
    present += 1.0;
  }
  if (present > 0.0) result.macro_f1 = sum / present;
}

std::string share(double value) { return std::isnan(value) ? "-" : fmt::format("{:.4f}", value); }

/// Columns of a table are this wide at least; names longer than 14 letters are cut in the head of the confusion matrix.
constexpr std::size_t kLongest = 14;

/// Letters, not bytes, of UTF-8.
std::size_t letters(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80; }));
}

std::string padded(const std::string& text, std::size_t width, bool right) {
  const std::string spaces(width > letters(text) ? width - letters(text) : 0, ' ');
  return right ? spaces + text : text + spaces;
}

std::string shortened(const std::string& text) {
  return letters(text) <= kLongest || letters(text) != text.size() ? text : text.substr(0, kLongest - 2) + "..";
}

std::string class_table(const Evaluation& evaluation, std::size_t width) {
  std::string text = fmt::format("\n{} {:>9} {:>9} {:>9} {:>9} {:>9} {:>9}\n", padded("class", width, false), "samples",
                                 "predicted", "right", "precision", "recall", "F1");
  for (std::size_t k = 0; k < evaluation.classes.size(); ++k) {
    const ClassScore& score = evaluation.classes[k];
    text += fmt::format("{} {:>9} {:>9} {:>9} {:>9} {:>9} {:>9}\n", padded(evaluation.names[k], width, false),
                        score.samples, score.predicted, score.right, share(score.precision()), share(score.recall()),
                        share(score.f1()));
  }
  return text;
}

std::string confusion_table(const Evaluation& evaluation, std::size_t width) {
  std::string text = "\n" + padded("true \\ predicted", width, false);
  std::vector<std::size_t> widths;
  for (const std::string& name : evaluation.names) {
    widths.push_back(std::max<std::size_t>(letters(shortened(name)), 6));
    text += " " + padded(shortened(name), widths.back(), true);
  }
  for (std::size_t k = 0; k < evaluation.names.size(); ++k) {
    text += "\n" + padded(evaluation.names[k], width, false);
    for (std::size_t j = 0; j < evaluation.names.size(); ++j)
      text += " " + padded(std::to_string(evaluation.confusion[k][j]), widths[j], true);
  }
  return text + "\n";
}

}  // namespace

Evaluation evaluate(const Dataset& data, const Network& network, double gamma) {
  const Matrix outputs = predict(data.X, network);
  Evaluation result;
  result.source = data.source;
  result.samples = data.X.rows;
  result.loss = half_squares(outputs, data.Y);
  result.gamma = gamma;
  if (std::isfinite(gamma)) result.objective = objective(data.problem(gamma), network);
  result.accuracy = accuracy(outputs, data.labels, data.outputs);
  if (!data.labels.empty()) count_classes(data, outputs, result);
  return result;
}

std::string evaluation_text(const Evaluation& evaluation) {
  std::string text = fmt::format("samples    {}\nloss       {:.8g}\n", evaluation.samples, evaluation.loss);
  if (std::isfinite(evaluation.objective))
    text += fmt::format("objective  {:.8g} (gamma {:g})\n", evaluation.objective, evaluation.gamma);
  if (evaluation.classes.empty()) return text;
  std::size_t width = 16;  // of "true \ predicted"
  for (const std::string& name : evaluation.names) width = std::max(width, letters(name));
  text += fmt::format("accuracy   {:.6f}\nmacro F1   {}\n", evaluation.accuracy, share(evaluation.macro_f1));
  return text + class_table(evaluation, width) + confusion_table(evaluation, width);
}

Json evaluation_json(const Evaluation& evaluation) {
  Json json = {{"data", evaluation.source},
               {"samples", evaluation.samples},
               {"loss", number_or_null(evaluation.loss)},
               {"gamma", number_or_null(evaluation.gamma)},
               {"objective", number_or_null(evaluation.objective)},
               {"accuracy", number_or_null(evaluation.accuracy)},
               {"macro_f1", number_or_null(evaluation.macro_f1)},
               {"classes", nullptr},
               {"confusion", nullptr}};
  if (evaluation.classes.empty()) return json;
  json["classes"] = Json::array();
  for (std::size_t k = 0; k < evaluation.classes.size(); ++k) {
    const ClassScore& score = evaluation.classes[k];
    json["classes"].push_back({{"name", evaluation.names[k]},
                               {"samples", score.samples},
                               {"predicted", score.predicted},
                               {"right", score.right},
                               {"precision", number_or_null(score.precision())},
                               {"recall", number_or_null(score.recall())},
                               {"f1", number_or_null(score.f1())}});
  }
  json["confusion"] = evaluation.confusion;
  return json;
}

}  // namespace burelu
