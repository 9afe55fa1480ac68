// A relaxation solved by several ranks: the same result for any number of them, little traffic, equal shares, and an
// end with the last proven bound where one is lost.
#include <gtest/gtest.h>

#include <array>
#include <optional>
#include <stdexcept>

#include "burelu/errors.hpp"
#include "burelu/solve.hpp"
#include "cpu/cpu_backend.hpp"
#include "driver/devices.hpp"
#include "driver/dominant.hpp"
#include "driver/jobs.hpp"
#include "driver/solve_with.hpp"
#include "ranks/lead.hpp"
#include "ranks/serve.hpp"
#include "ranks/spread.hpp"
#include "relaxation/iteration.hpp"
#include "relaxation/start.hpp"
#include "support/instances.hpp"
#include "support/scratch_folder.hpp"
#include "support/thread_ranks.hpp"

namespace burelu {
namespace {

using test::ThreadRanks;

void serve_alone(Ranks& ranks, const Jobs& jobs = all_jobs()) {
  serve(
      ranks, [](const std::string& name) { return find_device(name); }, jobs, 1);
}

/// work(a device of so many ranks) on rank 0.
void with_ranks(int size, const std::function<void(const Device&, Lead&)>& work) {
  ThreadRanks(size).run([&](Ranks& ranks) {
    if (ranks.rank() > 0) return serve_alone(ranks);
    Lead lead(ranks);
    work(*lead.device("cpu", cpu_device()), lead);
  });
}

SolveOptions options_of_test() {
  SolveOptions options;
  options.tolerance = 1e-2;
  options.bound = BoundMethod::relaxation;
  options.threads = 1;
  return options;
}

TEST(Spread, GivesTheSameResultForAnyNumberOfRanks) {
  const auto data = test::teacher(600, 4, 2, 11, 3.0);
  const Problem problem = data.problem();
  const Relaxation alone = solve_with(problem, options_of_test(), *cpu_device());
  ASSERT_EQ(alone.status, Status::solved);
  for (const int size : {2, 3, 4, 9}) {
    Relaxation together;
    with_ranks(size, [&](const Device& device, Lead&) { together = solve_with(problem, options_of_test(), device); });
    EXPECT_EQ(together.status, Status::solved);
    EXPECT_EQ(together.evaluations, alone.evaluations) << size;
    EXPECT_EQ(together.lower_bound, alone.lower_bound) << size;
    EXPECT_EQ(together.objective, alone.objective) << size;
    EXPECT_EQ(together.factor.U.data, alone.factor.U.data) << size;
  }
}

/// A rank that dies after so many exchanges.
class Mortal final : public Ranks {
 public:
  Mortal(Ranks& ranks, int calls) : ranks_(ranks), calls_(calls) {}
  int rank() const override { return ranks_.rank(); }
  int size() const override { return ranks_.size(); }
  void share(double* data, const std::vector<std::int64_t>& ends, std::int64_t unit) override {
    live();
    ranks_.share(data, ends, unit);
  }
  void collect(double* data, const std::vector<std::int64_t>& ends, std::int64_t unit) override {
    live();
    ranks_.collect(data, ends, unit);
  }
  std::vector<std::string> collect(const std::string& mine) override {
    live();
    return ranks_.collect(mine);
  }
  std::vector<std::string> swap(const std::vector<std::string>& to) override {
    live();
    return ranks_.swap(to);
  }
  void tell(void* data, std::int64_t bytes) override {
    live();
    ranks_.tell(data, bytes);
  }

