// The scan against a look at every pair: what it finds, what it keeps, what it gives up where there is too little room.
#include "cpu/pair_scan.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "support/instances.hpp"

namespace burelu::test {
namespace {

constexpr double kMargin = 0.02;
constexpr std::int64_t kAny = std::int64_t{1} << 40;

using Pairs = std::set<std::pair<int, int>>;

struct Scanned {
  RelaxationData data;
  int rank, stride;
  Buffer<double> factor;
  std::vector<double> importance;

  explicit Scanned(int r, std::uint64_t seed, index_t samples = 90)
      : data(prepare(presolve(teacher(samples, 4, 2, 5).problem()))), rank(r), stride((r + 7) / 8 * 8) {
    const index_t rows = data.factor_rows();
    const Matrix F = gaussian(rows, rank, seed);
    factor = Buffer<double>(rows * stride);
    for (index_t i = 0; i < rows; ++i)
      for (int l = 0; l < rank; ++l) factor[i * stride + l] = F(i, l) * (i % 5 == 0 ? 1e-3 : 1.0);
    for (int l = 0; l < rank; ++l) factor[17 * stride + l] = 0.0;  // a row of zeros has no product
    for (index_t i = 0; i < rows; ++i) importance.push_back(1.0 + 0.01 * static_cast<double>(i));
  }
  double product(index_t i, index_t j) const {
    double sum = 0.0;
    for (int l = 0; l < rank; ++l) sum += factor[i * stride + l] * factor[j * stride + l];
    return sum;
  }
  double cosine(index_t i, index_t j) const { return product(i, j) / std::sqrt(product(i, i) * product(j, j)); }
  PairScan scan(const PairList& before, double margin = kMargin, std::int64_t most = kAny, int threads = 1,
                bool crowded = false) const {
    return scan_pairs(data, {factor.data(), rank, stride}, importance.data(), before, {margin, most, crowded},
                      Team(threads), LineShare(data, Ranks::solo()));
  }
  PairList list(const PairScan& found) const { return {found.blocks, data.factor_rows(), Team()}; }
  Pairs near(double margin = kMargin) const {
    Pairs out;
    for (int i = 0; i < data.factor_rows(); ++i)
      for (int j = i + 1; j < data.factor_rows(); ++j)
        if (!data.tied(i, j) && cosine(i, j) < margin) out.insert({i, j});
    return out;
  }
};

Pairs pairs_of(const PairList& list, index_t rows) {
  Pairs out;
  for (int p = 0; p < rows; ++p)
    for (std::int64_t e = list.upper(p); e < list.end(p); ++e) out.insert({p, list.column[e]});
  return out;
}

TEST(PairScan, FindsWhatALookAtEveryPairFinds) {
  for (const int rank : {1, 2, 9, 30}) {
    const Scanned s(rank, 3);
    const PairScan found = s.scan(PairList());
    const PairList list = s.list(found);
    EXPECT_EQ(pairs_of(list, s.data.factor_rows()), s.near()) << "rank " << rank;
    EXPECT_EQ(found.wanted, list.pairs());
    EXPECT_GT(list.pairs(), 0);
    for (int p = 0; p < s.data.factor_rows(); ++p)
      for (std::int64_t e = list.begin(p); e < list.end(p); ++e) {
        const auto q = static_cast<std::size_t>(list.column[e]);
        const double w =
            pair_weight(s.data, p, list.column[e]) * s.importance[static_cast<std::size_t>(p)] * s.importance[q];
        EXPECT_NEAR(list.weight[e], w, 1e-6 * w);
        EXPECT_EQ(list.multiplier[e], 0.0);
      }
  }
}

TEST(PairScan, KeepsPairsThatCarryAMultiplierAndDropsTheOthers) {
  const Scanned before(9, 3);
  PairList list = before.list(before.scan(PairList()));
  Pairs carried;
  for (int p = 0; p < before.data.factor_rows(); ++p)
    for (std::int64_t e = list.begin(p); e < list.end(p); ++e) {
      const int q = list.column[e];
      const int kind = (std::min(p, q) * 7 + std::max(p, q)) % 3;  // none, T and T+, T+ only
      list.multiplier[e] = kind == 1 ? 1.0 + p + q : 0.0;
      list.previous[e] = kind > 0 ? 2.0 + p + q : 0.0;
      if (kind > 0) carried.insert({std::min(p, q), std::max(p, q)});
    }
  const Scanned after(9, 4);
  const PairList next = after.list(after.scan(list));
  Pairs expected = after.near();
  expected.insert(carried.begin(), carried.end());
  EXPECT_EQ(pairs_of(next, after.data.factor_rows()), expected);
  for (int p = 0; p < after.data.factor_rows(); ++p)
    for (std::int64_t e = next.begin(p); e < next.end(p); ++e) {
      const int q = next.column[e];
      const bool kept = carried.count({std::min(p, q), std::max(p, q)}) > 0;
      const int kind = kept ? (std::min(p, q) * 7 + std::max(p, q)) % 3 : 0;
      EXPECT_EQ(next.multiplier[e], kind == 1 ? 1.0 + p + q : 0.0);
      EXPECT_EQ(next.previous[e], kind > 0 ? 2.0 + p + q : 0.0);
    }
}

// The most violated of the new ones, and all that carry a multiplier, however little room there is.
TEST(PairScan, ShortensTheListWhereThereIsTooLittleRoom) {
  const Scanned s(9, 3);
  const Pairs all = s.near();
  for (const std::size_t capacity : {all.size() / 2, all.size() / 20}) {
    const PairScan found = s.scan(PairList(), kMargin, static_cast<std::int64_t>(capacity));
    const Pairs kept = pairs_of(s.list(found), s.data.factor_rows());
    EXPECT_EQ(found.wanted, static_cast<std::int64_t>(all.size()));
    EXPECT_LE(kept.size(), capacity);
    EXPECT_GT(kept.size(), 0.7 * static_cast<double>(capacity));
    double highest = -1.0;
    for (const auto& [i, j] : kept) highest = std::fmax(highest, s.cosine(i, j));
    for (const auto& [i, j] : all)
      if (kept.count({i, j}) == 0) {
        EXPECT_GE(s.cosine(i, j), highest - 1e-12);
      }
  }
  PairList list = s.list(s.scan(PairList()));
  for (std::int64_t e = 0; e < list.entries(); ++e)
    if (list.multiplier[e] == 0.0) list.multiplier[e] = 1.0;
  EXPECT_EQ(s.list(s.scan(list, kMargin, 3)).pairs(), list.pairs());
}

// A sample of the rows says which pairs fit: nearly as many as there is room for, the most violated ones again, and
// about how many there are.
TEST(PairScan, ACrowdedScanSeesWhatFitsInASample) {
  const Scanned s(9, 3, 1100);
  const double margin = -0.5;
  const std::int64_t all = s.scan(PairList(), margin).wanted;
  for (const std::int64_t most : {all / 2, all / 20, 2 * all}) {
    const PairScan found = s.scan(PairList(), margin, most, 2, true);
    const Pairs kept = pairs_of(s.list(found), s.data.factor_rows());
    EXPECT_NEAR(static_cast<double>(found.wanted), static_cast<double>(all), 0.1 * static_cast<double>(all));
    EXPECT_LE(static_cast<std::int64_t>(kept.size()), most);
    EXPECT_GT(static_cast<double>(kept.size()), 0.6 * static_cast<double>(std::min(most, all)));
    double highest = -1.0;
    for (const auto& [i, j] : kept) highest = std::fmax(highest, s.cosine(i, j));
    const PairList below = s.list(s.scan(PairList(), highest));
    EXPECT_GE(static_cast<std::int64_t>(kept.size()), below.pairs());  // none that is more violated was left out
  }
}

TEST(PairScan, IsTheSameForEverySizeOfTheTeam) {
  const Scanned s(9, 3);
  for (const std::int64_t capacity : {kAny, std::int64_t{500}}) {
    const PairList one = s.list(s.scan(PairList(), kMargin, capacity, 1));
    const PairList three = s.list(s.scan(PairList(), kMargin, capacity, 3));
    ASSERT_EQ(one.offset, three.offset);
    for (std::int64_t e = 0; e < one.entries(); ++e) {
      EXPECT_EQ(one.column[e], three.column[e]);
      EXPECT_EQ(one.weight[e], three.weight[e]);
    }
  }
}

// A product that is not a number is near nothing: the line search rejects the point.
TEST(PairScan, SurvivesRowsThatAreNotNumbers) {
  Scanned s(9, 3);
  for (int l = 0; l < 9; ++l) s.factor[20 * s.stride + l] = std::nan("");
  const PairList list = s.list(s.scan(PairList()));
  EXPECT_EQ(list.begin(20), list.end(20));
  EXPECT_GT(list.pairs(), 0);
}

}  // namespace
}  // namespace burelu::test
