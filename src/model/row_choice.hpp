// Which rows of a file are trained on, and which are held out.
#pragma once

#include <cstdint>
#include <vector>

#include "burelu/matrix.hpp"

namespace burelu {

/// Kept in the model, so that the parts are found again in the same file.
struct RowChoice {
  index_t limit = 0;       ///< the first rows of the file; 0: all
  double split = 0.0;      ///< share of each class to train on; 0: all rows
  std::uint64_t seed = 0;  ///< of the split
  index_t rows = 0;        ///< of the file, once the limit is applied

  bool divides() const { return split > 0.0; }
};

enum class Part { all, train, test };

struct RowParts {
  std::vector<index_t> train;
  std::vector<index_t> test;
};

/// Divides each class by itself (`labels`: class of every row; all 0 for real values), the order of the rows kept. Of a
/// class with two rows or more each part gets one at least.
RowParts split_rows(const std::vector<index_t>& labels, const RowChoice& choice);

}  // namespace burelu
