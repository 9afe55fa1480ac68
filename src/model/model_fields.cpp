// The fields of a model in a container: arrays for numbers, metadata for everything else, each text JSON of its own.
#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "burelu/errors.hpp"
#include "formats/json_numbers.hpp"
#include "formats/number.hpp"
#include "model/tensors.hpp"

namespace burelu {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kFormat = "burelu-model";
constexpr double kVersion = 2;

std::string text_of(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

std::string number_text(double value) { return std::isfinite(value) ? short_number(value) : std::string("null"); }

/// Reads texts of the metadata and says which one is wrong.
class Fields {
 public:
  Fields(const std::map<std::string, std::string>& metadata, const std::string& path)
      : metadata_(metadata), path_(path) {}

  [[noreturn]] void fail(const std::string& field, const std::string& problem) const {
    throw DataError(path_ + ": field \"" + field + "\" of the metadata " + problem +
                    "; see docs/formats.md for the model file");
  }

  bool has(const std::string& field) const { return metadata_.contains(field) && metadata_.at(field) != "null"; }

  std::string text(const std::string& field) const { return has(field) ? metadata_.at(field) : std::string(); }

  double number(const std::string& field, double fallback = std::numeric_limits<double>::quiet_NaN()) const {
    if (!has(field)) return fallback;
    double value = 0.0;
    if (!parse_number(metadata_.at(field), value) || !std::isfinite(value)) fail(field, "must be a finite number");
    return value;
  }

  /// Whole, from 0 to 2^53.
  double count(const std::string& field) const {
    const double value = number(field, 0.0);
    if (value < 0.0 || value > 0x1p53 || value != std::floor(value)) fail(field, "must be a count");
    return value;
  }

  bool flag(const std::string& field) const {
    const std::string value = text(field);
    if (!value.empty() && value != "true" && value != "false") fail(field, "must be true or false");
    return value == "true";
  }

  std::vector<std::string> strings(const std::string& field) const {
    std::vector<std::string> values;
    if (!has(field)) return values;
    const Json json = Json::parse(metadata_.at(field), nullptr, false);
    if (!json.is_array()) fail(field, "must be a JSON array of strings");
    for (const Json& value : json) {
      if (!value.is_string()) fail(field, "must be a JSON array of strings");
      values.push_back(value.get<std::string>());
    }
    return values;
  }

  std::map<std::string, std::string> group(const std::string& field) const {
    std::map<std::string, std::string> values;
    if (!has(field)) return values;
    const Json json = Json::parse(metadata_.at(field), nullptr, false);
    if (!json.is_object()) fail(field, "must be a JSON object");
    for (const auto& [key, value] : json.items())
      values[key] = value.is_string() ? value.get<std::string>() : text_of(value);
    return values;
  }

 private:
  const std::map<std::string, std::string>& metadata_;
  const std::string& path_;
};

void read_outputs(const Fields& fields, Outputs& outputs) {
  const std::string kind = fields.text("outputs");
  if (!kind.empty() && kind != "classes" && kind != "values") fields.fail("outputs", "must be classes or values");
  outputs.classes = kind.empty() ? !fields.has("target_names") || fields.has("class_names") : kind != "values";
  outputs.names = fields.strings(outputs.classes ? "class_names" : "target_names");
  outputs.label = fields.text("label");
  const std::string coding = fields.text("coding");
  if (!coding.empty() && coding != "one-hot" && coding != "signed") fields.fail("coding", "must be one-hot or signed");
  outputs.signs = coding == "signed";
  outputs.single = fields.flag("binary_column");
}

/// A name that is nearly one of ours would otherwise say nothing at all.
void warn_of_unknown(const std::map<std::string, std::string>& metadata, const std::string& path,
                     const Warn& listener) {
  static const std::set<std::string> kKnown = {
      "format",       "version",   "features",    "bias",          "divisor",      "outputs",   "class_names",
      "target_names", "label",     "coding",      "limit",         "split_seed",   "rows",      "split",
      "gamma",        "objective", "lower_bound", "binary_column", "relative_gap", "provenance"};
  std::string unknown;
  for (const auto& [field, value] : metadata)
    if (!kKnown.contains(field)) unknown += (unknown.empty() ? "" : ", ") + field;
  if (!unknown.empty())
    warn(listener, path + ": metadata of these names mean nothing here and were passed over: " + unknown);
}

}  // namespace

Matrix Tensor::matrix(const std::string& place) const {
  if (shape.size() > 2) throw DataError(place + " has more than two axes; see docs/formats.md for the model file");
  Matrix result;
  result.rows = shape.size() == 2 ? shape[0] : 1;
  result.cols = shape.empty() ? 1 : shape.back();
  result.data = values;
  return result;
}

Tensor tensor_of(const Matrix& matrix) { return {{matrix.rows, matrix.cols}, matrix.data}; }
Tensor tensor_of(const std::vector<double>& values) { return {{static_cast<index_t>(values.size())}, values}; }

void read_metadata(const std::map<std::string, std::string>& metadata, const std::string& path, const Warn& listener,
                   Model& model) {
  const Fields fields(metadata, path);
  const bool ours = !fields.has("format") || fields.text("format") == kFormat;  // others number their own versions
  if (ours && fields.number("version", kVersion) > kVersion)
    fields.fail("version", "is newer than this program reads (2)");
  warn_of_unknown(metadata, path, listener);
  model.preparation.features = fields.strings("features");
  model.preparation.bias = fields.flag("bias");
  model.preparation.divisor = fields.number("divisor", 1.0);
  read_outputs(fields, model.outputs);
  model.rows.limit = static_cast<index_t>(fields.count("limit"));
  model.rows.rows = static_cast<index_t>(fields.count("rows"));
  model.rows.split = fields.number("split", 0.0);
  if (model.rows.split < 0.0 || model.rows.split >= 1.0) fields.fail("split", "must be a share between 0 and 1");
  const std::string seed = fields.text("split_seed");
  if (seed.find_first_not_of("0123456789") != std::string::npos || seed.size() > 20)
    fields.fail("split_seed", "must be a whole number");
  if (!seed.empty()) model.rows.seed = std::strtoull(seed.c_str(), nullptr, 10);
  model.gamma = fields.number("gamma");
  model.objective = fields.number("objective");
  model.lower_bound = fields.number("lower_bound");
  model.relative_gap = fields.number("relative_gap");
  model.provenance = fields.group("provenance");
}

void settle_outputs(const std::map<std::string, std::string>& metadata, Model& model) {
  if (!metadata.contains("binary_column") && model.network.V.rows == 1)
    model.outputs.single = model.outputs.classes && model.outputs.names.size() == 2;
}

Tensors tensors_of(const Model& model) {
  const Preparation& preparation = model.preparation;
  const Outputs& outputs = model.outputs;
  Tensors tensors;
  tensors.arrays = {{"U", tensor_of(model.network.U)}, {"V", tensor_of(model.network.V)}};
  if (preparation.standardized()) {
    tensors.arrays["mean"] = tensor_of(preparation.mean);
    tensors.arrays["scale"] = tensor_of(preparation.scale);
  }
  if (preparation.reduced()) {
    tensors.arrays["center"] = tensor_of(preparation.center);
    tensors.arrays["components"] = tensor_of(preparation.components);
  }
  tensors.metadata = {{"format", kFormat},
                      {"version", short_number(kVersion)},
                      {"features", text_of(preparation.features)},
                      {"bias", preparation.bias ? "true" : "false"},
                      {"divisor", short_number(preparation.divisor)},
                      {"outputs", outputs.classes ? "classes" : "values"},
                      {outputs.classes ? "class_names" : "target_names", text_of(outputs.names)},
                      {"label", outputs.label},
                      {"coding", outputs.signs ? "signed" : "one-hot"},
                      {"binary_column", outputs.single ? "true" : "false"},
                      {"limit", std::to_string(model.rows.limit)},
                      {"split", short_number(model.rows.split)},
                      {"split_seed", std::to_string(model.rows.seed)},
                      {"rows", std::to_string(model.rows.rows)},
                      {"gamma", number_text(model.gamma)},
                      {"objective", number_text(model.objective)},
                      {"lower_bound", number_text(model.lower_bound)},
                      {"relative_gap", number_text(model.relative_gap)},
                      {"provenance", text_of(model.provenance)}};
  return tensors;
}

}  // namespace burelu
