// A file made ready: X and Y as the network sees them, and what they mean.
#pragma once

#include <string>
#include <vector>

#include "burelu/problem.hpp"
#include "data/labels.hpp"
#include "model/model.hpp"

namespace burelu {

struct Dataset {
  std::string source;
  Matrix X;  ///< prepared
  Matrix Y;  ///< classes coded, or values; 0 columns where no targets were asked for
  Preparation preparation;
  Outputs outputs;
  RowChoice rows;
  std::vector<index_t> labels;  ///< class of every row; empty for values

  Problem problem(double gamma) const { return {X, Y, gamma}; }
};

/// How classes become columns.
struct Coding {
  bool signs = false;
  bool single = false;
};

/// Everything that decides how a table becomes X and Y for training.
struct TrainingChoice {
  TargetChoice targets;
  Coding coding;
  PreparationChoice preparation;
  RowChoice rows;
};

struct TrainingData {
  Dataset train;
  Dataset test;  ///< rows held out; none without a split
};

/// Data for training: fits the preparation on the rows for training. Takes the memory of the table for X. Throws
/// `DataError` in one line for data that cannot be trained on.
TrainingData training_data(Table table, const TrainingChoice& choice, const Warn& listener = {});

/// Data for a model, its targets included: its features by name where both have names, else by position; its
/// preparation; its classes, coded as in its training (a model that does not say: `coding`); `part` of the rows, as the
/// split of its training divided them.
Dataset labelled_data(Table table, const TargetChoice& choice, const Model& model, Part part = Part::all,
                      const Coding& coding = {}, const Warn& listener = {});

/// Features only; target columns may be there or not.
Dataset unlabelled_data(Table table, const TargetChoice& choice, const Model& model, const Warn& listener = {});

/// Writes X and Y as used, columns x0.. and y0.., 17 significant digits. Throws `DataError`.
void write_prepared(const std::string& path, const Dataset& data);

}  // namespace burelu
