// The rules of model_columns.hpp.
#include "data/model_columns.hpp"

#include <algorithm>

#include "burelu/errors.hpp"

namespace burelu {
namespace {

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "'" : ", '") + name + "'";
  return text;
}

[[noreturn]] void refuse_count(const Table& table, const TargetColumns& chosen, const Model& model) {
  const auto has = static_cast<index_t>(chosen.features.size());
  const index_t wanted = model.features();
  std::string hint = "pass the features it was trained on, in the same order";
  if (!chosen.columns.empty())
    hint +=
        " (" + joined(names_of(table, chosen.columns)) + " was taken as the target; --label and --target say another)";
  if (has == wanted - 1 && !model.preparation.bias)
    hint = "if the model's last input is a column of ones, say --bias; else " + hint;
  throw DataError(table.source + " has " + std::to_string(has) + " feature columns but the model takes " +
                  std::to_string(wanted) + "; " + hint);
}

std::vector<index_t> features_by_position(const Table& table, const TargetColumns& chosen, const Model& model) {
  if (static_cast<index_t>(chosen.features.size()) != model.features()) refuse_count(table, chosen, model);
  return chosen.features;
}

/// The user's choice, else the columns the model was trained on, else the rule. A file that lacks the class column
/// which the model names has no other that could be it, but for one called label.
TargetChoice model_choice(const Table& table, TargetChoice choice, const Model& model) {
  if (!choice.label.empty() || !choice.targets.empty() || !table.has_header) return choice;
  const Outputs& outputs = model.outputs;
  if (outputs.names.empty()) return choice;
  if (!outputs.classes) choice.targets = outputs.names;
  if (outputs.classes && !outputs.label.empty())
    choice.label = table.find(outputs.label) >= 0 ? outputs.label : "label";
  if (outputs.classes && !choice.label.empty() && table.find(choice.label) < 0)
    throw DataError(table.source + ": the class column '" + outputs.label + "' is missing; the header has " +
                    table.column_list() + ", add the classes or name their column with --label");
  return choice;
}

/// A feature of the model that is its target as well was taken for one by mistake.
void check_no_feature(const Table& table, const TargetColumns& chosen, const Model& model) {
  if (!goes_by_name(table, model)) return;
  const std::vector<std::string>& features = model.preparation.features;
  for (const std::string& name : names_of(table, chosen.columns))
    if (std::find(features.begin(), features.end(), name) != features.end())
      throw DataError(table.source + ": column '" + name +
                      "' is a feature of the model and cannot be its target as well" +
                      (chosen.named ? "; name another column"
                                    : "; no other column is left, name the target's with --label or --target"));
}

/// Whether the header itself says which columns are targets: one called label, or y0, y1, ... behind the features.
bool header_names_targets(const Table& table) {
  if (!table.has_header) return false;
  if (table.find("label") >= 0) return true;
  const index_t first = table.find("y0");
  for (index_t j = first; first > 0 && j < table.columns(); ++j)
    if (table.names[static_cast<std::size_t>(j)] != "y" + std::to_string(j - first)) return false;
  return first > 0;
}

/// All columns but those that are ignored, and those that the user or their names in the header make targets.
TargetColumns without_targets(const Table& table, const TargetChoice& choice) {
  TargetColumns chosen;
  const bool named = !choice.label.empty() || !choice.targets.empty();
  if (named || header_names_targets(table)) return choose_targets(table, choice);
  const std::vector<index_t> ignored = find_columns(table, choice.ignored, "ignored");
  for (index_t j = 0; j < table.columns(); ++j)
    if (std::find(ignored.begin(), ignored.end(), j) == ignored.end()) chosen.features.push_back(j);
  return chosen;
}

}  // namespace

std::vector<std::string> names_of(const Table& table, const std::vector<index_t>& columns) {
  std::vector<std::string> names;
  for (const index_t column : columns) names.push_back(table.names[static_cast<std::size_t>(column)]);
  return names;
}

bool goes_by_name(const Table& table, const Model& model) {
  return table.has_header && !model.preparation.features.empty();
}

std::vector<index_t> model_features(const Table& table, const TargetColumns& chosen, const Model& model) {
  if (goes_by_name(table, model)) return find_columns(table, model.preparation.features, "feature");
  return features_by_position(table, chosen, model);
}

TargetColumns target_columns(const Table& table, const TargetChoice& choice, const Model& model) {
  const TargetChoice wanted = model_choice(table, choice, model);
  TargetColumns chosen = choose_targets(table, wanted);
  check_no_feature(table, chosen, model);
  const bool by_position = !table.has_header && !chosen.named && !model.outputs.classes;
  if (!by_position || static_cast<index_t>(chosen.features.size()) + 1 < model.network.V.rows) return chosen;
  chosen = {false, {}, {}, false};
  const index_t columns = table.columns();
  for (index_t j = 0; j < columns; ++j)
    (j < columns - model.network.V.rows ? chosen.features : chosen.columns).push_back(j);
  return chosen;
}

std::vector<index_t> unlabelled_features(const Table& table, const TargetChoice& choice, const Model& model,
                                         const Warn& listener) {
  TargetColumns all = without_targets(table, choice);
  if (static_cast<index_t>(all.features.size()) > model.features()) {
    all = target_columns(table, choice, model);
    const bool fits = static_cast<index_t>(all.features.size()) == model.features();
    if (fits && table.has_header)
      warn(listener, table.source + ": " + joined(names_of(table, all.columns)) +
                         " was taken as the target, since the " +
                         "model takes one column fewer (--ignore says which to leave out)");
  }
  return features_by_position(table, all, model);
}

}  // namespace burelu