 private:
  void live() {
    if (--calls_ < 0) throw std::runtime_error("this rank dies");
  }
  Ranks& ranks_;
  int calls_;
};

TEST(Spread, EndsWithTheLastProvenBoundWhereARankIsLost) {
  const auto data = test::teacher(600, 4, 2, 11, 3.0);
  const Problem problem = data.problem();
  SolveOptions options = options_of_test();
  options.tolerance = 1e-9;
  Relaxation result;
  const auto body = [&](Ranks& ranks) {
    if (ranks.rank() == 2) {
      Mortal mortal(ranks, 9000);
      return serve_alone(mortal);
    }
    if (ranks.rank() > 0) return serve_alone(ranks);
    Lead lead(ranks);
    result = solve_with(problem, options, *lead.device("cpu", cpu_device()));
    EXPECT_TRUE(lead.lost());
  };
  EXPECT_THROW(ThreadRanks(3).run(body), std::runtime_error);
  EXPECT_EQ(result.status, Status::device_failed);
  EXPECT_GT(result.lower_bound, 0.0);
  const std::optional<double> proven = certified_bound(problem, result.certificate);
  ASSERT_TRUE(proven);
  EXPECT_DOUBLE_EQ(*proven, result.lower_bound);
}

TEST(Spread, GoesOnFromTheCheckpointOfAnotherNumberOfRanks) {
  const auto data = test::teacher(600, 4, 2, 11, 3.0);
  const Problem problem = data.problem();
  const test::ScratchFolder folder;
  SolveOptions options = options_of_test();
  options.checkpoint = folder.path("checkpoint");
  options.max_evaluations = 150;
  Relaxation first;
  with_ranks(3, [&](const Device& device, Lead&) { first = solve_with(problem, options, device); });
  ASSERT_EQ(first.status, Status::evaluation_limit);
  options.resume = options.checkpoint;
  options.checkpoint.clear();
  options.max_evaluations = 0;
  const Relaxation alone = solve_with(problem, options, *cpu_device());
  Relaxation two;
  with_ranks(2, [&](const Device& device, Lead&) { two = solve_with(problem, options, device); });
  EXPECT_EQ(alone.status, Status::solved);
  EXPECT_EQ(two.evaluations, alone.evaluations);
  EXPECT_EQ(two.lower_bound, alone.lower_bound);
}

// The bar: no rank receives more than 1.2 times F, with what is summed, in an evaluation.
TEST(Spread, ReceivesLittleMoreThanTheFactorInAnEvaluation) {
  const RelaxationData data = prepare(presolve(test::teacher(2000, 10, 3, 5, 60.0).problem()));
  constexpr int kRank = 21;
  constexpr int kEvaluations = 40;
  const Point start = random_point(data, kRank, 1);
  ThreadRanks(4).run([&](Ranks& ranks) {
    CpuBackend backend(data, 20, 1, 1e-2, 0, ranks);
    backend.write_point(start.Shat, start.Ut);
    list_pairs(backend);
    const Traffic before = ranks.traffic();
    descend(backend, kEvaluations);
    Snapshot now;
    backend.read(now, kScalars);
    ASSERT_GE(now.control.count.evaluations, kEvaluations / 2);
    const double bytes =
        static_cast<double>(ranks.traffic().bytes - before.bytes) / static_cast<double>(now.control.count.evaluations);
    const double factor = 2.0 * static_cast<double>(data.m) * kRank * sizeof(double);
    EXPECT_LE(bytes, 1.2 * factor);
    EXPECT_GE(bytes, 0.5 * factor);  // it is counted
  });
}

// Where violated pairs do not fit: what is drawn, and the weights, which both of a pair's ranks form by themselves.
TEST(Spread, DrawsTheSameSample) {
  const RelaxationData data = prepare(presolve(test::teacher(600, 4, 2, 11, 3.0).problem()));
  const Point start = random_point(data, 14, 1);
  const auto after_two_updates = [&](Ranks& ranks) {
    CpuBackend backend(data, 20, 1, 1e-2, 3000, ranks);
    backend.write_point(start.Shat, start.Ut);
    Snapshot now;
    for (int k = 0; k < 2; ++k) {
      list_pairs(backend);
      descend(backend, 10);
      list_pairs(backend);
      backend.read(now, kScalars);
      EXPECT_EQ(now.control.lists.sampled, 1) << k;
      descend(backend, 10);
      update(backend);
    }
    backend.read(now, kDual | kPoint);
    return now;
  };
  const Snapshot alone = after_two_updates(Ranks::solo());
  ASSERT_GT(alone.multipliers.size(), 100U);
  Snapshot together;
  ThreadRanks(3).run([&](Ranks& ranks) {
    const Snapshot now = after_two_updates(ranks);
    if (ranks.rank() == 0) together = now;
  });
  EXPECT_EQ(together.Shat.data, alone.Shat.data);
  EXPECT_EQ(together.control.value.accepted, alone.control.value.accepted);
  ASSERT_EQ(together.multipliers.size(), alone.multipliers.size());
  for (std::size_t k = 0; k < alone.multipliers.size(); ++k)
    EXPECT_EQ(together.multipliers[k].value, alone.multipliers[k].value) << k;
}

// Entries of the lists, lines and the scan's tiles: each rank's within 15 % of its share.
TEST(Spread, SharesTheWorkEvenly) {
  const RelaxationData data = prepare(presolve(test::teacher(10000, 10, 3, 5, 300.0).problem()));
  const Point start = random_point(data, 21, 1);
  constexpr int kSize = 4;
  std::array<double, kSize> entries{};
  std::array<double, kSize> lines{};
  std::array<double, kSize> tiles{};
  ThreadRanks(kSize).run([&](Ranks& ranks) {
    CpuBackend backend(data, 5, 1, 1e-2, 500'000, ranks);
    backend.write_point(start.Shat, start.Ut);
    list_pairs(backend);
    const auto k = static_cast<std::size_t>(ranks.rank());
    entries[k] = static_cast<double>(backend.entries());
    lines[k] = static_cast<double>(backend.lines().lines());
    const auto rows = static_cast<double>(data.factor_rows());
    for (const LineGroup& group : backend.lines().own())
      for (const index_t half : {index_t{0}, data.m})
        for (index_t p = half + group.begin; p < half + group.end; ++p) tiles[k] += rows - static_cast<double>(p);
  });
  for (const auto& work : {entries, lines, tiles}) {
    double total = 0.0;
    for (const double value : work) total += value;
    for (const double value : work) EXPECT_NEAR(value, total / kSize, 0.15 * total / kSize);
  }
}

TEST(Spread, TellsWhichRankHasNotTheDevice) {
  const auto body = [&](Ranks& ranks) {
    if (ranks.rank() > 0)
      return serve(
          ranks,
          [&](const std::string&) -> std::shared_ptr<const Device> {
            if (ranks.rank() == 1) throw DeviceError("no such device here");
            return cpu_device();
          },
          {}, 1);
    Lead lead(ranks);
    try {
      lead.device("cpu", cpu_device());
      ADD_FAILURE();
    } catch (const DeviceError& error) {
      EXPECT_STREQ(error.what(), "rank 1: no such device here");
    }
    EXPECT_FALSE(lead.lost());
  };
  ThreadRanks(3).run(body);
}

TEST(Spread, WorksOnJobsSideBySide) {
  const Jobs jobs{{"twice", [](const Device&, const std::string& request) {
                     if (request == "bad") throw DataError("no number");
                     return request + request;
                   }}};
  ThreadRanks(3).run([&](Ranks& ranks) {
    if (ranks.rank() > 0) return serve_alone(ranks, jobs);
    Lead lead(ranks);
    lead.device("cpu", cpu_device());
    const auto own = [&](const std::string& request) { return jobs.at("twice")(*cpu_device(), request); };
    EXPECT_EQ(lead.work("twice", {"a", "b", ""}, own), (std::vector<std::string>{"aa", "bb", ""}));
    EXPECT_THROW(lead.work("twice", {"a", "b", "bad"}, own), std::runtime_error);
    EXPECT_EQ(lead.work("twice", {"c", "", "d"}, own), (std::vector<std::string>{"cc", "", "dd"}));
  });
}

}  // namespace
}  // namespace burelu
