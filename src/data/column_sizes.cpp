// Norms of the columns as the network sees them, a column of ones for the bias among them.
#include "data/column_sizes.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <vector>

namespace burelu {
namespace {

constexpr double kRatio = 1e3;

std::string name_of(const Dataset& data, std::size_t column) {
  const Preparation& preparation = data.preparation;
  if (preparation.bias && column + 1 == static_cast<std::size_t>(data.X.cols)) return "the column of ones of --bias";
  const bool named = !preparation.reduced() && column < preparation.features.size();
  return named ? "'" + preparation.features[column] + "'" : "column " + std::to_string(column + 1);
}

}  // namespace

std::string warning_of_sizes(const Dataset& data) {
  std::vector<double> norms(static_cast<std::size_t>(data.X.cols), 0.0);
  for (index_t i = 0; i < data.X.rows; ++i)
    for (index_t j = 0; j < data.X.cols; ++j) {
      double& norm = norms[static_cast<std::size_t>(j)];
      norm = std::hypot(norm, data.X(i, j));
    }
  std::size_t largest = 0;
  std::size_t smallest = 0;
  for (std::size_t j = 0; j < norms.size(); ++j) {
    if (norms[j] > norms[largest]) largest = j;
    if (norms[j] > 0.0 && (norms[smallest] == 0.0 || norms[j] < norms[smallest])) smallest = j;
  }
  if (norms.empty() || !(norms[largest] > kRatio * norms[smallest]) || norms[smallest] == 0.0) return {};
  char ratio[32];
  std::snprintf(ratio, sizeof ratio, "%.1e", norms[largest] / norms[smallest]);
  const bool standardized = data.preparation.standardized();
  return name_of(data, largest) + " is " + ratio + " times as large as " + name_of(data, smallest) +
         ": small features cost more weight and hardly count, and the bound may be far below the network; " +
         (standardized ? "leave out what is not needed (--ignore)" : "--standardize brings all to one size");
}

}  // namespace burelu
