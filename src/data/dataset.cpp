// From a table to X and Y, for training and for an existing model.
#include "data/dataset.hpp"

#include <algorithm>
#include <cmath>

#include "burelu/errors.hpp"
#include "data/column_warnings.hpp"
#include "data/model_columns.hpp"
#include "data/table_columns.hpp"
#include "formats/csv_dialect.hpp"
#include "formats/number.hpp"
#include "formats/output_file.hpp"

namespace burelu {
namespace {

void check_rows(const Table& table) {
  if (table.columns() == 0) throw DataError(table.source + " has no columns; add a feature and a target");
  if (table.rows == 0) throw DataError(table.source + " has no rows of data; add at least one sample");
}

bool all_decimal_commas(const Table& table, index_t column) {
  for (index_t i = 0; i < table.rows; ++i) {
    const std::string* text = table.text(i, column);
    if (text == nullptr ? i == 0 : !has_decimal_comma(*text)) return false;
  }
  return true;
}

/// A label column taken by the rule, not by name, that holds fractions is a regression target by mistake.
void check_looks_like_classes(const Table& table, const TargetColumns& chosen) {
  const index_t column = chosen.columns.front();
  if (chosen.named) return;
  const std::string& name = table.names[static_cast<std::size_t>(column)];
  if (all_decimal_commas(table, column))
    throw DataError(table.place(0, column) + ": column '" + name + "' holds numbers with a decimal comma ('" +
                    *table.text(0, column) + "'); write them with a point");
  if (!table.numeric(column)) return;
  for (index_t i = 0; i < table.rows; ++i) {
    const double value = table.number(i, column);
    if (std::isfinite(value) && value != std::floor(value))
      throw DataError(table.place(i, column) + ": column '" + name +
                      "' would be the class label but holds fractions; say --target " + name +
                      " for real values, or --label NAME for the class column");
  }
}

/// Y of all rows, and the class of each.
void fill_targets(const Table& table, const TargetColumns& chosen, Dataset& data) {
  if (!chosen.classes) {
    data.Y = numeric_columns(table, chosen.columns);
    return;
  }
  data.labels = class_indices(table, chosen.columns.front(), data.outputs.names);
  data.Y = class_targets(data.labels, data.outputs);
}

Matrix rows_of(const Matrix& matrix, const std::vector<index_t>& rows) {
  Matrix part(static_cast<index_t>(rows.size()), matrix.cols);
  for (index_t i = 0; i < part.rows; ++i)
    std::copy_n(matrix.row(rows[static_cast<std::size_t>(i)]), matrix.cols, part.row(i));
  return part;
}

/// All of `data` but X, for some of its rows.
Dataset targets_of(const Dataset& data, const std::vector<index_t>& rows) {
  Dataset part;
  part.source = data.source;
  part.preparation = data.preparation;
  part.outputs = data.outputs;
  part.rows = data.rows;
  part.Y = rows_of(data.Y, rows);
  for (const index_t row : rows)
    if (!data.labels.empty()) part.labels.push_back(data.labels[static_cast<std::size_t>(row)]);
  return part;
}

/// One class for all rows of real values.
std::vector<index_t> strata(const Dataset& data, index_t rows) {
  return data.labels.empty() ? std::vector<index_t>(static_cast<std::size_t>(rows), 0) : data.labels;
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

void set_coding(const Table& table, const Coding& coding, Outputs& outputs) {
  if (!outputs.classes && (coding.signs || coding.single))
    throw DataError(table.source +
                    ": the targets are real values, so --labels and --binary-column say nothing; leave " +
                    "them out, or name a class column with --label");
  if (coding.single && outputs.names.size() != 2)
    throw DataError(table.source + ": --binary-column needs two classes, but column '" + outputs.label + "' holds " +
                    std::to_string(outputs.names.size()) + "; leave the option out");
  outputs.signs = coding.signs;
  outputs.single = coding.single;
}

void check_trainable(const Table& table, const TargetColumns& chosen, const Outputs& outputs) {
  if (chosen.features.empty())
    throw DataError(table.source + " has no feature columns beside the target; add at least one");
  if (outputs.classes && outputs.names.size() < 2)
    throw DataError(table.source + ": column '" + outputs.label + "' holds one class only ('" + outputs.names.front() +
                    "'), so there is nothing to learn; add rows of another class or name another column with --label");
}

void check_outputs(const Table& table, const TargetColumns& chosen, const Model& model, Coding coding,
                   Outputs& outputs) {
  const bool unknown = model.outputs.names.empty();
  outputs = unknown ? outputs_of(table, chosen) : model.outputs;
  coding.single |= outputs.classes && outputs.names.size() == 2 && model.network.V.rows == 1;
  if (unknown) set_coding(table, coding, outputs);
  if (outputs.classes != chosen.classes)
    throw DataError(table.source + ": the model has " + (outputs.classes ? "classes" : "real-valued targets") +
                    " but the chosen columns are " + (chosen.classes ? "a class label" : "real-valued targets") +
                    "; say " + (outputs.classes ? "--label NAME" : "--target A,B,..."));
  const auto wanted = static_cast<std::size_t>(model.network.V.rows);
  const std::size_t has = chosen.classes ? outputs.columns() : chosen.columns.size();
  if (has != wanted)
    throw DataError(table.source + " has " + std::to_string(has) +
                    (chosen.classes ? " columns of classes" : " target columns") + " but the model has " +
                    std::to_string(wanted) + " outputs; pass data of the same kind");
}

Dataset with_model(const Table& table, const Model& model) {
  Dataset data;
  data.source = table.source;
  data.preparation = model.preparation;
  data.outputs = model.outputs;
  data.rows = model.rows;
  return data;
}

Matrix prepared_features(Table& table, const std::vector<index_t>& features, const Model& model) {
  check_numbers(table, features);
  return prepare(take_columns(table, features), model.preparation);
}

/// The rows of a part, as the split of the model's training divides them.
std::vector<index_t> rows_of_part(const Table& table, const Dataset& data, Part part) {
  if (!data.rows.divides())
    throw DataError(table.source + ": the model was trained without --split, so there are no parts; say --part all");
  if (table.rows != data.rows.rows)
    throw DataError(table.source + " has " + std::to_string(table.rows) + " rows but the split of the model was of " +
                    std::to_string(data.rows.rows) + "; pass the file it was trained on, or say --part all");
  const RowParts parts = split_rows(strata(data, table.rows), data.rows);
  return part == Part::train ? parts.train : parts.test;
}

}  // namespace

TrainingData training_data(Table table, const TrainingChoice& choice, const Warn& listener) {
  keep_rows(table, choice.rows.limit);
  check_rows(table);
  const TargetColumns chosen = choose_targets(table, choice.targets);
  Dataset data;
  data.source = table.source;
  data.outputs = outputs_of(table, chosen);
  set_coding(table, choice.coding, data.outputs);
  check_numbers(table, chosen.features);  // first: a wrong separator may show as one class
  check_trainable(table, chosen, data.outputs);
  warn_of_columns(table, chosen, listener);
  data.preparation.features = names_of(table, chosen.features);
  data.rows = choice.rows;
  data.rows.rows = table.rows;
  fill_targets(table, chosen, data);
  if (!choice.rows.divides()) {
    data.X =
        fit_preparation(take_columns(table, chosen.features), choice.preparation, table.full_range, data.preparation);
    return {std::move(data), {}};
  }
  const RowParts parts = split_rows(strata(data, table.rows), data.rows);
  if (parts.train.empty() || parts.test.empty())
    throw DataError(table.source + ": --split leaves a part without rows; add rows or choose another share");
  Matrix test = copy_cells(table, chosen.features, parts.test);
  Matrix train = copy_cells(table, chosen.features, parts.train);
  const double full_range = table.full_range;
  table = {};
  train = fit_preparation(std::move(train), choice.preparation, full_range, data.preparation);
  TrainingData result{targets_of(data, parts.train), targets_of(data, parts.test)};
  result.train.X = std::move(train);
  result.test.X = prepare(std::move(test), data.preparation);
  return result;
}

Dataset labelled_data(Table table, const TargetChoice& choice, const Model& model, Part part, const Coding& coding,
                      const Warn& listener) {
  if (part != Part::all) keep_rows(table, model.rows.limit);
  check_rows(table);
  const TargetColumns chosen = target_columns(table, choice, model);
  const std::vector<index_t> features = model_features(table, chosen, model);
  if (!goes_by_name(table, model)) warn_of_columns(table, chosen, listener);
  Dataset data = with_model(table, model);
  check_outputs(table, chosen, model, coding, data.outputs);
  fill_targets(table, chosen, data);
  if (part != Part::all) {
    check_numbers(table, features);
    const std::vector<index_t> rows = rows_of_part(table, data, part);
    data = targets_of(data, rows);
    data.X = prepare(copy_cells(table, features, rows), model.preparation);
    return data;
  }
  data.X = prepared_features(table, features, model);
  return data;
}

Dataset unlabelled_data(Table table, const TargetChoice& choice, const Model& model, const Warn& listener) {
  check_rows(table);
  Dataset data = with_model(table, model);
  if (goes_by_name(table, model)) {
    data.X = prepared_features(table, find_columns(table, model.preparation.features, "feature"), model);
    return data;
  }
  data.X = prepared_features(table, unlabelled_features(table, choice, model, listener), model);
  return data;
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
