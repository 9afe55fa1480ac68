// A shuffle of each class (Fisher and Yates), of which the first part is for training.
#include "model/row_choice.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "linalg/random.hpp"

namespace burelu {

RowParts split_rows(const std::vector<index_t>& labels, const RowChoice& choice) {
  const index_t classes = labels.empty() ? 0 : 1 + *std::max_element(labels.begin(), labels.end());
  std::vector<std::vector<index_t>> members(static_cast<std::size_t>(classes));
  for (std::size_t i = 0; i < labels.size(); ++i)
    members[static_cast<std::size_t>(labels[i])].push_back(static_cast<index_t>(i));
  Random random(choice.seed);
  RowParts parts;
  for (std::vector<index_t>& rows : members) {
    for (std::size_t k = rows.size(); k > 1; --k) std::swap(rows[k - 1], rows[random.bits() % k]);
    const double share = std::round(choice.split * static_cast<double>(rows.size()));
    const std::size_t most = rows.size() > 1 ? rows.size() - 1 : rows.size();
    const std::size_t count =
        std::clamp<std::size_t>(static_cast<std::size_t>(share), std::min<std::size_t>(1, most), most);
    const auto middle = rows.begin() + static_cast<std::ptrdiff_t>(count);
    parts.train.insert(parts.train.end(), rows.begin(), middle);
    parts.test.insert(parts.test.end(), middle, rows.end());
  }
  std::sort(parts.train.begin(), parts.train.end());
  std::sort(parts.test.begin(), parts.test.end());
  return parts;
}

}  // namespace burelu
