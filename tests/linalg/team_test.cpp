// Teams: every part is done once whatever OpenMP gives, exceptions arrive, and the number of threads has its bounds.
#include "linalg/team.hpp"

#include <gtest/gtest.h>
#include <omp.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <ctime>
#include <mutex>
#include <new>
#include <numeric>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "linalg/cgroup.hpp"
#include "linalg/thread_scope.hpp"
#include "support/scratch_folder.hpp"

namespace burelu::test {
namespace {

/// How often each part was done.
std::vector<int> parts_done(const Team& team) {
  std::vector<int> done(static_cast<std::size_t>(team.size()), 0);
  std::mutex mutex;
  team.run([&](int part) {
    const std::lock_guard lock(mutex);
    ++done.at(static_cast<std::size_t>(part));
  });
  return done;
}

TEST(Team, EveryPartIsDoneOnce) {
  for (const int threads : {-1, 0, 1, 2, 3, 7}) {
    const Team team(threads);
    EXPECT_EQ(team.size(), std::max(threads, 1));
    EXPECT_EQ(parts_done(team), std::vector<int>(static_cast<std::size_t>(team.size()), 1));
  }
  EXPECT_EQ(Team().size(), 1);
}

/// Made outside, run where OpenMP gives it one thread.
TEST(Team, EveryPartIsDoneInsideAParallelRegion) {
  const Team team(3);
  std::array<std::vector<int>, 2> done;
  std::array<int, 2> inside{};
#pragma omp parallel num_threads(2)
  {
    const auto own = static_cast<std::size_t>(omp_get_thread_num());
    done[own] = parts_done(team);
    inside[own] = Team(3).size() * resolve_threads(5);
  }
  for (const std::size_t own : {0U, 1U}) {
    EXPECT_EQ(done[own], (std::vector<int>{1, 1, 1}));
    EXPECT_EQ(inside[own], 1);
  }
}

TEST(Team, BelowATeamThereIsOneThread) {
  const Team team(2);
  std::array<int, 2> below{};
  std::array<int, 2> blas{};
  const int before = omp_get_max_threads();
  team.run([&](int part) {
    below[static_cast<std::size_t>(part)] = Team::current().size();
    blas[static_cast<std::size_t>(part)] = omp_get_max_threads();
  });
  EXPECT_EQ(below, (std::array<int, 2>{1, 1}));
  EXPECT_EQ(blas, (std::array<int, 2>{1, 1}));
  EXPECT_EQ(omp_get_max_threads(), before);
}

TEST(Team, SharesCoverTheRangeInOrder) {
  for (const int threads : {1, 2, 3, 5})
    for (const std::int64_t count : {0, 1, 7, 8, 9, 63, 64, 65, 1000})
      for (const std::int64_t unit : {1, 8}) {
        const Team team(threads);
        std::vector<std::array<std::int64_t, 2>> shares(static_cast<std::size_t>(threads));
        team.share(count, unit, [&](int part, std::int64_t begin, std::int64_t end) {
          shares[static_cast<std::size_t>(part)] = {begin, end};
        });
        std::int64_t next = 0;
        for (const auto& [begin, end] : shares) {
          EXPECT_EQ(begin, next);
          EXPECT_TRUE(begin % unit == 0 || begin == count);
          next = end;
        }
        EXPECT_EQ(next, count) << threads << " threads";
      }
}

TEST(Team, EachIsTakenOnce) {
  std::vector<int> taken(1000, 0);
  Team(3).each(1000, [&](std::int64_t i) { ++taken[static_cast<std::size_t>(i)]; });
  EXPECT_EQ(taken, std::vector<int>(1000, 1));
  Team(3).each(0, [](std::int64_t) { FAIL(); });
}

TEST(Team, TheFirstExceptionArrivesAfterAllHaveEnded) {
  const Team team(3);
  std::array<int, 3> done{};
  const auto work = [&](int part) {
    done[static_cast<std::size_t>(part)] = 1;
    if (part > 0) throw std::runtime_error("part " + std::to_string(part));
  };
  EXPECT_EQ(message_of<std::runtime_error>([&] { team.run(work); }), "part 1");
  EXPECT_EQ(done, (std::array<int, 3>{1, 1, 1}));
  EXPECT_THROW(team.each(10,
                         [](std::int64_t i) {
                           if (i == 7) throw std::bad_alloc();
                         }),
               std::bad_alloc);
  EXPECT_EQ(parts_done(team), (std::vector<int>{1, 1, 1}));  // of use afterwards
}

TEST(Threads, TheSmallestBoundCounts) {
  const ThreadLimits wide{false, 8, 100, 16, 1e9};
  EXPECT_EQ(resolve_threads(0, wide), 8);
  EXPECT_EQ(resolve_threads(3, wide), 3);
  EXPECT_EQ(resolve_threads(12, wide), 12);  // asked for by name: beyond OMP_NUM_THREADS
  EXPECT_EQ(resolve_threads(40, wide), 16);
  EXPECT_EQ(resolve_threads(0, {false, 8, 5, 16, 1e9}), 5);
  EXPECT_EQ(resolve_threads(0, {false, 8, 100, 2, 1e9}), 2);
  EXPECT_EQ(resolve_threads(0, {false, 8, 100, 16, 3.0}), 3);
  EXPECT_EQ(resolve_threads(6, {false, 8, 100, 16, 1.5}), 2);
  EXPECT_EQ(resolve_threads(6, {false, 8, 100, 16, 0.1}), 1);
  EXPECT_EQ(resolve_threads(6, {true, 8, 100, 16, 1e9}), 1);
  EXPECT_EQ(resolve_threads(0, {false, 0, 100, 16, 1e9}), 1);
}

TEST(Threads, AScopeGivesBackWhatItFound) {
  const int before = omp_get_max_threads();
  {
    const ThreadScope scope(0);
    EXPECT_EQ(Team::current().size(), scope.threads());
    EXPECT_EQ(omp_get_max_threads(), 1);
    {
      const ThreadScope inner(1);
      EXPECT_EQ(Team::current().size(), 1);
    }
    EXPECT_EQ(resolve_threads(0), scope.threads());
  }
  EXPECT_EQ(omp_get_max_threads(), before);
}

/// Beside each other: each has workers of its own.
TEST(Team, CallersDoNotMeet) {
  std::array<std::int64_t, 3> sums{};
  std::vector<std::thread> callers;
  for (std::size_t k = 0; k < sums.size(); ++k)
    callers.emplace_back([&sums, k] {
      const Team team(3);
      for (int round = 0; round < 200; ++round) {
        std::array<std::int64_t, 3> parts{};
        team.share(1000, 1, [&](int part, std::int64_t begin, std::int64_t end) {
          for (std::int64_t i = begin; i < end; ++i) parts[static_cast<std::size_t>(part)] += i;
        });
        sums[k] += std::accumulate(parts.begin(), parts.end(), std::int64_t{0});
      }
    });
  for (std::thread& caller : callers) caller.join();
  for (const std::int64_t sum : sums) EXPECT_EQ(sum, 200 * 999 * 500);
}

/// A team that waits sleeps: the processor time of the process stays well below the time that passes.
TEST(Team, WaitingIsNotSpinning) {
  const Team team(3);
  const auto clock = [] { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; };
  team.run([](int) {});
  const double before = clock();
  std::this_thread::sleep_for(std::chrono::milliseconds(200));  // after a loop
  team.run([](int part) {                                       // within one, for its slowest part
    if (part == 1) std::this_thread::sleep_for(std::chrono::milliseconds(200));
  });
  EXPECT_LT(clock() - before, 0.1);
}

/// In a child process the workers are not there: new ones are made.
TEST(Team, AfterAFork) {
  const Team team(3);
  team.run([](int) {});
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    ::alarm(30);
    ::_exit(parts_done(team) == std::vector<int>{1, 1, 1} ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

double quota(const ScratchFolder& folder) { return cgroup_processors(folder.path("cgroup"), folder.path("mount")); }

void write(const ScratchFolder& folder, const std::string& group, const std::string& file, const std::string& text) {
  std::filesystem::create_directories(folder.path("mount/" + group));
  folder.write("mount/" + group + "/" + file, text);
}

TEST(Cgroup, TheSmallestQuotaOfVersionTwoCounts) {
  const ScratchFolder folder;
  folder.write("cgroup", "0::/batch/job.7\n");
  EXPECT_GT(quota(folder), 1e6);
  write(folder, "batch/job.7", "cpu.max", "max 100000\n");
  EXPECT_GT(quota(folder), 1e6);
  write(folder, "batch", "cpu.max", "250000 100000\n");
  EXPECT_DOUBLE_EQ(quota(folder), 2.5);
  write(folder, "batch/job.7", "cpu.max", "50000 100000\n");
  EXPECT_DOUBLE_EQ(quota(folder), 0.5);
}

TEST(Cgroup, QuotasOfVersionOne) {
  const ScratchFolder folder;
  folder.write("cgroup", "5:memory:/a\n4:cpu,cpuacct:/docker/1f\n3:cpuset:/\n");
  EXPECT_GT(quota(folder), 1e6);
  write(folder, "cpu,cpuacct", "cpu.cfs_quota_us", "-1\n");
  write(folder, "cpu,cpuacct", "cpu.cfs_period_us", "100000\n");
  EXPECT_GT(quota(folder), 1e6);
  write(folder, "cpu,cpuacct", "cpu.cfs_quota_us",
        "300000\n");  // the path listed is the host's: the mount is the group
  EXPECT_DOUBLE_EQ(quota(folder), 3.0);
  write(folder, "cpuset", "cpu.cfs_quota_us", "1\n");  // not the controller of processor time
  write(folder, "cpuset", "cpu.cfs_period_us", "100000\n");
  EXPECT_DOUBLE_EQ(quota(folder), 3.0);
}

TEST(Cgroup, WhatIsNotThereIsNoBound) {
  const ScratchFolder folder;
  EXPECT_GT(quota(folder), 1e6);
  folder.write("cgroup", "nonsense\n:\n0:\n\n0::/x\n");
  write(folder, "x", "cpu.max", "fast\n");
  EXPECT_GT(quota(folder), 1e6);
}

}  // namespace
}  // namespace burelu::test
