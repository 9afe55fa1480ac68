// A file made ready: X and Y as the network sees them, and what they mean.
#pragma once

#include <string>
#include <vector>

#include "burelu/problem.hpp"
#include "io/labels.hpp"
#include "io/model.hpp"

namespace burelu {

struct Dataset {
  std::string source;
  Matrix X;  ///< prepared
  Matrix Y;  ///< one-hot or values; 0 columns where no targets were asked for
  Preparation preparation;
  Outputs outputs;
  std::vector<index_t> labels;  ///< class of every row; empty for values

  Problem problem(double gamma) const { return {X, Y, gamma}; }
};

/// Data for training: fits the standardisation. Throws `DataError` in one line for data that cannot be trained on.
Dataset training_data(const Table& table, const TargetChoice& choice, bool bias, bool standardize);

/// Data for a model, its targets included: its features by name where both have names, else by position; its
/// preparation; its classes.
Dataset labelled_data(const Table& table, const TargetChoice& choice, const Model& model);

/// Features only; target columns may be there or not.
Dataset unlabelled_data(const Table& table, const TargetChoice& choice, const Model& model);

/// Writes X and Y as used, columns x0.. and y0.., 17 significant digits. Throws `DataError`.
void write_prepared(const std::string& path, const Dataset& data);

}  // namespace burelu
