// The grid of classes and the samples, as JSON.
#include "study/boundary.hpp"

#include <algorithm>

namespace burelu::study {
namespace {

constexpr index_t kSteps = 90;
constexpr double kMargin = 0.08;          // of the data's extent, on each side
constexpr std::size_t kMostClasses = 10;  // one digit each

struct Range {
  double low, high;
  double at(index_t k) const { return low + (high - low) * static_cast<double>(k) / static_cast<double>(kSteps - 1); }
};

Range range(const Matrix& X, index_t column) {
  double low = X(0, column);
  double high = low;
  for (index_t i = 0; i < X.rows; ++i) {
    low = std::min(low, X(i, column));
    high = std::max(high, X(i, column));
  }
  const double margin = kMargin * (high - low) + 1e-12;
  return {low - margin, high + margin};
}

}  // namespace

bool has_boundary(const Dataset& data) {
  const index_t features = data.X.cols - (data.preparation.bias ? 1 : 0);
  return data.outputs.classes && features == 2 && data.X.rows > 0 && data.outputs.names.size() <= kMostClasses;
}

nlohmann::ordered_json boundary_json(const Dataset& data, const Network& network) {
  const Range x = range(data.X, 0);
  const Range y = range(data.X, 1);
  Matrix grid(kSteps * kSteps, data.X.cols, 1.0);  // a third column is the bias
  for (index_t i = 0; i < kSteps; ++i)
    for (index_t j = 0; j < kSteps; ++j) {
      grid(i * kSteps + j, 0) = x.at(j);
      grid(i * kSteps + j, 1) = y.at(i);
    }
  const Matrix values = predict(grid, network);
  std::string classes;
  for (index_t i = 0; i < grid.rows; ++i) classes += static_cast<char>('0' + predicted_class(values, i, data.outputs));
  nlohmann::ordered_json samples = nlohmann::ordered_json::array();
  for (index_t i = 0; i < data.X.rows; ++i)
    samples.push_back({data.X(i, 0), data.X(i, 1), data.labels[static_cast<std::size_t>(i)]});
  return {
      {"x", {x.low, x.high}}, {"y", {y.low, y.high}}, {"steps", kSteps}, {"classes", classes}, {"samples", samples}};
}

}  // namespace burelu::study
