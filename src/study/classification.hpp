// Labelled data with a fixed split into training and test rows, as the accuracy study uses it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "burelu/problem.hpp"

namespace burelu::study {

/// Rows with their class, one-hot 0/1 in Y.
struct LabelledRows {
  Matrix X;
  Matrix Y;
  std::vector<index_t> labels;  ///< column of the 1 in Y

  Problem problem(double gamma) const { return {X, Y, gamma}; }
};

struct Split {
  LabelledRows train;
  LabelledRows test;
};

/// Reads `folder`/NAME_train.csv and `folder`/NAME_test.csv; with `bias` a column of ones is appended. Of the paper's
/// data sets the short names work too: pima (pima_indians) and mnist (mnist_pca20). Throws `DataError`.
Split read_split(const std::string& folder, const std::string& name, bool bias);

/// Throws `DataError` where one of the two files is not there.
void check_split(const std::string& folder, const std::string& name);

/// These rows, in this order.
LabelledRows rows_of(const LabelledRows& data, const std::vector<index_t>& rows);

/// Cross-validation: part k tests on every count-th row of each class (in an order drawn by `seed`), trains on the
/// others. Every row is tested on once; a class of at least `count` rows is in all parts.
std::vector<Split> folds(const LabelledRows& data, int count, std::uint64_t seed);

}  // namespace burelu::study
