// The scan by its launcher against a look at every pair: what it finds, keeps, gives up, and samples.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "kernels_support.hpp"
#include "multipliers.hpp"
#include "pair_lists.hpp"
#include "scan.hpp"
#include "support/instances.hpp"

namespace burelu::test {
namespace {

class PairScan : public CudaKernels {};

struct Listed {
  std::vector<std::int64_t> offset;
  std::vector<std::int32_t> column;
  std::vector<float> weight;
  std::vector<double> multiplier, previous;
};

/// A scan of the rows of `F` by its launcher, over data with two features.
class Scanning {
 public:
  Scanning(const Matrix& F, std::int64_t capacity, double margin = kMargin)
      : rows_(F.rows),
        rank_(F.cols),
        factor_(F.data, stream_),
        columns_(gaussian(2, F.rows / 2, 8).data, stream_),
        norms_(std::vector<double>(static_cast<std::size_t>(F.rows / 2), 1.0), stream_),
        importance_(std::vector<double>(static_cast<std::size_t>(F.rows), 1.0), stream_),
        unit_(F.rows * F.cols, stream_),
        norm_(F.rows, stream_),
        state_(1, stream_),
        lists_(F.rows, capacity, stream_, state_.data()) {
    cuda::State state;
    state.control.lists.capacity = capacity;
    state.control.settings.margin = margin;
    state_.write(stream_, &state, 1);
  }

  void take(const std::vector<ListedPair>& pairs) {
    lists_.take(pairs, state_.data());
    cuda::weigh_list(stream_, pairs_view());
  }
  void scan() {
    cuda::scan(stream_, {pairs_view(), factor_.data(), rank_, unit_.data(), norm_.data(), lists_.counts()});
  }
  Lists counts() { return fetched(state_, stream_)[0].control.lists; }
  Listed list() {
    const cuda::PairArrays now = copied(lists_.list(), 1)[0].now;
    Listed out;
    out.offset = copied(now.offset, rows_ + 1);
    const std::int64_t entries = out.offset.back();
    out.column = copied(now.column, entries);
    out.weight = copied(now.weight, entries);
    out.multiplier = copied(now.multiplier, entries);
    out.previous = copied(now.previous, entries);
    return out;
  }
  void grow(std::int64_t capacity) { lists_.grow(capacity, state_.data()); }

  static constexpr double kMargin = 0.02;

 private:
  cuda::PairView pairs_view() const {
    return {lists_.list(), state_.data(), {columns_.data(), norms_.data(), importance_.data(), rows_ / 2, 2, 1.0}};
  }
  template <class T>
  std::vector<T> copied(const T* from, std::int64_t count) const {
    std::vector<T> out(static_cast<std::size_t>(count));
    if (count > 0)
      cuda::check(cudaMemcpyAsync(out.data(), from, out.size() * sizeof(T), cudaMemcpyDeviceToHost, stream_), "copied");
    stream_.wait();
    return out;
  }

