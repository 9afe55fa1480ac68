// The coding of outputs.hpp.
#include "model/outputs.hpp"

#include <limits>

namespace burelu {

Matrix class_targets(const std::vector<index_t>& labels, const Outputs& outputs) {
  const double other = outputs.signs ? -1.0 : 0.0;
  Matrix Y(static_cast<index_t>(labels.size()), static_cast<index_t>(outputs.columns()), other);
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (outputs.single && labels[i] == 0) continue;
    Y(static_cast<index_t>(i), outputs.single ? 0 : labels[i]) = 1.0;
  }
  return Y;
}

index_t predicted_class(const Matrix& values, index_t row, const Outputs& outputs) {
  if (outputs.single) return values(row, 0) > (outputs.signs ? 0.0 : 0.5) ? 1 : 0;
  index_t best = 0;
  for (index_t k = 1; k < values.cols; ++k)
    if (values(row, k) > values(row, best)) best = k;
  return best;
}

std::vector<index_t> class_counts(const std::vector<index_t>& labels, std::size_t classes) {
  std::vector<index_t> counts(classes, 0);
  for (const index_t label : labels) ++counts[static_cast<std::size_t>(label)];
  return counts;
}

double accuracy(const Matrix& values, const std::vector<index_t>& labels, const Outputs& outputs) {
  if (labels.empty()) return std::numeric_limits<double>::quiet_NaN();
  index_t right = 0;
  for (index_t i = 0; i < values.rows; ++i)
    if (predicted_class(values, i, outputs) == labels[static_cast<std::size_t>(i)]) ++right;
  return static_cast<double>(right) / static_cast<double>(values.rows);
}

}  // namespace burelu
