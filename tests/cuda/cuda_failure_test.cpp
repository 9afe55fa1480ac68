// A device that fails in the middle: what is said, what is kept, how it goes on.
#include <cmath>
#include <filesystem>

#include "branch/global.hpp"
#include "burelu/errors.hpp"
#include "certificate/proof.hpp"
#include "cuda/cuda_support.hpp"
#include "driver/solve_with.hpp"
#include "support/scratch_folder.hpp"

namespace burelu::test {
namespace {

// The device is whole again after a test.
class CudaFailure : public ::testing::Test {
 protected:
  void TearDown() override { cuda_double::fail_launch(0); }

  static StandIn on_host() {
    StandIn device = double_with_pairs(small_memory().memory);
    device.make_training = [](const TrainingProblem& problem, const TrainingOptions&) {
      return make_cuda_on_host_training(problem, 5, 0);
    };
    return device;
  }
  SolveOptions plain() const {
    SolveOptions options;
    options.tolerance = 1e-4;
    options.max_evaluations = 8000;  // far more than either way takes
    options.threads = 1;
    return options;
  }
  /// Saves at every check, and the device fails soon after check `check`.
  SolveOptions failing_after(int check) {
    SolveOptions options = plain();
    options.checkpoint = path_;
    options.checkpoint_interval = 0.0;
    options.progress = [this, check](const Progress&) {
      if (++checks_ == check) cuda_double::fail_launch(500);
      return true;
    };
    return options;
  }

  Instance instance_ = teacher(14, 2, 3, 5);
  ScratchFolder folder_;
  std::string path_ = folder_.path("state");
  int checks_ = 0;
};

TEST_F(CudaFailure, AFailureOfTheDeviceSaysWhere) {
  const RelaxationData data = medium();
  const auto backend = make_cuda_on_host_backend(data, small_memory(), 0);
  drill(*backend, data, 5, nullptr);
  descend(*backend, 5);
  cuda_double::fail_launch(7);
  Snapshot s;
  try {
    backend->read(s, kScalars);
    FAIL() << "the failure went unnoticed";
  } catch (const DeviceError& error) {
    EXPECT_NE(std::string(error.what()).find("cudaStreamSynchronize"), std::string::npos) << error.what();
    EXPECT_NE(std::string(error.what()).find("resources.hpp"), std::string::npos) << error.what();
  }
}

TEST_F(CudaFailure, KeepsTheBestBoundAndTheLastCheckpoint) {
  const Relaxation whole = solve_with(instance_.problem(), plain(), on_host());
  const Relaxation failed = solve_with(instance_.problem(), failing_after(3), on_host());
  ASSERT_EQ(checks_, 3);
  EXPECT_EQ(failed.status, Status::device_failed);
  EXPECT_NE(failed.message.find("cuda"), std::string::npos) << failed.message;
  ASSERT_EQ(failed.history.size(), 3U);
  EXPECT_EQ(failed.lower_bound, failed.history.back().lower_bound);
  EXPECT_EQ(failed.evaluations, failed.history.back().evaluations);
  ASSERT_TRUE(proven_bound(instance_.problem(), failed.certificate).has_value());
  EXPECT_GE(*proven_bound(instance_.problem(), failed.certificate), failed.lower_bound);
  EXPECT_EQ(failed.factor.A.cols, 0);

  cuda_double::fail_launch(0);
  SolveOptions resuming = plain();
  resuming.resume = path_;
  const Relaxation resumed = solve_with(instance_.problem(), resuming, on_host());
  EXPECT_EQ(whole.status, Status::solved);
  EXPECT_EQ(resumed.status, Status::solved);
  EXPECT_GE(resumed.lower_bound, failed.lower_bound);
  EXPECT_GT(resumed.evaluations, failed.evaluations);
  EXPECT_GT(resumed.history.size(), failed.history.size());
}

TEST_F(CudaFailure, BeforeAnyBoundIsAnError) {
  cuda_double::fail_launch(100);
  EXPECT_THROW(solve_with(instance_.problem(), failing_after(-1), on_host()), DeviceError);
  EXPECT_FALSE(std::filesystem::exists(path_));
}

TEST_F(CudaFailure, InTheNetworkKeepsTheRelaxation) {
  TrainOptions options;
  options.solve = plain();
  options.width = 6;
  options.solve.progress = [](const Progress& progress) {
    if (std::string(progress.phase) == "network") cuda_double::fail_launch(20);
    return true;
  };
  const Training training = train_with(instance_.problem(), options, on_host());
  EXPECT_EQ(training.relaxation.status, Status::device_failed);
  EXPECT_NE(training.relaxation.message.find("without a network"), std::string::npos) << training.relaxation.message;
  EXPECT_TRUE(std::isfinite(training.relaxation.lower_bound));
  EXPECT_EQ(training.network.width(), 0);
  EXPECT_TRUE(std::isnan(training.objective) && std::isnan(training.relative_gap));
}

TEST_F(CudaFailure, InTheSolveTrainsNoNetwork) {
  TrainOptions options;
  options.solve = failing_after(3);
  const Training training = train_with(instance_.problem(), options, on_host());
  EXPECT_EQ(training.relaxation.status, Status::device_failed);
  EXPECT_EQ(training.network_evaluations, 0);
}

// Six features: looser thresholds come first, so that there is a bound before the search that fails.
TEST_F(CudaFailure, InBranchAndBoundKeepsTheBoundAndTheNetwork) {
  StandIn device = on_host();
  device.make_cells = [](const Kinks& kinks) {
    CudaCellTuning tuning;
    tuning.warps = 2;
    tuning.step = 32;
    return make_cuda_on_host_cells(kinks, 0, tuning);
  };
  const Instance instance = teacher(14, 6, 1, 5);
  SolveOptions options = plain();
  options.max_evaluations = 0;
  options.bound = BoundMethod::branch;
  options.progress = [](const Progress& progress) {
    if (!std::isnan(progress.lower_bound)) cuda_double::fail_launch(3);
    return true;
  };
  Network network;
  const Relaxation failed = solve_with(instance.problem(), options, device, &network);
  EXPECT_EQ(failed.status, Status::device_failed);
  EXPECT_NE(failed.message.find("cuda"), std::string::npos) << failed.message;
  EXPECT_TRUE(std::isfinite(failed.lower_bound));
  EXPECT_LE(failed.lower_bound, failed.objective);
  EXPECT_EQ(*branched_bound(instance.problem(), failed.certificate), failed.lower_bound);
  EXPECT_EQ(network.U.rows, 6);
  cuda_double::fail_launch(0);

  options.progress = [](const Progress&) {
    cuda_double::fail_launch(3);
    return true;
  };
  EXPECT_THROW(solve_with(instance.problem(), options, device), DeviceError);
}

}  // namespace
}  // namespace burelu::test
