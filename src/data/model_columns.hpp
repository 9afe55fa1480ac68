// Which columns of a table are what to a model that exists: by the names it knows, else by position.
#pragma once

#include <string>
#include <vector>

#include "data/labels.hpp"
#include "formats/warn.hpp"
#include "model/model.hpp"

namespace burelu {

std::vector<std::string> names_of(const Table& table, const std::vector<index_t>& columns);

/// Whether both have names.
bool goes_by_name(const Table& table, const Model& model);

/// The targets: as the user says, else as the model was trained, else by rule. Where neither the user nor a header
/// names those of a model with values they are its last columns. Throws `DataError` where they are missing, or a
/// feature.
TargetColumns target_columns(const Table& table, const TargetChoice& choice, const Model& model);

/// The features, the targets being chosen. Throws `DataError` with what is missing.
std::vector<index_t> model_features(const Table& table, const TargetColumns& chosen, const Model& model);

/// The features of a file that need not have targets, by position; warns where a column was taken for one.
std::vector<index_t> unlabelled_features(const Table& table, const TargetChoice& choice, const Model& model,
                                         const Warn& listener);

}  // namespace burelu
