// A solve that is stopped and resumed ends where one that ran through does, on other threads and devices too; other
// data and options are refused.
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "burelu/errors.hpp"
#include "burelu/solve.hpp"
#include "driver/solve_with.hpp"
#include "relaxation/checkpoint.hpp"
#include "support/backends.hpp"
#include "support/devices.hpp"
#include "support/instances.hpp"

namespace burelu::test {
namespace {

class Checkpoint : public ::testing::Test {
 protected:
  Checkpoint() : path_(::testing::TempDir() + "burelu_" + test_name() + ".checkpoint") {
    std::filesystem::remove(path_);
  }
  ~Checkpoint() override { std::filesystem::remove(path_); }
  static std::string test_name() { return ::testing::UnitTest::GetInstance()->current_test_info()->name(); }

  SolveOptions plain() const {
    SolveOptions options;
    options.tolerance = 1e-3;
    options.max_evaluations = 6000;
    options.threads = 1;
    return options;
  }
  /// Stops after `checks` checks, having saved at every one.
  SolveOptions stopping_after(int checks) const {
    SolveOptions options = plain();
    options.checkpoint = path_;
    options.checkpoint_interval = 0.0;
    options.progress = [checks, seen = 0](const Progress&) mutable { return ++seen < checks; };
    return options;
  }
  SolveOptions resuming() const {
    SolveOptions options = plain();
    options.resume = path_;
    return options;
  }

