// Small models with known outputs, written as files.
#pragma once

#include <string>

#include "model/model.hpp"

namespace burelu::test {

inline Matrix matrix_of(index_t rows, index_t cols, const std::vector<double>& values) {
  Matrix matrix(rows, cols);
  matrix.data = values;
  return matrix;
}

/// Outputs (x0)_+ and (x1)_+ for two classes.
inline Model two_classes(const std::string& first, const std::string& second, const std::string& label) {
  Model model;
  model.network = {matrix_of(2, 2, {1, 0, 0, 1}), matrix_of(2, 2, {1, 0, 0, 1})};
  model.preparation.features = {"x0", "x1"};
  model.outputs = {true, {first, second}, label};
  model.gamma = 0.1;
  return model;
}

}  // namespace burelu::test
