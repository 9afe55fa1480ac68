// predict, evaluate and export: what is done with a model.
#include <cmath>
#include <filesystem>

#include "app/commands.hpp"
#include "app/errors.hpp"
#include "app/exit_codes.hpp"
#include "app/messages.hpp"
#include "app/read_data.hpp"
#include "burelu/errors.hpp"
#include "data/evaluation.hpp"
#include "formats/byte_stream.hpp"
#include "formats/csv.hpp"
#include "formats/json_numbers.hpp"
#include "formats/npy.hpp"
#include "formats/number.hpp"
#include "formats/output_file.hpp"

namespace burelu::app {
namespace {

std::string outputs_csv(const Matrix& outputs, const Outputs& meaning) {
  std::string text;
  for (index_t k = 0; k < outputs.cols; ++k) {
    const bool named = !meaning.single && !meaning.names.empty();
    text +=
        (k > 0 ? "," : "") + (named ? csv_field(meaning.names[static_cast<std::size_t>(k)]) : "y" + std::to_string(k));
  }
  for (index_t i = 0; i < outputs.rows; ++i) {
    text += "\n";
    for (index_t k = 0; k < outputs.cols; ++k) text += (k > 0 ? "," : "") + short_number(outputs(i, k));
  }
  return text + "\n";
}

std::vector<std::string> class_names(const Matrix& outputs, const Outputs& meaning) {
  std::vector<std::string> names;
  for (index_t i = 0; i < outputs.rows; ++i) {
    const index_t k = predicted_class(outputs, i, meaning);
    names.push_back(meaning.names.empty() ? std::to_string(k) : meaning.names[static_cast<std::size_t>(k)]);
  }
  return names;
}

std::string classes_csv(const Matrix& outputs, const Outputs& meaning) {
  std::string text = csv_field(meaning.label.empty() ? "class" : meaning.label) + "\n";
  for (const std::string& name : class_names(outputs, meaning)) text += csv_field(name) + "\n";
  return text;
}

std::string predictions(const Arguments& arguments, const Matrix& outputs, const Outputs& meaning) {
  if (has_extension(arguments.out, ".npy"))
    return arguments.classes ? npy_bytes(class_names(outputs, meaning))
                             : npy_bytes(outputs.data.data(), {outputs.rows, outputs.cols});
  return arguments.classes ? classes_csv(outputs, meaning) : outputs_csv(outputs, meaning);
}

void check_output(const Arguments& arguments, const std::string& output) {
  for (const std::string& input : {arguments.data, arguments.model}) {
    std::error_code ignored;
    if (!output.empty() && (output == input || std::filesystem::equivalent(output, input, ignored)))
      throw UsageError(output + " is named twice on the command line; name another output");
  }
  check_writable(output);
}

}  // namespace

int run_predict(const Arguments& arguments) {
  check_output(arguments, arguments.out);
  const Model model = read_model(arguments);
  if (arguments.classes && !model.outputs.classes)
    throw UsageError("--classes: " + arguments.model + " has real-valued outputs, not classes; leave --classes out");
  const Dataset data = unlabelled_data(read_data(arguments, model.features()), arguments.choice.targets, model,
                                       warnings(arguments.level()));
  const std::string bytes = predictions(arguments, predict(data.X, model.network), model.outputs);
  if (arguments.out.empty()) {
    print(bytes);
  } else {
    write_file(arguments.out, bytes);
  }
  return kSolved;
}

int run_evaluate(const Arguments& arguments) {
  check_output(arguments, arguments.report);
  const Model model = read_model(arguments);
  const Dataset data = labelled_data(read_data(arguments, model.features()), arguments.choice.targets, model,
                                     arguments.part.value_or(Part::all), {}, warnings(arguments.level()));
  const Evaluation evaluation = evaluate(data, model.network, arguments.gamma.value_or(model.gamma));
  if (!arguments.report.empty()) write_file(arguments.report, to_text(evaluation_json(evaluation)));
  if (arguments.level() >= LogLevel::info) print(evaluation_text(evaluation));
  return kSolved;
}

int run_export(const Arguments& arguments) {
  check_output(arguments, arguments.out);
  write_model(arguments.out, read_model(arguments));
  return kSolved;
}

}  // namespace burelu::app
