// Which backends there are, and the one for a device name.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "seam/backend.hpp"
#include "seam/footprint.hpp"
#include "seam/relaxation_data.hpp"
#include "seam/slack.hpp"
#include "seam/training_backend.hpp"

namespace burelu {

struct BackendOptions {
  int memory = 100;  ///< L-BFGS pairs: 10, 40, 100 differ by factors of 2 to 3 in evaluations
  int threads = 1;   ///< CPU threads
  /// Starting penalty. 1 costs a thousand evaluations more on the randomized sets (gap 1e-2 after 1,700 instead of
  /// 460); 1e-3 is as good there and worse on iris.
  double sigma = 1e-2;
  int rank = 0;                    ///< expected columns of the factor, for the estimate of memory; 0: not known
  bool multipliers_float = false;  ///< CUDA: multipliers stored in single precision, arithmetic in double
};

using BackendFactory = std::function<std::unique_ptr<Backend>(const RelaxationData&, const BackendOptions&)>;

using TrainingBackendFactory = std::function<std::unique_ptr<TrainingBackend>(const TrainingProblem&)>;

/// Where a solve runs, and the training of a network after it. Empty `training` and `slack` are the CPU's.
struct Backends {
  BackendFactory relaxation;
  TrainingBackendFactory training = {};
  SlackFactory slack = {};
};

/// All three for one device. Throws `DeviceError` where it is not there.
Backends backends_on(const std::string& device);

/// The factory for "auto", "cpu", "cuda", "cuda:K". Throws `DeviceError` where that device is not there.
BackendFactory backend_factory(const std::string& device);

/// Makes the backend of the training loss on that device; empty where it is the CPU.
TrainingBackendFactory training_factory(const std::string& device);

/// Makes the slack of certificates on that device, null where the problem is small or there is no room beside the
/// solve; empty where it is the CPU.
SlackFactory slack_factory(const std::string& device);

/// Bytes of device memory that certificates take beside the solve, as long as one is made; 0 where they are made on the
/// CPU.
std::int64_t device_slack_bytes(const std::string& device, const SolveSize& size);

/// Bytes of the memory of a CUDA device that a solve takes, and the training of a network after it; 0 on the CPU.
std::int64_t device_solve_bytes(const std::string& device, const SolveSize& size, bool multipliers_float);
std::int64_t device_training_bytes(const std::string& device, const TrainingSize& size);

/// Bytes of it that are free; 0 on the CPU.
std::int64_t device_free_bytes(const std::string& device);

/// One line per CUDA device, or one that says why there is none: name and description.
std::vector<std::pair<std::string, std::string>> cuda_device_lines();

/// "cpu" or "cuda:K (name)", for reports.
std::string device_name(const std::string& device);

}  // namespace burelu
