// What a solve and the training after it will take of each memory, known from the presolved data before anything large
// is allocated.
#pragma once

#include <cstdint>
#include <string>

#include "burelu/options.hpp"
#include "burelu/problem.hpp"
#include "problem/presolve.hpp"
#include "seam/device.hpp"

namespace burelu {

/// Sizes of the solve, with the rank it begins with, the pairs of L-BFGS and the longest list it means to make.
SolveSize solve_size(const Presolved& reduced, const SolveOptions& options, const BackendOptions& backend);

/// The same with lists as long as there is room for, but not so short that the solve gets nowhere.
SolveSize fitted(SolveSize size, const Device& device, std::int64_t available);

/// Pairs there may be on lists that have to be longer than expected: as many as a host has room for, all or fewer. 0 on
/// a device, which sees for itself.
std::int64_t list_capacity(const SolveSize& size, const Device& device, std::int64_t available);

/// Sizes of the training after it.
TrainingSize training_size(const Problem& problem, const TrainOptions& options);

/// Host memory: certificates are made there; the multipliers live there too unless the backend is a device.
std::int64_t solve_host_bytes(const SolveSize& size, const Device& device);

/// What to do where a solve of this size does not fit: of fewer samples, fewer features and a smaller rank the one that
/// saves most.
std::string memory_advice(const SolveSize& size, const Device& device);
std::string memory_advice(const MatrixView& X);  ///< where even presolve does not fit

struct MemoryEstimate {
  std::string device;                                                   ///< as it calls itself
  SolveSize size;                                                       ///< rows 0: presolve leaves nothing to solve
  std::string advice = "use fewer samples";                             ///< where the host has too little
  std::int64_t host = 0, host_training = 0, host_available = 0;         ///< of a solve and, after it, of the training
  std::int64_t device_solve = 0, device_training = 0, device_free = 0;  ///< one after the other; 0 on the host

  /// Throws `MemoryError` with the estimate where something does not fit.
  void require() const;
};

/// `network`: a network is trained after the solve. Throws `DataError` and `DeviceError` as `solve`.
MemoryEstimate estimate_memory(const Problem& problem, const TrainOptions& options, bool network);

}  // namespace burelu
