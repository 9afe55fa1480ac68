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
                bool crowded = false, std::int64_t number = 0) const {
    return scan_pairs(data, {factor.data(), rank, stride}, importance.data(), before, {margin, most, crowded, number},
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

// The violated ones fit: they and the nearest of the others; all that carry a multiplier, however little room there is.
TEST(PairScan, FillsTheListWithTheNearestPairs) {
  constexpr double kWide = 0.9;
  const Scanned s(9, 3);
  const Pairs all = s.near(kWide);
  const std::size_t violated = s.near(0.0).size();
  for (const std::size_t capacity : {violated, (all.size() + violated) / 2}) {
    const PairScan found = s.scan(PairList(), kWide, static_cast<std::int64_t>(capacity));
    const Pairs kept = pairs_of(s.list(found), s.data.factor_rows());
    EXPECT_FALSE(found.sampled);
    EXPECT_EQ(found.wanted, static_cast<std::int64_t>(all.size()));
    EXPECT_LE(kept.size(), capacity);
    EXPECT_GE(kept.size(), violated);
    EXPECT_GT(kept.size(), 0.9 * static_cast<double>(capacity));
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

/// Sums over a list's pairs, of their weights as shares of their own.
struct Sampled {
  std::int64_t pairs = 0;
  double violation = 0.0;  // cosines times shares
  double least = 1e300;    // cosine of a pair with a share of one
};

Sampled sampled_of(const Scanned& s, const PairScan& found) {
  const PairList list = s.list(found);
  Sampled out;
  for (int p = 0; p < s.data.factor_rows(); ++p)
    for (std::int64_t e = list.upper(p); e < list.end(p); ++e) {
      const int q = list.column[e];
      const auto at = [&](int i) { return s.importance[static_cast<std::size_t>(i)]; };
      const double share = list.weight[e] / (pair_weight(s.data, p, q) * at(p) * at(q));
      EXPECT_GE(share, 1.0 - 1e-6);
      EXPECT_LT(s.cosine(p, q), 0.0);
      out.violation += share * s.cosine(p, q);
      if (share < 1.0 + 1e-6) out.least = std::fmin(out.least, -s.cosine(p, q));
      ++out.pairs;
    }
  return out;
}

// The violated ones do not fit: a sample whose weights make up for the others; a look at some rows first will do.
TEST(PairScan, SamplesViolatedPairsWhereTheyDoNotFit) {
  const Scanned s(9, 3, 1100);
  double violation = 0.0;
  const Pairs violated = s.near(0.0);
  for (const auto& [p, q] : violated) violation += s.cosine(p, q);
  const auto all = static_cast<std::int64_t>(violated.size());
  for (const bool crowded : {false, true})
    for (const std::int64_t most : {all / 2, all / 20, all / 200}) {
      const PairScan found = s.scan(PairList(), kMargin, most, 2, crowded);
      EXPECT_TRUE(found.sampled);
      EXPECT_NEAR(static_cast<double>(found.wanted), static_cast<double>(s.scan(PairList()).wanted),
                  0.1 * static_cast<double>(all));
      const Sampled seen = sampled_of(s, found);
      EXPECT_LE(seen.pairs, most);
      EXPECT_GT(seen.pairs, most / 2);
      const double error = 5.0 / std::sqrt(static_cast<double>(seen.pairs));
      EXPECT_NEAR(seen.violation / violation, 1.0, error) << crowded << " " << most;
      std::int64_t certain = 0;
      for (const auto& [p, q] : violated) certain += -s.cosine(p, q) >= seen.least ? 1 : 0;
      EXPECT_LE(certain, seen.pairs);
    }
}

// As many as there is room for carry a multiplier already: a quarter of that comes on top, on every size of the team.
TEST(PairScan, AFullListHasRoomForSomeNewPairs) {
  const Scanned before(9, 3, 1100);
  const Scanned after(9, 4, 1100);
  PairList list = before.list(before.scan(PairList(), kMargin, 60'000));
  for (std::int64_t e = 0; e < list.entries(); ++e)
    if (list.multiplier[e] == 0.0) list.multiplier[e] = 1.0;
  const std::int64_t most = list.pairs() / 2;
  const PairList one = after.list(after.scan(list, kMargin, most, 1));
  const PairList three = after.list(after.scan(list, kMargin, most, 3));
  EXPECT_EQ(one.pairs(), three.pairs());
  EXPECT_LE(one.pairs(), list.pairs() + most / 4);
  EXPECT_GT(one.pairs(), list.pairs() + most / 16);
}

TEST(PairScan, EveryScanDrawsAnew) {
  const Scanned s(9, 3);
  const auto drawn = [&](std::int64_t number) {
    return pairs_of(s.list(s.scan(PairList(), kMargin, 500, 1, false, number)), s.data.factor_rows());
  };
  EXPECT_EQ(drawn(7), drawn(7));
  Pairs either = drawn(7);
  const Pairs other = drawn(8);
  either.insert(other.begin(), other.end());
  EXPECT_GT(either.size(), 1.5 * static_cast<double>(other.size()));
}

// A sample of the rows says which pairs fit: nearly as many as there is room for, the nearest ones again, and about how
// many there are.
TEST(PairScan, ACrowdedScanSeesWhatFitsInASample) {
  const Scanned s(9, 3, 1100);
  constexpr double kWide = 0.5;
  const std::int64_t all = s.scan(PairList(), kWide).wanted;
  const auto violated = static_cast<std::int64_t>(s.near(0.0).size());
  for (const std::int64_t most : {(all + 3 * violated) / 4, (3 * all + violated) / 4, 2 * all}) {
    const PairScan found = s.scan(PairList(), kWide, most, 2, true);
    const Pairs kept = pairs_of(s.list(found), s.data.factor_rows());
    EXPECT_NEAR(static_cast<double>(found.wanted), static_cast<double>(all), 0.1 * static_cast<double>(all));
    EXPECT_LE(static_cast<std::int64_t>(kept.size()), most);
    EXPECT_GT(static_cast<double>(kept.size()), 0.8 * static_cast<double>(std::min(most, all)));
    double highest = -1.0;
    for (const auto& [i, j] : kept) highest = std::fmax(highest, s.cosine(i, j));
    const PairList below = s.list(s.scan(PairList(), highest));
    EXPECT_GE(static_cast<std::int64_t>(kept.size()), below.pairs());  // none that is nearer was left out
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
