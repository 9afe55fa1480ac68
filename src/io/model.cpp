// The model file: JSON, documented in docs/formats.md.
#include "io/model.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

#include "burelu/errors.hpp"
#include "io/input_file.hpp"
#include "io/json_numbers.hpp"
#include "io/output_file.hpp"

namespace burelu {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kFormat = "burelu-model";
constexpr int kVersion = 1;

Json rows_of(const Matrix& matrix) {
  Json rows = Json::array();
  for (index_t i = 0; i < matrix.rows; ++i)
    rows.push_back(std::vector<double>(matrix.row(i), matrix.row(i) + matrix.cols));
  return rows;
}

/// Reads fields and says which one is wrong.
class Reader {
 public:
  Reader(std::string path, const Json& json) : path_(std::move(path)), json_(json) {}

  [[noreturn]] void fail(const std::string& field, const std::string& problem) const {
    throw DataError(path_ + ": field \"" + field + "\" " + problem + "; see docs/formats.md for the model file");
  }

  bool has(const std::string& field) const { return json_.contains(field) && !json_.at(field).is_null(); }

  Matrix matrix(const std::string& field) const {
    if (!has(field) || !json_.at(field).is_array()) fail(field, "must be an array of rows");
    const Json& rows = json_.at(field);
    Matrix result;
    result.rows = static_cast<index_t>(rows.size());
    for (const Json& row : rows) {
      const std::vector<double> values = numbers(row, field);
      if (&row == &rows.front()) result.cols = static_cast<index_t>(values.size());
      if (static_cast<index_t>(values.size()) != result.cols) fail(field, "has rows of different lengths");
      result.data.insert(result.data.end(), values.begin(), values.end());
    }
    return result;
  }

  std::vector<double> numbers(const Json& array, const std::string& field) const {
    if (!array.is_array()) fail(field, "must be an array of numbers");
    std::vector<double> values;
    for (const Json& value : array) {
      if (!value.is_number() || !std::isfinite(value.get<double>()))
        fail(field, "holds something that is no finite number");
      values.push_back(value.get<double>());
    }
    return values;
  }

  std::vector<std::string> strings(const std::string& field) const {
    std::vector<std::string> values;
    if (!has(field)) return values;
    if (!json_.at(field).is_array()) fail(field, "must be an array of strings");
    for (const Json& value : json_.at(field)) {
      if (!value.is_string()) fail(field, "must be an array of strings");
      values.push_back(value.get<std::string>());
    }
    return values;
  }

  double number(const std::string& field) const {
    if (!has(field)) return std::numeric_limits<double>::quiet_NaN();
    if (!json_.at(field).is_number()) fail(field, "must be a number");
    return json_.at(field).get<double>();
  }

  std::string text(const std::string& field) const {
    if (!has(field)) return {};
    if (!json_.at(field).is_string()) fail(field, "must be a string");
    return json_.at(field).get<std::string>();
  }

  bool flag(const std::string& field) const {
    if (!has(field)) return false;
    if (!json_.at(field).is_boolean()) fail(field, "must be true or false");
    return json_.at(field).get<bool>();
  }

  Reader group(const std::string& field) const {
    if (!json_.at(field).is_object()) fail(field, "must be an object");
    return {path_, json_.at(field)};
  }

  const Json& json() const { return json_; }

