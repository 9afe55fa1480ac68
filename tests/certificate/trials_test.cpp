// Trials side by side: what comes of one depends neither on the others nor on the number of threads.
#include "certificate/trials.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "linalg/thread_scope.hpp"
#include "support/banded_dual.hpp"
#include "support/instances.hpp"

namespace burelu {
namespace {

class TrialRounds : public ::testing::Test {
 protected:
  TrialRounds() {
    test::Random random(4);
    for (int f = 0; f < 2; ++f) duals_.emplace_back(random, reduced_);
    for (const double raised : {-2.0, 0.0, 1.0, 3.0})
      for (const std::int32_t form : {0, 1}) trials_.push_back({form, raised, form == 0 ? 0.0 : 0.3, kNothing, {}});
  }

  Trials ready(double most_flops) const {
    Trials out(reduced_, {1e-8, 1e-3, most_flops});
    out.begin({duals_[0].point(), duals_[1].point()});
    out.find_lacking({0, 1}, 0.0);
    out.anchor(1, duals_[0].pairs, duals_[0].tau);
    return out;
  }

  static constexpr double kNothing = -std::numeric_limits<double>::infinity();
  const test::Instance data_ = test::teacher(1200, 5, 2, 3, 20.0);
  const Presolved reduced_ = presolve(data_.problem());
  std::vector<test::BandedDual> duals_;
  std::vector<Trial> trials_;
};

TEST_F(TrialRounds, DoNotDependOnThreads) {
  for (const double most_flops : {SparseSolver::kMostFlops, 0.0}) {
    std::vector<TrialResult> alone;
    for (const int threads : {1, 2, 3}) {
      const Team team(threads);
      const ThreadScope scope(threads);
      Trials trials = ready(most_flops);
      EXPECT_EQ(trials.heavy(), most_flops == 0.0);
      const std::vector<TrialResult> results = trials.run(trials_);
      if (threads == 1) alone = results;
      EXPECT_GE(std::count_if(alone.begin(), alone.end(), [](const TrialResult& one) { return one.bound > 0.0; }), 5);
      for (std::size_t k = 0; k < alone.size(); ++k) {
        EXPECT_EQ(results[k].bound, alone[k].bound);
        EXPECT_EQ(results[k].W.data, alone[k].W.data);
        EXPECT_EQ(results[k].Lambda.data, alone[k].Lambda.data);
      }
    }
  }
}

TEST_F(TrialRounds, DoNotDependOnEachOther) {
  Trials together = ready(SparseSolver::kMostFlops);
  const std::vector<TrialResult> all = together.run(trials_);
  int kept = 0;
  for (std::size_t k = 0; k < trials_.size(); ++k) {
    Trials own = ready(SparseSolver::kMostFlops);
    const TrialResult one = own.run({trials_[k]})[0];
    EXPECT_EQ(one.bound, all[k].bound);
    EXPECT_EQ(one.share, all[k].share);
    if (all[k].W.data.empty()) continue;
    ++kept;
    EXPECT_EQ(one.W.data, all[k].W.data);
  }
  EXPECT_EQ(kept, 2);  // the best of each form
}

TEST_F(TrialRounds, EndWhereItIsTimeButForAFirstBound) {
  const Stop now(0.0, [] { return true; });
  Trials trials = ready(SparseSolver::kMostFlops);
  const std::vector<TrialResult> results = trials.run(trials_, &now, 0.0);
  EXPECT_GT(results[0].flops, 0.0);
  for (std::size_t k = 1; k < results.size(); ++k) EXPECT_EQ(results[k].flops, 0.0);
  trials_[0].target = 0.0;
  EXPECT_EQ(trials.run(trials_, &now, 0.0)[0].flops, 0.0);
}

}  // namespace
}  // namespace burelu
