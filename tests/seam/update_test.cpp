// What both backends share of an update and of accept(), against naive formulas.
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "seam/entry.hpp"
#include "seam/rules.hpp"
#include "support/instances.hpp"

namespace burelu::test {
namespace {

TEST(EntryUpdate, SumsAreThoseOfTheDefinition) {
  const Matrix numbers = gaussian(40, 4, 5);
  constexpr double kSigma = 0.7;
  entry::UpdateSums sums;
  entry::UpdateSums naive;
  for (index_t k = 0; k < numbers.rows; ++k) {
    const double before = std::fabs(numbers(k, 0));
    const double multiplier = k % 3 == 0 ? 0.0 : std::fabs(numbers(k, 1));
    const double product = numbers(k, 2);
    const double w = std::fabs(numbers(k, 3)) + 0.1;
    const double times = k % 2 == 0 ? 1.0 : 2.0;
    const double h = std::fmax(multiplier - kSigma * product, 0.0);
    EXPECT_EQ(entry::update(multiplier, before, product, w, kSigma, times, sums), h);
    naive.penalty += times * w * h * h;
    naive.change += times * w * std::pow(h - multiplier, 2);
    naive.restart += times * w * (h - multiplier) * (h - before);
    naive.mass += times * w * product * product;
    naive.shortfall += times * w * h * std::fmax(-product, 0.0);
    naive.lowest = std::fmax(naive.lowest, -product);
  }
  EXPECT_NEAR(sums.penalty, naive.penalty, 1e-13 * naive.penalty);
  EXPECT_NEAR(sums.change, naive.change, 1e-13 * naive.change);
  EXPECT_NEAR(sums.restart, naive.restart, 1e-12 * naive.change);
  EXPECT_NEAR(sums.mass, naive.mass, 1e-13 * naive.mass);
  EXPECT_NEAR(sums.shortfall, naive.shortfall, 1e-13 * naive.shortfall);
  EXPECT_EQ(sums.lowest, naive.lowest);
  entry::UpdateSums total;
  entry::add(total, sums, 2.0);
  entry::add(total, {1.0, 2.0, 3.0, 4.0, 5.0, 0.0, 6.0});
  EXPECT_EQ(total.penalty, 2.0 * sums.penalty + 1.0);
  EXPECT_EQ(total.lowest, sums.lowest);
  EXPECT_EQ(total.largest, 6.0);
  Control c;
  c.dual.sigma = kSigma;
  rules::take_update(c, total);
  EXPECT_EQ(c.value.penalty, total.penalty / (4.0 * kSigma));
  EXPECT_EQ(c.dual.shortfall, 0.5 * total.shortfall);
  EXPECT_EQ(c.dual.violation, total.lowest);
  EXPECT_EQ(c.dual.largest, 6.0);
}

TEST(EntryUpdate, ExtrapolationStaysNonnegative) {
  EXPECT_EQ(entry::extrapolated(2.0, 1.0, 0.5), 2.5);
  EXPECT_EQ(entry::extrapolated(1.0, 4.0, 0.5), 0.0);
  EXPECT_EQ(entry::extrapolated(1.0, 4.0, 0.0), 1.0);
}

/// A ring of `capacity` that accepts pairs with <s, y> = `sy`, <s, s> = <y, y> = 1.
struct Ring {
  explicit Ring(int capacity) {
    control.memory.capacity = capacity;
    control.search.accepted = control.search.pair = 1;
  }
  void accept(double sy) {
    const int m = control.memory.capacity;
    const int width = 2 * m + 1;
    ASSERT_TRUE(rules::open_accept(control));
    EXPECT_GT(control.memory.filled, control.memory.head);
    std::vector<double> gram(static_cast<std::size_t>(width * width), std::nan(""));
    const int s = control.memory.head;
    gram[static_cast<std::size_t>(s * width + s)] = gram[static_cast<std::size_t>((m + s) * width + m + s)] = 1.0;
    gram[static_cast<std::size_t>(s * width + m + s)] = sy;
    rules::close_accept(control, gram.data());
  }
  Control control;
};

TEST(RulesAccept, TheRingFillsAndTurns) {
  Ring ring(3);
  const int counts[] = {1, 2, 3, 3, 3};
  const int heads[] = {1, 2, 0, 1, 2};
  for (int k = 0; k < 5; ++k) {
    ring.accept(0.5);
    EXPECT_EQ(ring.control.memory.count, counts[k]);
    EXPECT_EQ(ring.control.memory.head, heads[k]);
    EXPECT_EQ(ring.control.memory.filled, counts[k]);
  }
}

TEST(RulesAccept, APairWithoutCurvatureLeavesItsSlotFree) {
  Ring ring(2);
  for (const double lost : {0.0, -1.0, 1e-13, std::nan("")}) {
    ring.control.memory = {2, 2, 1, 0, 2};
    ring.accept(lost);
    EXPECT_EQ(ring.control.memory.count, 1) << lost;  // what the slot held is overwritten
    EXPECT_EQ(ring.control.memory.head, 1) << lost;
  }
}

TEST(RulesAccept, NothingIsAcceptedWhereTheTrialWasNotOrTheWindowIsOver) {
  Ring ring(2);
  ring.control.memory.flush = 1;
  ring.control.search.accepted = 0;
  EXPECT_FALSE(rules::open_accept(ring.control));
  ring.control.search.accepted = ring.control.search.halted = 1;
  EXPECT_FALSE(rules::open_accept(ring.control));
  EXPECT_EQ(ring.control.memory.flush, 1);
  ring.control.search.halted = ring.control.search.pair = 0;
  ring.control.memory.count = ring.control.memory.filled = 2;
  EXPECT_TRUE(rules::open_accept(ring.control));  // the point alone: the memory is forgotten, no slot is taken
  EXPECT_EQ(ring.control.memory.count + ring.control.memory.filled + ring.control.memory.flush, 0);
}

TEST(RulesValues, AreThoseOfTheirSums) {
  Control c;
  rules::take_output(c, 6.0, -5.0, 4.0, 0.1);
  EXPECT_EQ(c.value.loss, 3.0);
  EXPECT_EQ(c.value.dual, 2.0);  // -<E, Y> - 1/2 ||E||^2
  EXPECT_DOUBLE_EQ(c.value.decay, 0.2);
  rules::take_gradient(c, 3.0, -1.0, 16.0);
  EXPECT_DOUBLE_EQ(c.value.decay, 1.7);
  EXPECT_EQ(c.value.slope, -1.0);
  EXPECT_EQ(c.value.gradient, 4.0);
  c.value.penalty = 1.0;
  rules::take_network(c, 6.0, 4.0, 0.1);
  EXPECT_EQ(c.value.loss + c.value.penalty, 3.0);
}

}  // namespace
}  // namespace burelu::test