 private:
  std::string path_;
  const Json& json_;
};

void read_preparation(const Reader& reader, Preparation& preparation) {
  preparation.features = reader.strings("features");
  preparation.bias = reader.flag("bias");
  if (!reader.has("standardize")) return;
  const Reader moments = reader.group("standardize");
  if (!moments.has("mean") || !moments.has("scale")) reader.fail("standardize", "needs mean and scale");
  preparation.mean = moments.numbers(moments.json().at("mean"), "standardize.mean");
  preparation.scale = moments.numbers(moments.json().at("scale"), "standardize.scale");
  for (const double scale : preparation.scale)
    if (scale <= 0.0) reader.fail("standardize", "has a scale that is not positive");
}

void read_outputs(const Reader& reader, Outputs& outputs) {
  if (!reader.has("outputs")) return;
  const Reader group = reader.group("outputs");
  const std::string kind = group.text("kind");
  if (kind != "classes" && kind != "values") reader.fail("outputs", "needs kind \"classes\" or \"values\"");
  outputs.classes = kind == "classes";
  outputs.names = group.strings("names");
  outputs.label = group.text("label");
}

void check_shapes(const Reader& reader, const Model& model) {
  const auto features = static_cast<std::size_t>(std::max<index_t>(model.features(), 0));
  const Preparation& preparation = model.preparation;
  if (model.network.V.rows == 0) reader.fail("V", "has no rows; it needs one per output");
  if (model.features() < 1) reader.fail("U", "has no rows; it needs one per feature and one for the bias");
  if (model.network.U.cols != model.network.V.cols) reader.fail("V", "must have as many columns as U, one per neuron");
  if (!preparation.features.empty() && preparation.features.size() != features)
    reader.fail("features", "must name one feature per row of U (the bias row left out)");
  if (preparation.mean.size() != preparation.scale.size() ||
      (preparation.standardized() && preparation.mean.size() != features))
    reader.fail("standardize", "must have one mean and one scale per feature");
  const auto outputs = static_cast<std::size_t>(model.network.V.rows);
  if (!model.outputs.names.empty() && model.outputs.names.size() != outputs)
    reader.fail("outputs", "must have one name per row of V");
}

Json parse(const std::string& path) {
  try {
    Json json = Json::parse(read_file(path));
    if (!json.is_object()) throw DataError(path + " is not a model (JSON, but no object); see docs/formats.md");
    return json;
  } catch (const Json::out_of_range&) {
    throw DataError(path + " holds a number too large for a double; correct the weights");
  } catch (const Json::parse_error& error) {
    throw DataError(path + " is not a model: no valid JSON near byte " + std::to_string(error.byte) +
                    "; pass a file written by `burelu train --out`");
  }
}

}  // namespace

void write_model(const std::string& path, const Model& model) {
  Json json;
  json["format"] = kFormat;
  json["version"] = kVersion;
  json["features"] = model.preparation.features;
  json["bias"] = model.preparation.bias;
  json["standardize"] = nullptr;
  if (model.preparation.standardized())
    json["standardize"] = {{"mean", model.preparation.mean}, {"scale", model.preparation.scale}};
  json["outputs"] = {{"kind", model.outputs.classes ? "classes" : "values"},
                     {"names", model.outputs.names},
                     {"label", model.outputs.label}};
  json["gamma"] = number_or_null(model.gamma);
  json["objective"] = number_or_null(model.objective);
  json["lower_bound"] = number_or_null(model.lower_bound);
  json["relative_gap"] = number_or_null(model.relative_gap);
  json["provenance"] = model.provenance;
  json["U"] = rows_of(model.network.U);
  json["V"] = rows_of(model.network.V);
  write_file(path, to_text(json));
}

Model read_model(const std::string& path) {
  const Json json = parse(path);
  const Reader reader(path, json);
  if (reader.has("format") && reader.text("format") != kFormat) reader.fail("format", "must be \"burelu-model\"");
  if (reader.number("version") > kVersion) reader.fail("version", "is newer than this program reads (1)");
  Model model;
  model.network = {reader.matrix("U"), reader.matrix("V")};
  read_preparation(reader, model.preparation);
  read_outputs(reader, model.outputs);
  model.gamma = reader.number("gamma");
  model.objective = reader.number("objective");
  model.lower_bound = reader.number("lower_bound");
  model.relative_gap = reader.number("relative_gap");
  if (reader.has("provenance"))
    for (const auto& [key, value] : reader.group("provenance").json().items())
      model.provenance[key] = value.is_string() ? value.get<std::string>() : value.dump();
  check_shapes(reader, model);
  return model;
}

}  // namespace burelu
