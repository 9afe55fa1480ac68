// The CUDA backend, seen from the host code: no header of the toolkit is needed to include this one.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "seam/device.hpp"

namespace burelu {

struct CudaProperties {
  std::string name;
  std::int64_t memory = 0;  ///< bytes
  int multiprocessors = 0;
  int driver = 0;  ///< highest CUDA version of the driver, as 1000 major + 10 minor
};

/// The devices of this machine. Throws `DeviceError` with the reason where there is no driver or a too old one; without
/// a device the list is empty.
std::vector<CudaProperties> cuda_devices();

/// Those of one device. Throws `DeviceError` where it is not there.
CudaProperties cuda_properties(int device);

/// The device as a solve is given it; it leaves to `host` what is not for it. Throws `DeviceError` where it is not
/// there.
std::shared_ptr<const Device> make_cuda_device(int number, std::shared_ptr<const Device> host);

/// The shape of one relaxation, as far as memory goes.
struct CudaShape {
  std::int64_t m = 0, d = 0, c = 0;  ///< as in RelaxationData
  std::int64_t loss_rows = 0;        ///< m, and the antiparallel labels
  std::int64_t rank = 0;
  int memory = 0;          ///< L-BFGS pairs
  std::int64_t pairs = 0;  ///< that the list has room for
  int ranks = 1;           ///< that share it

  std::int64_t factor_rows() const { return 2 * m; }
};

/// What only tests change.
struct CudaTuning {
  std::int64_t pairs = 0;  ///< that a list which may grow begins with; 0 chooses
};

/// Batches of cells; 0 chooses, by the device.
struct CudaCellTuning {
  int warps = 0;           ///< that work at a time, each on one cell
  std::int64_t step = 0;   ///< cells of a step
  std::int64_t stack = 0;  ///< boxes that there is room for
  std::int64_t found = 0;  ///< centres that there is room for
  int steps = 16;          ///< between waits
};

CudaShape cuda_shape(const RelaxationData& data, const BackendOptions& options, const CudaTuning& tuning = {});

/// Bytes of device memory that the backend allocates for a relaxation of this shape: 120 a pair of the list, 16 m
/// memory rank, and smaller for the rest.
std::int64_t cuda_memory(const CudaShape& shape);

/// The same for what a solve is planned with: the room that the list begins with where `pairs` is 0.
std::int64_t cuda_memory(const SolveSize& size);

/// The most device memory that training takes at a time, in bytes: n (2 k + 2 d + 4 c), (2 memory + 5) (d + c) k and
/// twice (min(n, k) + c)^2 doubles, and smaller ones, with k neurons.
std::int64_t cuda_training_memory(const TrainingSize& size);

/// Bytes of device memory that are free.
std::int64_t cuda_free_memory(int device);

struct CudaCeilings {
  double bytes_per_second = 0.0;  ///< read and written by a copy within the device
  double flops_per_second = 0.0;  ///< of a product of square matrices in double precision
};

/// For benchmarks: a copy of `copy_bytes`, a product of matrices of `order`. Waits.
CudaCeilings cuda_ceilings(int device, std::int64_t copy_bytes, std::int64_t order);

/// The relaxation on device `device`, or this rank's part of it. Throws `DeviceError`, or `MemoryError` with the
/// estimate where it does not fit; where one rank does, all do.
std::unique_ptr<Backend> make_cuda_backend(const RelaxationData& data, const BackendOptions& options, int device,
                                           const CudaTuning& tuning = {});

/// Cells of branch and bound on device `device`; fewer at a time where memory is short, `MemoryError` where there is
/// none.
std::unique_ptr<CellBackend> make_cuda_cells(const Kinks& kinks, int device, const CudaCellTuning& tuning = {});

/// The training loss on device `device`. Keeps a reference to the problem.
std::unique_ptr<TrainingBackend> make_cuda_training(const TrainingProblem& problem, int memory, int device);

}  // namespace burelu
