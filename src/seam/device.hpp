// A device as an object, which a solve is given: it makes the backends below the seam, and knows how much memory it has
// and how much each of them would take. The driver has one for each name (driver/devices.hpp).
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "seam/backend.hpp"
#include "seam/cells.hpp"
#include "seam/footprint.hpp"
#include "seam/relaxation_data.hpp"
#include "seam/training_backend.hpp"

namespace burelu {

class Lead;
class Ranks;

struct BackendOptions {
  int memory = 100;  ///< L-BFGS pairs: 10, 40, 100 differ by factors of 2 to 3 in evaluations
  int threads = 1;   ///< CPU threads
  /// Starting penalty. 1 costs a thousand evaluations more on the randomized sets (gap 1e-2 after 1,700 instead of
  /// 460); 1e-3 is as good there and worse on iris.
  double sigma = 1e-2;
  /// Listed pairs there may be; 0: as many as the device thinks fit.
  std::int64_t pairs = 0;
  int rank = 0;            ///< expected columns of the factor, for the estimate of memory; 0: not known
  Ranks* ranks = nullptr;  ///< processes that share the work (ranks/ranks.hpp); not where there is one
};

struct TrainingOptions {
  int memory = 20;  ///< L-BFGS pairs; 100 gained nothing
  int threads = 1;  ///< CPU threads
};

class Device {
 public:
  virtual ~Device() = default;

  /// For reports and checkpoints: "cpu", "cuda:K (model)".
  virtual std::string name() const = 0;
  /// The processor, which does what this device leaves to it: the device itself where it is one.
  virtual const Device& host() const = 0;
  bool is_host() const { return this == &host(); }
  /// Who leads the processes that work together (ranks/lead.hpp); none where there is one.
  virtual Lead* lead() const { return nullptr; }

  /// All of these throw `MemoryError` where there is no room, `DeviceError` where the device does not work.
  virtual std::unique_ptr<Backend> relaxation(const RelaxationData& data, const BackendOptions& options) const = 0;
  /// Keeps a reference to the problem.
  virtual std::unique_ptr<TrainingBackend> training(const TrainingProblem& problem,
                                                    const TrainingOptions& options) const = 0;

  /// Not on the host, whose search takes one cell after the other by itself (branch/search.hpp).
  virtual std::unique_ptr<CellBackend> cells(const Kinks& kinks) const = 0;

  /// Whether small trainings are faster side by side, one thread each, than one after the other.
  virtual bool trains_side_by_side() const = 0;

  /// Whether several ranks, each with such a device, can share a relaxation of so many lines (BackendOptions::ranks).
  virtual bool shares(index_t /*lines*/) const { return false; }

  /// Bytes of its own memory that are free, and that a backend would take; all exact but for rounding.
  virtual std::int64_t free_bytes() const = 0;
  virtual std::int64_t footprint(const SolveSize& size) const = 0;
  virtual std::int64_t footprint(const TrainingSize& size) const = 0;
};

}  // namespace burelu
