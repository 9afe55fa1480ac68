// What happens to the features before they meet the network: a common scale, centring and scaling, principal
// components, then a column of ones.
#pragma once

#include <string>
#include <vector>

#include "burelu/matrix.hpp"

namespace burelu {

/// What the user asked for.
struct PreparationChoice {
  bool bias = false;
  bool standardize = false;
  bool scale = false;
  index_t components = 0;  ///< 0: all features as they are
};

/// Kept in the model and applied at prediction: x -> (P (((x / divisor) - mean) / scale - center), 1).
struct Preparation {
  std::vector<std::string> features;  ///< names; empty in a model from elsewhere
  bool bias = false;                  ///< append a column of ones
  double divisor = 1.0;               ///< of all features
  std::vector<double> mean;           ///< one per feature; empty: no standardisation
  std::vector<double> scale;          ///< standard deviation over the training rows
  std::vector<index_t> constant;      ///< features constant in training: centred to zero; not in files
  std::vector<double> center;         ///< one per feature; empty: no principal components
  Matrix components;                  ///< P, one component per row

  bool standardized() const { return !mean.empty(); }
  bool reduced() const { return !center.empty(); }

  /// Features that a file must bring, where the network takes `rows` rows of U.
  index_t inputs(index_t rows) const { return reduced() ? components.cols : rows - (bias ? 1 : 0); }
};

/// Learns the preparation from the training features, and applies it to them. `full_range`: what to divide by, 0: the
/// largest magnitude. Throws `DataError` where more components are asked for than there are features or rows.
Matrix fit_preparation(Matrix X, const PreparationChoice& choice, double full_range, Preparation& preparation);

/// The features as the network sees them. In place but for principal components.
Matrix prepare(Matrix X, const Preparation& preparation);

/// Names of the features that are constant in training, so that the standardisation made them zero: they say nothing,
/// and what a constant can do is the bias's. (Files of burelu 1 may have left them alone: mean 0, scale 1.)
std::vector<std::string> constant_features(const Preparation& preparation);

/// Means and the `count` directions of the largest variance, one per row, the largest entry of each positive.
/// X is centred on the way. Throws `DataError` where LAPACK fails.
Matrix principal_components(Matrix& X, index_t count, std::vector<double>& center);

}  // namespace burelu
