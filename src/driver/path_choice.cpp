// What chooses on a path: the grid, the folds, and the two rules.
#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <string>

#include "burelu/errors.hpp"
#include "burelu/path.hpp"
#include "linalg/random.hpp"

namespace burelu {
namespace {

bool better(double a, double b, bool larger_is_better) { return larger_is_better ? a > b : a < b; }

// Fisher and Yates.
void shuffle(std::vector<index_t>& rows, Random& random) {
  for (std::size_t i = rows.size(); i > 1; --i) std::swap(rows[i - 1], rows[random.bits() % i]);
}

}  // namespace

std::vector<double> gamma_grid(double largest, int count, double ratio) {
  std::vector<double> out;
  for (int k = 0; k < count; ++k)
    out.push_back(largest * (count > 1 ? std::pow(ratio, static_cast<double>(k) / (count - 1)) : 1.0));
  return out;
}

int best_score(const std::vector<HeldOut>& scores, bool larger_is_better) {
  int best = -1;
  for (std::size_t k = 0; k < scores.size(); ++k) {
    if (std::isnan(scores[k].mean)) continue;
    if (best < 0 || better(scores[k].mean, scores[static_cast<std::size_t>(best)].mean, larger_is_better))
      best = static_cast<int>(k);
  }
  return best;
}

int one_standard_error_score(const std::vector<HeldOut>& scores, bool larger_is_better) {
  const int best = best_score(scores, larger_is_better);
  if (best < 0) return best;
  const HeldOut& top = scores[static_cast<std::size_t>(best)];
  const double error = std::isnan(top.standard_error) ? 0.0 : top.standard_error;
  const double least = larger_is_better ? top.mean - error : top.mean + error;
  for (int k = 0; k < best; ++k) {
    const double mean = scores[static_cast<std::size_t>(k)].mean;
    if (!std::isnan(mean) && !better(least, mean, larger_is_better)) return k;
  }
  return best;
}

// Rows of one class after the other, each class shuffled, are dealt out in turn: folds differ by one row at most, and
// in each class by one.
std::vector<std::int32_t> draw_folds(index_t rows, const std::vector<index_t>& labels, int folds, std::uint64_t seed) {
  if (folds < 2) throw DataError("cross-validation needs at least 2 folds, not " + std::to_string(folds));
  if (folds > rows)
    throw DataError(std::to_string(folds) + " folds of " + std::to_string(rows) +
                    " rows: use at most as many folds as rows");
  if (!labels.empty() && static_cast<index_t>(labels.size()) != rows)
    throw DataError("there are " + std::to_string(labels.size()) + " labels for " + std::to_string(rows) + " rows");
  std::map<index_t, std::vector<index_t>> classes;
  for (index_t i = 0; i < rows; ++i) classes[labels.empty() ? 0 : labels[static_cast<std::size_t>(i)]].push_back(i);
  if (!labels.empty() && classes.size() < 2)
    throw DataError("all rows have the same class: there is nothing to choose gamma by; give --gamma");
  Random random(seed);
  std::vector<std::int32_t> out(static_cast<std::size_t>(rows));
  std::int32_t next = 0;
  for (auto& [label, members] : classes) {
    if (!labels.empty() && static_cast<index_t>(members.size()) < folds)
      throw DataError("the smallest class has " + std::to_string(members.size()) +
                      (members.size() == 1 ? " row" : " rows") + ", fewer than the " + std::to_string(folds) +
                      " folds: use fewer folds, or join classes");
    shuffle(members, random);
    for (const index_t row : members) {
      out[static_cast<std::size_t>(row)] = next;
      next = (next + 1) % folds;
    }
  }
  return out;
}

}  // namespace burelu