  std::string path_;
  Instance instance_ = degenerate(25, 2, 3, 301, 0.05);
};

std::string message_of(const Problem& problem, const SolveOptions& options) {
  try {
    solve(problem, options);
  } catch (const DataError& error) {
    return error.what();
  }
  return "";
}

// The same state but for the memory of L-BFGS, which costs a window or two.
void expect_alike(const Relaxation& resumed, const Relaxation& whole, int checks) {
  EXPECT_EQ(resumed.status, whole.status) << "stopped after " << checks;
  EXPECT_NEAR(resumed.lower_bound, whole.lower_bound, 2e-3 * whole.lower_bound) << "stopped after " << checks;
  EXPECT_NEAR(resumed.objective, whole.objective, 2e-3 * whole.objective);
  EXPECT_LE(resumed.evaluations, 2 * whole.evaluations) << "stopped after " << checks;
  EXPECT_GT(resumed.history.size(), static_cast<std::size_t>(checks));
}

TEST_F(Checkpoint, ResumedRunsEndWhereUninterruptedOnesDo) {
  const Relaxation whole = solve(instance_.problem(), plain());
  ASSERT_EQ(whole.status, Status::solved);
  const auto most = static_cast<int>(whole.checks);
  ASSERT_GT(most, 4);
  for (const int checks : {1, most / 3, most / 2, most - 1}) {
    const Relaxation first = solve(instance_.problem(), stopping_after(checks));
    ASSERT_EQ(first.status, Status::interrupted);
    SolveOptions options = resuming();
    options.threads = checks % 2 + 1;
    const Relaxation resumed = solve(instance_.problem(), options);
    expect_alike(resumed, whole, checks);
    EXPECT_GT(resumed.evaluations, first.evaluations);
    EXPECT_GE(resumed.lower_bound, first.lower_bound);
    EXPECT_EQ(solve(instance_.problem(), options).lower_bound, resumed.lower_bound);  // and repeats
  }
}

// A factor that has lost columns since the start goes on with those it has.
TEST_F(Checkpoint, TheRankIsThatOfTheState) {
  SolveOptions options = stopping_after(8);
  options.tolerance = 1e-6;
  options.rank = 30;
  const Relaxation first = solve(instance_.problem(), options);
  ASSERT_EQ(first.status, Status::interrupted);
  ASSERT_LT(first.rank, 30);
  options = resuming();
  options.rank = 30;
  const Relaxation resumed = solve(instance_.problem(), options);
  EXPECT_EQ(resumed.status, Status::solved);
  EXPECT_LE(resumed.rank, first.rank);
}

TEST_F(Checkpoint, SavingDoesNotChangeTheSolve) {
  SolveOptions saving = plain();
  saving.checkpoint = path_;
  saving.checkpoint_interval = 0.0;
  EXPECT_EQ(solve(instance_.problem(), saving).lower_bound, solve(instance_.problem(), plain()).lower_bound);
}

TEST_F(Checkpoint, OtherDataAndOptionsAreRefusedByName) {
  solve(instance_.problem(), stopping_after(2));
  Instance other = instance_;
  other.Y(3, 1) += 1.0;
  EXPECT_NE(message_of(other.problem(), resuming()).find("other data"), std::string::npos);
  other = instance_;
  other.gamma *= 2.0;
  EXPECT_NE(message_of(other.problem(), resuming()).find("gamma"), std::string::npos);
  SolveOptions options = resuming();
  options.seed = 5;
  EXPECT_NE(message_of(instance_.problem(), options).find("another seed"), std::string::npos);
  options = resuming();
  options.rank = 7;
  EXPECT_NE(message_of(instance_.problem(), options).find("another rank"), std::string::npos);
  options = resuming();
  options.resume += ".absent";
  EXPECT_NE(message_of(instance_.problem(), options).find("no such checkpoint"), std::string::npos);
}

TEST_F(Checkpoint, LimitsMayDiffer) {
  solve(instance_.problem(), stopping_after(2));
  SolveOptions options = resuming();
  options.tolerance = 1e-2;
  EXPECT_EQ(solve(instance_.problem(), options).status, Status::solved);
}

TEST_F(Checkpoint, DamagedFilesAreRefused) {
  solve(instance_.problem(), stopping_after(2));
  std::ifstream in(path_, std::ios::binary);
  const std::string good{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  const auto write = [&](const std::string& bytes) {
    std::ofstream(path_, std::ios::binary | std::ios::trunc) << bytes;
  };
  for (const std::size_t size : {std::size_t{0}, std::size_t{10}, std::size_t{60}, good.size() / 2, good.size() - 1}) {
    write(good.substr(0, size));
    EXPECT_NE(message_of(instance_.problem(), resuming()), "") << size;
  }
  std::string flipped = good;
  flipped[good.size() / 2] = static_cast<char>(flipped[good.size() / 2] ^ 1);
  write(flipped);
  EXPECT_NE(message_of(instance_.problem(), resuming()), "");
  write(good);
  EXPECT_EQ(message_of(instance_.problem(), resuming()), "");
}

TEST_F(Checkpoint, OneOfAnotherVersionIsToldApart) {
  for (const char* version : {"3", "99"}) {
    std::ofstream(path_, std::ios::binary | std::ios::trunc) << "burelu-checkpoint " << version << "\n{}\nrest";
    const std::string message = message_of(instance_.problem(), resuming());
    EXPECT_NE(message.find("a checkpoint of another version of burelu"), std::string::npos) << message;
    EXPECT_NE(message.find("start without --resume"), std::string::npos) << message;
  }
}

// The checksum guards against accidents; a file that claims more than its certificate proves must not be believed.
TEST_F(Checkpoint, TheBoundOfAFileIsProvenAgain) {
  const double honest = solve(instance_.problem(), stopping_after(6)).lower_bound;
  std::ifstream in(path_, std::ios::binary);
  std::string bytes{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  in.close();
  const auto text_of = [](const void* p) { return std::string(static_cast<const char*>(p), 8); };
  const double claimed = 1e6;
  int places = 0;
  for (std::size_t at = 0; (at = bytes.find(text_of(&honest), at)) != std::string::npos; at += 8, ++places)
    bytes.replace(at, 8, text_of(&claimed));
  ASSERT_GE(places, 2);  // the certificate's and the loop's
  const std::size_t body = bytes.find('\n', bytes.find('\n') + 1) + 1;
  std::uint64_t sum = 14695981039346656037ULL;
  for (std::size_t k = body; k + 8 < bytes.size(); ++k)
    sum = (sum ^ static_cast<unsigned char>(bytes[k])) * 1099511628211ULL;
  bytes.replace(bytes.size() - 8, 8, text_of(&sum));
  std::ofstream(path_, std::ios::binary | std::ios::trunc) << bytes;
  SolveOptions options = resuming();
  options.max_evaluations = 1;
  const Relaxation resumed = solve(instance_.problem(), options);
  EXPECT_LT(resumed.lower_bound, 100.0);
  EXPECT_EQ(resumed.lower_bound, resumed.certificate.lower_bound);
}

TEST_F(Checkpoint, OtherVersionsAreRefusedInOneLine) {
  std::ofstream(path_) << "burelu-checkpoint 3\n{}\n";
  EXPECT_NE(message_of(instance_.problem(), resuming()).find("another version"), std::string::npos);
}

TEST_F(Checkpoint, AnUnwritableFileLeavesTheLastOneIntact) {
  SolveOptions options = plain();
  options.checkpoint = "/nonexistent-folder/state";
  options.checkpoint_interval = 0.0;
  EXPECT_THROW(solve(instance_.problem(), options), DataError);
}

TEST_F(Checkpoint, GoesOnOnAnotherDevice) {
  StandIn device;
  device.make_relaxation = [](const RelaxationData& data, const BackendOptions& wish) {
    return std::make_unique<DeferredBackend>(processor().relaxation(data, wish));
  };
  const Relaxation whole = solve(instance_.problem(), plain());
  solve_with(instance_.problem(), stopping_after(4), device);
  expect_alike(solve(instance_.problem(), resuming()), whole, 4);
  solve(instance_.problem(), stopping_after(4));
  expect_alike(solve_with(instance_.problem(), resuming(), device), whole, 4);
}

}  // namespace
}  // namespace burelu::test
