// From a table to X and Y, for training and for an existing model.
#include "io/dataset.hpp"

#include <algorithm>
#include <cmath>

#include "burelu/errors.hpp"
#include "io/number.hpp"
#include "io/output_file.hpp"

namespace burelu {
namespace {

std::vector<std::string> names_of(const Table& table, const std::vector<index_t>& columns) {
  std::vector<std::string> names;
  for (const index_t column : columns) names.push_back(table.columns[static_cast<std::size_t>(column)].name);
  return names;
}

void check_rows(const Table& table) {
  if (table.rows == 0) throw DataError(table.source + " has no rows of data; add at least one sample");
}

/// A label column taken by the rule, not by name, that holds fractions is a regression target by mistake.
void check_looks_like_classes(const Table& table, const TargetColumns& chosen) {
  const Column& column = table.columns[static_cast<std::size_t>(chosen.columns.front())];
  if (chosen.named || !column.numeric()) return;
  for (index_t i = 0; i < table.rows; ++i) {
    const double value = column.numbers[static_cast<std::size_t>(i)];
    if (std::isfinite(value) && value != std::floor(value))
      throw DataError(table.place(i, chosen.columns.front()) + ": column '" + column.name +
                      "' would be the class label but holds fractions; say --target " + column.name +
                      " for real values, or --label NAME for the class column");
  }
}

void fill_targets(const Table& table, const TargetColumns& chosen, Dataset& data) {
  if (!chosen.classes) {
    data.Y = numeric_columns(table, chosen.columns);
    return;
  }
  data.labels = class_indices(table, chosen.columns.front(), data.outputs.names);
  data.Y = one_hot(data.labels, data.outputs.names.size());
}

/// The names and kind of the outputs as the data has them.
Outputs outputs_of(const Table& table, const TargetColumns& chosen) {
  Outputs outputs;
  outputs.classes = chosen.classes;
  outputs.names = names_of(table, chosen.columns);
  if (!chosen.classes) return outputs;
  check_looks_like_classes(table, chosen);
  outputs.label = outputs.names.front();
  outputs.names = distinct_classes(class_texts(table, chosen.columns.front()));
  return outputs;
}

void check_trainable(const Table& table, const TargetColumns& chosen, const Outputs& outputs) {
  if (chosen.features.empty())
    throw DataError(table.source + " has no feature columns beside the target; add at least one");
  if (outputs.classes && outputs.names.size() < 2)
    throw DataError(table.source + ": column '" + outputs.label + "' holds one class only ('" + outputs.names.front() +
                    "'), so there is nothing to learn; add rows of another class or name another column with --label");
}

std::vector<index_t> features_by_position(const Table& table, const TargetColumns& chosen, index_t wanted) {
  const auto has = static_cast<index_t>(chosen.features.size());
  if (has == wanted) return chosen.features;
  throw DataError(table.source + " has " + std::to_string(has) + " feature columns but the model takes " +
                  std::to_string(wanted) + "; pass the features it was trained on, in the same order");
}

std::vector<index_t> model_features(const Table& table, const TargetColumns& chosen, const Model& model) {
  const std::vector<std::string>& names = model.preparation.features;
  if (table.has_header && !names.empty()) return find_columns(table, names, "feature");
  return features_by_position(table, chosen, model.features());
}

/// The user's choice, else the columns the model was trained on, else the rule.
TargetChoice model_choice(const Table& table, TargetChoice choice, const Model& model) {
  if (!choice.label.empty() || !choice.targets.empty() || !table.has_header) return choice;
  const Outputs& outputs = model.outputs;
  if (outputs.names.empty()) return choice;
  if (outputs.classes && table.find(outputs.label) >= 0) choice.label = outputs.label;
  if (!outputs.classes) choice.targets = outputs.names;
  return choice;
}

/// Where neither the user nor a header names the targets of a model with values: its last columns.
TargetColumns target_columns(const Table& table, const TargetChoice& choice, const Model& model) {
  const TargetChoice wanted = model_choice(table, choice, model);
  TargetColumns chosen = choose_targets(table, wanted);
  const bool by_position = !table.has_header && !chosen.named && !model.outputs.classes;
  if (!by_position || static_cast<index_t>(chosen.features.size()) + 1 < model.network.V.rows) return chosen;
  chosen = {false, {}, {}, false};
  const auto columns = static_cast<index_t>(table.columns.size());
  for (index_t j = 0; j < columns; ++j)
    (j < columns - model.network.V.rows ? chosen.features : chosen.columns).push_back(j);
  return chosen;
}

void check_outputs(const Table& table, const TargetColumns& chosen, const Model& model, Outputs& outputs) {
  outputs = model.outputs.names.empty() ? outputs_of(table, chosen) : model.outputs;
  if (outputs.classes != chosen.classes)
    throw DataError(table.source + ": the model has " + (outputs.classes ? "classes" : "real-valued targets") +
                    " but the chosen columns are " + (chosen.classes ? "a class label" : "real-valued targets") +
                    "; say " + (outputs.classes ? "--label NAME" : "--target A,B,..."));
  const auto wanted = static_cast<std::size_t>(model.network.V.rows);
  const std::size_t has = chosen.classes ? outputs.names.size() : chosen.columns.size();
  if (has != wanted)
    throw DataError(table.source + " has " + std::to_string(has) + (chosen.classes ? " classes" : " target columns") +
                    " but the model has " + std::to_string(wanted) + " outputs; pass data of the same kind");
}

Dataset with_features(const Table& table, const std::vector<index_t>& features, const Model& model) {
  Dataset data;
  data.source = table.source;
  data.preparation = model.preparation;
  data.outputs = model.outputs;
  data.X = prepare(numeric_columns(table, features), model.preparation);
  return data;
}

}  // namespace

Dataset training_data(const Table& table, const TargetChoice& choice, bool bias, bool standardize) {
  check_rows(table);
  const TargetColumns chosen = choose_targets(table, choice);
  Dataset data;
  data.source = table.source;
  data.outputs = outputs_of(table, chosen);
  check_trainable(table, chosen, data.outputs);
  data.preparation.features = names_of(table, chosen.features);
  data.preparation.bias = bias;
  const Matrix features = numeric_columns(table, chosen.features);
  if (standardize) fit_standardization(features, data.preparation);
  data.X = prepare(features, data.preparation);
  fill_targets(table, chosen, data);
  return data;
}

Dataset labelled_data(const Table& table, const TargetChoice& choice, const Model& model) {
  check_rows(table);
  const TargetColumns chosen = target_columns(table, choice, model);
  Dataset data = with_features(table, model_features(table, chosen, model), model);
  check_outputs(table, chosen, model, data.outputs);
  fill_targets(table, chosen, data);
  return data;
}

Dataset unlabelled_data(const Table& table, const TargetChoice& choice, const Model& model) {
  check_rows(table);
  if (table.has_header && !model.preparation.features.empty())
    return with_features(table, find_columns(table, model.preparation.features, "feature"), model);
  TargetColumns all;
  const std::vector<index_t> ignored = find_columns(table, choice.ignored, "ignored");
  for (index_t j = 0; j < static_cast<index_t>(table.columns.size()); ++j)
    if (std::find(ignored.begin(), ignored.end(), j) == ignored.end()) all.features.push_back(j);
  const bool targets_too = static_cast<index_t>(all.features.size()) > model.features();
  if (targets_too) all = target_columns(table, choice, model);
  return with_features(table, features_by_position(table, all, model.features()), model);
}

void write_prepared(const std::string& path, const Dataset& data) {
  std::string text;
  for (index_t j = 0; j < data.X.cols; ++j) text += (j > 0 ? ",x" : "x") + std::to_string(j);
  for (index_t k = 0; k < data.Y.cols; ++k) text += ",y" + std::to_string(k);
  for (index_t i = 0; i < data.X.rows; ++i) {
    text += "\n";
    for (index_t j = 0; j < data.X.cols; ++j) text += (j > 0 ? "," : "") + full_number(data.X(i, j));
    for (index_t k = 0; k < data.Y.cols; ++k) text += "," + full_number(data.Y(i, k));
  }
  write_file(path, text + "\n");
}

}  // namespace burelu
