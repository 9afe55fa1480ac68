// The stratified split.
#include "model/row_choice.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace burelu {
namespace {

TEST(RowChoice, DividesEachClassByItself) {
  std::vector<index_t> labels;
  for (index_t i = 0; i < 100; ++i) labels.push_back(i < 60 ? 0 : i < 90 ? 1 : 2);
  const RowParts parts = split_rows(labels, {0, 0.5, 3, 100});
  std::vector<int> counts(3, 0);
  for (const index_t row : parts.train) ++counts[static_cast<std::size_t>(labels[static_cast<std::size_t>(row)])];
  EXPECT_EQ(counts, (std::vector<int>{30, 15, 5}));
  std::vector<index_t> all = parts.train;
  all.insert(all.end(), parts.test.begin(), parts.test.end());
  std::sort(all.begin(), all.end());
  for (index_t i = 0; i < 100; ++i) EXPECT_EQ(all[static_cast<std::size_t>(i)], i);
  EXPECT_TRUE(std::is_sorted(parts.train.begin(), parts.train.end()));
}

TEST(RowChoice, SeedDecides) {
  const std::vector<index_t> labels(50, 0);
  EXPECT_EQ(split_rows(labels, {0, 0.5, 1, 50}).train, split_rows(labels, {0, 0.5, 1, 50}).train);
  EXPECT_NE(split_rows(labels, {0, 0.5, 1, 50}).train, split_rows(labels, {0, 0.5, 2, 50}).train);
}

TEST(RowChoice, SmallClassesAreInBothParts) {
  const RowParts parts = split_rows({0, 0, 1, 1, 2}, {0, 0.01, 0, 5});
  EXPECT_EQ(parts.train, (std::vector<index_t>{parts.train[0], parts.train[1], 4}));  // a class of one is learnt
  EXPECT_EQ(parts.test.size(), 2U);
  const RowParts most = split_rows({0, 0, 1, 1}, {0, 0.99, 0, 4});
  EXPECT_EQ(most.train.size(), 2U);
  EXPECT_EQ(most.test.size(), 2U);
}

}  // namespace
}  // namespace burelu