  const cuda::Stream stream_;
  const std::int64_t rows_, rank_;
  const Guarded factor_, columns_, norms_, importance_;
  const cuda::DeviceBuffer<float> unit_;
  const cuda::DeviceBuffer<double> norm_;
  const cuda::DeviceBuffer<cuda::State> state_;
  cuda::PairLists lists_;
};

double cosine(const Matrix& F, index_t p, index_t q) {
  double s = 0.0;
  double pp = 0.0;
  double qq = 0.0;
  for (index_t l = 0; l < F.cols; ++l) {
    s += F(p, l) * F(q, l);
    pp += F(p, l) * F(p, l);
    qq += F(q, l) * F(q, l);
  }
  return pp > 0.0 && qq > 0.0 ? s / std::sqrt(pp * qq) : kInfinity;
}

/// Rows of F, one of them zero.
Matrix some_factor(index_t m, index_t rank) {
  Matrix F = gaussian(2 * m, rank, 5);
  for (double& value : F.data) value += 0.4;  // most products are positive
  for (index_t l = 0; l < rank; ++l) F(m, l) = 0.0;
  return F;
}

// Each pair twice with the same numbers, columns ascending; `wanted(p, q)` says which.
template <class Wanted>
void expect_pairs(const Listed& list, index_t rows, const Wanted& wanted) {
  std::size_t e = 0;
  for (index_t p = 0; p < rows; ++p) {
    ASSERT_EQ(list.offset[static_cast<std::size_t>(p)], static_cast<std::int64_t>(e));
    for (index_t q = 0; q < rows; ++q) {
      if (p == q || q == p + rows / 2 || p == q + rows / 2 || !wanted(p, q)) continue;
      ASSERT_LT(e, list.column.size()) << p << " " << q;
      ASSERT_EQ(list.column[e], q) << p;
      const auto other = std::lower_bound(list.column.begin() + list.offset[static_cast<std::size_t>(q)],
                                          list.column.begin() + list.offset[static_cast<std::size_t>(q) + 1], p) -
                         list.column.begin();
      EXPECT_EQ(list.weight[e], list.weight[static_cast<std::size_t>(other)]);
      EXPECT_EQ(list.multiplier[e], list.multiplier[static_cast<std::size_t>(other)]);
      ++e;
    }
  }
  EXPECT_EQ(e, list.column.size());
}

const std::int64_t kScanned[] = {1, 33, 64, 65, 150};  // a tile has 128 rows of F

TEST_F(PairScan, FindsWhatBruteForceFinds) {
  for (const std::int64_t m : kScanned)
    for (const std::int64_t r : {1, 7, 17, 33}) {
      const Matrix F = some_factor(m, r);
      const auto near = [&F](index_t p, index_t q) { return cosine(F, p, q) < Scanning::kMargin; };
      Scanning scanning(F, cuda::first_capacity(2 * m, 0));
      for (int k = 0; k < 2; ++k) {  // from an empty list and from its own
        scanning.scan();
        const Listed list = scanning.list();
        expect_pairs(list, F.rows, near);
        const Lists counts = scanning.counts();
        EXPECT_EQ(2 * counts.pairs, list.offset.back());
        EXPECT_EQ(counts.wanted, counts.pairs);
        EXPECT_EQ(counts.cut, 0);
      }
    }
}

std::vector<ListedPair> some_pairs() { return {{40, 3, 0.5, 0.0}, {41, 3, 0.0, 0.25}, {65, 64, 2.0, 1.0}}; }

bool is_one_of(const std::vector<ListedPair>& pairs, index_t p, index_t q) {
  return std::any_of(pairs.begin(), pairs.end(),
                     [&](const ListedPair& one) { return (one.i == p && one.j == q) || (one.i == q && one.j == p); });
}

TEST_F(PairScan, KeepsWhatCarriesAMultiplier) {
  const Matrix F = some_factor(33, 7);
  const std::vector<ListedPair> carried = some_pairs();
  Scanning scanning(F, 3000);
  scanning.take(carried);
  const Listed before = scanning.list();
  scanning.scan();
  const Listed list = scanning.list();
  expect_pairs(list, F.rows,
               [&](index_t p, index_t q) { return cosine(F, p, q) < Scanning::kMargin || is_one_of(carried, p, q); });
  double sum = 0.0;
  double last = 0.0;
  for (std::size_t e = 0; e < before.column.size(); ++e) {
    sum += before.weight[e] * before.multiplier[e];
    last += before.weight[e] * before.previous[e];
  }
  EXPECT_NEAR(sum, 2.0 * 2.5, 1e-12);
  EXPECT_NEAR(last, 2.0 * 1.25, 1e-12);
  for (std::size_t e = 0; e < list.column.size(); ++e) {
    sum -= list.weight[e] * list.multiplier[e];
    last -= list.weight[e] * list.previous[e];
  }
  EXPECT_EQ(sum, 0.0);
  EXPECT_EQ(last, 0.0);
}

// Cosines below the margin of pairs that carry no multiplier, ascending.
std::vector<double> near_cosines(const Matrix& F, const std::vector<ListedPair>& carried, double margin) {
  std::vector<double> near;
  for (index_t p = 0; p < F.rows; ++p)
    for (index_t q = p + 1; q < F.rows; ++q)
      if (q != p + F.rows / 2 && !is_one_of(carried, p, q) && cosine(F, p, q) < margin) near.push_back(cosine(F, p, q));
  std::sort(near.begin(), near.end());
  return near;
}

std::int64_t violated(const std::vector<double>& near) {
  return std::lower_bound(near.begin(), near.end(), 0.0) - near.begin();
}

// What does not fit is counted; what stays beside the carried pairs are the violated ones and the nearest of the
// others.
TEST_F(PairScan, WithoutRoomKeepsTheNearest) {
  constexpr double kWide = 0.8;
  for (const std::int64_t m : {33, 65, 150}) {
    const Matrix F = some_factor(m, 7);
    const std::vector<ListedPair> carried = some_pairs();
    const std::vector<double> near = near_cosines(F, carried, kWide);
    const auto all = static_cast<std::int64_t>(near.size());
    const std::int64_t capacity = (all + violated(near)) / 2 + 3;
    Scanning scanning(F, capacity, kWide);
    scanning.take(carried);
    scanning.scan();
    const Lists counts = scanning.counts();
    EXPECT_EQ(counts.wanted, all + 3);
    EXPECT_EQ(counts.cut, 1);
    EXPECT_EQ(counts.sampled, 0);
    EXPECT_LE(counts.pairs, capacity);
    EXPECT_GT(counts.pairs, capacity / 2);  // no more is lost than a bin of cosines
    const double last = near[static_cast<std::size_t>(counts.pairs - 3 - 1)];
    const Listed list = scanning.list();
    expect_pairs(list, F.rows,
                 [&](index_t p, index_t q) { return cosine(F, p, q) <= last + 1e-12 || is_one_of(carried, p, q); });
    scanning.grow(3 + all);
    const Listed moved = scanning.list();
    EXPECT_EQ(moved.column, list.column);
    EXPECT_EQ(moved.multiplier, list.multiplier);
    scanning.scan();
    EXPECT_EQ(scanning.counts().cut, 1);
    EXPECT_EQ(scanning.counts().pairs, all + 3);
  }
}

// Where violated pairs do not fit: a sample of them, whose weights make up for the others; drawn anew by every scan.
TEST_F(PairScan, WithoutRoomForViolatedPairsSamplesThem) {
  const Matrix F = some_factor(150, 7);
  const std::vector<double> near = near_cosines(F, {}, 0.0);
  const auto all = static_cast<std::int64_t>(near.size());
  Scanning whole(F, cuda::first_capacity(F.rows, 0));
  whole.scan();
  const Listed full = whole.list();
  const auto weight_of = [&](std::int64_t p, std::int32_t q) {
    const auto row = static_cast<std::size_t>(p);
    const auto at =
        std::lower_bound(full.column.begin() + full.offset[row], full.column.begin() + full.offset[row + 1], q);
    return full.weight[static_cast<std::size_t>(at - full.column.begin())];
  };
  Scanning scanning(F, all / 8);
  std::vector<std::vector<std::int32_t>> drawn;
  for (int k = 0; k < 2; ++k) {
    scanning.scan();
    const Lists counts = scanning.counts();
    EXPECT_EQ(counts.sampled, 1);
    EXPECT_EQ(counts.wanted, whole.counts().pairs);
    EXPECT_LE(counts.pairs, all / 8);
    EXPECT_GT(counts.pairs, all / 16);
    const Listed list = scanning.list();
    double violation = 0.0;
    for (std::int64_t p = 0; p < F.rows; ++p)
      for (std::int64_t e = list.offset[static_cast<std::size_t>(p)]; e < list.offset[static_cast<std::size_t>(p) + 1];
           ++e) {
        const std::int32_t q = list.column[static_cast<std::size_t>(e)];
        EXPECT_LT(cosine(F, p, q), 0.0);
        const double share = list.weight[static_cast<std::size_t>(e)] / weight_of(p, q);
        EXPECT_GE(share, 1.0 - 1e-6);
        violation += 0.5 * share * cosine(F, p, q);
      }
    const double total = std::accumulate(near.begin(), near.end(), 0.0);
    EXPECT_NEAR(violation / total, 1.0, 5.0 / std::sqrt(static_cast<double>(counts.pairs)));
    drawn.push_back(list.column);
  }
  EXPECT_NE(drawn[0], drawn[1]);
}

TEST_F(PairScan, CountsAreSummed) {
  const cuda::Stream stream;
  for (const std::int64_t rows : {1, 255, 256, 257, 5000}) {
    std::vector<cuda::Counter> counts(static_cast<std::size_t>(rows) + 1);
    std::vector<cuda::Counter> sums(counts.size());
    for (std::size_t k = 0; k + 1 < counts.size(); ++k) {
      counts[k] = k * k % 7;
      sums[k + 1] = sums[k] + counts[k];
    }
    const cuda::DeviceBuffer<cuda::Counter> memory(rows + 1, stream);
    memory.write(stream, counts.data(), rows + 1);
    cuda::sum_counts(stream, memory.data(), rows);
    EXPECT_EQ(fetched(memory, stream), sums);
  }
}

}  // namespace
}  // namespace burelu::test
