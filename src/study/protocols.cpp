#include "study/protocols.hpp"

#include <algorithm>
#include <limits>

namespace burelu::study {
namespace {

constexpr int kThresholds = 100;  // 0, 0.01, ..., 0.99, as published

// A row is right for the thresholds in [other, own): `own` the output of its class, `other` the largest of the rest.
struct Margin {
  double own = 0.0;
  double other = 0.0;
};

Margin margin(const Matrix& outputs, index_t row, index_t label) {
  Margin m{outputs(row, label), -std::numeric_limits<double>::infinity()};
  for (index_t j = 0; j < outputs.cols; ++j)
    if (j != label) m.other = std::max(m.other, outputs(row, j));
  return m;
}

template <class Right>
double share(const Matrix& outputs, const std::vector<index_t>& labels, const Right& right) {
  index_t count = 0;
  for (index_t i = 0; i < outputs.rows; ++i)
    if (right(i, labels[static_cast<std::size_t>(i)])) ++count;
  return outputs.rows == 0 ? 0.0 : static_cast<double>(count) / static_cast<double>(outputs.rows);
}

// Rows that are right, threshold by threshold.
std::vector<index_t> right_by_threshold(const Matrix& outputs, const std::vector<index_t>& labels) {
  std::vector<index_t> right(kThresholds, 0);
  for (index_t i = 0; i < outputs.rows; ++i) {
    const Margin m = margin(outputs, i, labels[static_cast<std::size_t>(i)]);
    for (int k = 0; k < kThresholds; ++k) {
      const double threshold = k / static_cast<double>(kThresholds);
      if (m.own > threshold && m.other <= threshold) ++right[static_cast<std::size_t>(k)];
    }
  }
  return right;
}

ThresholdChoice choice(std::ptrdiff_t index, const std::vector<index_t>& right, index_t rows) {
  if (rows == 0) return {};
  const auto count = static_cast<double>(right[static_cast<std::size_t>(index)]);
  return {static_cast<double>(index) / kThresholds, count / static_cast<double>(rows)};
}

}  // namespace

double argmax_accuracy(const Matrix& outputs, const std::vector<index_t>& labels) {
  return share(outputs, labels, [&](index_t i, index_t label) {
    const double* row = outputs.row(i);
    return std::max_element(row, row + outputs.cols) - row == label;
  });
}

double threshold_accuracy(const Matrix& outputs, const std::vector<index_t>& labels, double threshold) {
  return share(outputs, labels, [&](index_t i, index_t label) {
    const Margin m = margin(outputs, i, label);
    return m.own > threshold && m.other <= threshold;
  });
}

ThresholdChoice best_threshold(const Matrix& outputs, const std::vector<index_t>& labels) {
  const std::vector<index_t> right = right_by_threshold(outputs, labels);
  return choice(std::max_element(right.begin(), right.end()) - right.begin(), right, outputs.rows);
}

ThresholdChoice central_threshold(const Matrix& outputs, const std::vector<index_t>& labels) {
  const std::vector<index_t> right = right_by_threshold(outputs, labels);
  const index_t most = *std::max_element(right.begin(), right.end());
  std::vector<std::ptrdiff_t> equals;
  for (std::size_t k = 0; k < right.size(); ++k)
    if (right[k] == most) equals.push_back(static_cast<std::ptrdiff_t>(k));
  return choice(equals[(equals.size() - 1) / 2], right, outputs.rows);
}

}  // namespace burelu::study
