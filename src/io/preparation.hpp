// What happens to the features before they meet the network: centring and scaling, then a column of ones.
#pragma once

#include <string>
#include <vector>

#include "burelu/matrix.hpp"

namespace burelu {

/// Kept in the model and applied at prediction: x -> ((x - mean) / scale, 1).
struct Preparation {
  std::vector<std::string> features;  ///< names; empty in a model from elsewhere
  bool bias = false;                  ///< append a column of ones
  std::vector<double> mean;           ///< one per feature; empty: no standardisation
  std::vector<double> scale;          ///< standard deviation over the training rows, 1 for a constant feature

  bool standardized() const { return !mean.empty(); }
};

/// Mean and standard deviation of each column.
void fit_standardization(const Matrix& X, Preparation& preparation);

/// The features as the network sees them.
Matrix prepare(const Matrix& X, const Preparation& preparation);

}  // namespace burelu
