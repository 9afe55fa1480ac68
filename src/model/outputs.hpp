// What the columns of Y mean, and the way from classes to Y and from outputs back to classes.
#pragma once

#include <string>
#include <vector>

#include "burelu/matrix.hpp"

namespace burelu {

struct Outputs {
  bool classes = true;             ///< classes, or real values
  std::vector<std::string> names;  ///< of classes or target columns; empty in a model from elsewhere
  std::string label;               ///< the class column's name
  bool signs = false;              ///< -1 in place of 0 (`--labels signed`)
  bool single = false;             ///< two classes in one column: 1 is the second (`--binary-column`)

  std::size_t columns() const { return single ? 1 : names.size(); }
};

/// n x columns: 1 at the class, 0 or -1 elsewhere.
Matrix class_targets(const std::vector<index_t>& labels, const Outputs& outputs);

/// The class of a row: that of the largest output, the first of equals; of a single column, which value is nearer.
index_t predicted_class(const Matrix& values, index_t row, const Outputs& outputs);

/// Rows of each class.
std::vector<index_t> class_counts(const std::vector<index_t>& labels, std::size_t classes);

/// Share of rows whose class is predicted right; NaN without classes.
double accuracy(const Matrix& values, const std::vector<index_t>& labels, const Outputs& outputs);

}  // namespace burelu
