// A model that has something in every field.
#pragma once

#include <cmath>

#include "linalg/random.hpp"
#include "model/model.hpp"

namespace burelu::test {

inline Matrix random_matrix(Random& random, index_t rows, index_t cols, double spread = 0.0) {
  Matrix matrix(rows, cols);
  for (double& value : matrix.data) value = random.normal() * std::exp(spread * random.normal());
  return matrix;
}

/// Two named features to two components, a bias, five neurons, two classes. `spread`: of the weights' magnitudes.
inline Model sample_model(double spread = 0.0) {
  Random random(3);
  Model model;
  Preparation& preparation = model.preparation;
  preparation.features = {"a", "b \"quoted\""};
  preparation.bias = true;
  preparation.divisor = 3.0;
  preparation.mean = {0.1, -2.0 / 3.0};
  preparation.scale = {1.0 / 3.0, 7.0};
  preparation.center = {0.25, -0.1};
  preparation.components = random_matrix(random, 2, 2);
  model.outputs = {true, {"cat", "\xC3\xA9l\xC3\xA9phant"}, "animal", true};
  model.rows = {100, 0.3, 18446744073709551615ULL, 90};
  model.network = {random_matrix(random, 3, 5, spread), random_matrix(random, 2, 5, spread)};
  model.network.U(0, 0) = -0.0;
  model.gamma = 0.1;
  model.objective = 1.0 / 3.0;
  model.provenance = {{"data", "x.csv"}};
  return model;
}

}  // namespace burelu::test
