// Devices, memory estimates, and the makers of the backends.
#include <algorithm>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "cuda_backend.hpp"
#include "linalg/memory.hpp"
#include "ranks/ranks.hpp"
#include "relaxation.hpp"
#include "training.hpp"

namespace burelu {
namespace {

constexpr std::int64_t kLikelyRank = 32;  // for the refusal before a rank is known

std::string version(int number) { return std::to_string(number / 1000) + "." + std::to_string(number % 1000 / 10); }

int device_count() {
  int count = 0;
  int driver = 0;
  const cudaError_t status = cudaGetDeviceCount(&count);
  if (status == cudaSuccess) return count;
  static_cast<void>(cudaGetLastError());
  if (status == cudaErrorNoDevice) return 0;
  static_cast<void>(cudaDriverGetVersion(&driver));
  if (driver == 0) throw DeviceError("no CUDA driver is installed; use --device cpu");
  if (status == cudaErrorInsufficientDriver)
    throw DeviceError("the CUDA driver is too old: it supports CUDA " + version(driver) + ", this build needs " +
                      version(CUDART_VERSION) + "; update it or use --device cpu");
  cuda::check(status, "cudaGetDeviceCount");
  return 0;
}

void require_device(int device) {
  const int count = device_count();
  if (count == 0) throw DeviceError("no CUDA device was found; use --device cpu");
  if (device >= count)
    throw DeviceError("CUDA device " + std::to_string(device) + " was asked for, but there " +
                      (count == 1 ? "is only device 0" : "are only devices 0 to " + std::to_string(count - 1)));
}

void require_device_memory(std::int64_t bytes, int device) {
  const std::int64_t free = cuda_free_memory(device);
  if (bytes <= free) return;
  throw MemoryError("the problem needs " + readable_bytes(bytes) + " of device memory, and " + readable_bytes(free) +
                    " are free; use fewer samples or --device cpu");
}

// Where the memory ends a list that may grow begins shorter, down to what a solve gets somewhere with.
CudaShape fitted(CudaShape shape, std::int64_t free) {
  constexpr std::int64_t kLeastPerRow = 20;
  const std::int64_t missing = cuda_memory(shape) - free;
  if (missing <= 0) return shape;
  CudaShape shorter = shape;
  shorter.pairs = std::min(shape.pairs, kLeastPerRow * shape.factor_rows());
  const double each = static_cast<double>(cuda_memory(shape) - cuda_memory(shorter)) /
                      static_cast<double>(std::max<std::int64_t>(shape.pairs - shorter.pairs, 1));
  if (!(each > 0.0)) return shape;
  shape.pairs =
      std::max(shape.pairs - static_cast<std::int64_t>(static_cast<double>(missing) / each) - 1, shorter.pairs);
  return shape;
}

CudaShape planned(const RelaxationData& data, const BackendOptions& options, int device, const CudaTuning& tuning) {
  require_device(device);
  const cuda::DeviceScope scope(device);
  CudaShape shape = cuda_shape(data, options, tuning);
  if (options.pairs == 0) shape = fitted(shape, cuda_free_memory(device));
  require_device_memory(cuda_memory(shape), device);
  return shape;
}

// What has to be the same for two devices to compute the same bits: those of cuBLAS are, by its manual, where
// architecture, number of multiprocessors and version are.
std::string kind_of(int device) {
  const CudaProperties properties = cuda_properties(device);
  return properties.name + " with " + std::to_string(properties.multiprocessors) + " multiprocessors, cuBLAS " +
         std::to_string(cuda::Blas::version());
}

struct Agreement {
  CudaShape shape;
  std::unique_ptr<cuda::NcclWay> way;
};

// The plan of all ranks, from that of each: the list begins with what all have room for beside NCCL. A rank that has no
// device or no room takes part, and all throw.
Agreement agreed(Ranks& ranks, int device, const std::function<CudaShape()>& plan) {
  Agreement out;
  std::exception_ptr thrown;
  std::string kind;
  const auto attempt = [&thrown](const auto& work) {
    try {
      if (!thrown) work();
    } catch (...) {
      thrown = std::current_exception();
    }
  };
  std::optional<cuda::DeviceScope> scope;
  attempt([&] {
    kind = kind_of(device);
    scope.emplace(device);
  });
  out.way = cuda::NcclWay::join(ranks, !thrown);
  attempt([&] { out.shape = plan(); });
  if (thrown) kind.clear();
  const auto size = static_cast<std::size_t>(ranks.size());
  const std::vector<std::string> kinds = ranks.swap(std::vector<std::string>(size, kind));
  out.shape.pairs = cuda::least(ranks, out.shape.pairs);
  if (thrown) std::rethrow_exception(thrown);
  for (std::size_t k = 0; k < size; ++k) {
    if (kinds[k].empty()) throw MemoryError("rank " + std::to_string(k) + " has no room for its part of the problem");
    if (kinds[k] != kinds[0])
      throw UnlikeDevices("rank " + std::to_string(k) + " has " + kinds[k] + ", rank 0 has " + kinds[0]);
  }
  return out;
}

}  // namespace

CudaProperties cuda_properties(int device) {
  require_device(device);
  int driver = 0;
  cudaDeviceProp properties{};
  cuda::check(cudaDriverGetVersion(&driver), "cudaDriverGetVersion");
  cuda::check(cudaGetDeviceProperties(&properties, device), "cudaGetDeviceProperties");
  return {properties.name, static_cast<std::int64_t>(properties.totalGlobalMem), properties.multiProcessorCount,
          driver};
}

std::vector<CudaProperties> cuda_devices() {
  std::vector<CudaProperties> devices;
  const int count = device_count();
  for (int k = 0; k < count; ++k) devices.push_back(cuda_properties(k));
  return devices;
}

CudaShape cuda_shape(const RelaxationData& data, const BackendOptions& options, const CudaTuning& tuning) {
  return {data.m,
          data.d,
          data.c,
          data.loss_rows(),
          options.rank > 0 ? options.rank : kLikelyRank,
          options.memory,
          cuda::first_capacity(data.factor_rows(), options.pairs > 0 ? options.pairs : tuning.pairs),
          options.ranks != nullptr ? options.ranks->size() : 1};
}

std::int64_t cuda_memory(const CudaShape& shape) {
  return 8 * (cuda::CudaRelaxation::fixed_doubles(shape) + cuda::CudaRelaxation::rank_doubles(shape));
}

std::int64_t cuda_memory(const SolveSize& size) {
  return cuda_memory(CudaShape{size.rows, size.features, size.outputs, size.loss_rows, size.rank, size.memory,
                               cuda::first_capacity(2 * size.rows, size.pairs)});
}

std::int64_t cuda_training_memory(const TrainingSize& size) { return 8 * cuda::CudaTraining::most_doubles(size); }

std::int64_t cuda_free_memory(int device) {
  const cuda::DeviceScope scope(device);
  std::size_t free = 0;
  std::size_t total = 0;
  cuda::check(cudaMemGetInfo(&free, &total), "cudaMemGetInfo");
  return static_cast<std::int64_t>(free);
}

std::unique_ptr<Backend> make_cuda_backend(const RelaxationData& data, const BackendOptions& options, int device,
                                           const CudaTuning& tuning) {
  const auto plan = [&] { return planned(data, options, device, tuning); };
  const bool alone = options.ranks == nullptr || options.ranks->size() == 1;
  Agreement made = alone ? Agreement{plan(), {}} : agreed(*options.ranks, device, plan);
  const cuda::DeviceScope scope(device);
  return std::make_unique<cuda::CudaRelaxation>(data, options, device, CudaTuning{made.shape.pairs},
                                                std::move(made.way));
}

std::unique_ptr<TrainingBackend> make_cuda_training(const TrainingProblem& problem, int memory, int device) {
  require_device(device);
  const cuda::DeviceScope scope(device);
  return std::make_unique<cuda::CudaTraining>(problem, memory, device);
}

}  // namespace burelu
