#include "cpu/cpu_device.hpp"

#include "burelu/errors.hpp"
#include "cpu/cpu_backend.hpp"
#include "cpu/cpu_training.hpp"
#include "cpu/footprint.hpp"
#include "cpu/isa/kernels.hpp"
#include "linalg/memory.hpp"

namespace burelu {
namespace {

constexpr double kSmallProblem = 3e4;  // pairs of samples below which one thread is faster

int useful_threads(const RelaxationData& data, int threads) {
  return static_cast<double>(data.m) * static_cast<double>(data.m) < kSmallProblem ? 1 : threads;
}

}  // namespace

CpuDevice::CpuDevice() { isa::kernels(); }

std::unique_ptr<Backend> CpuDevice::relaxation(const RelaxationData& data, const BackendOptions& options) const {
  return std::make_unique<CpuBackend>(data, options.memory, useful_threads(data, options.threads), options.sigma,
                                      options.pairs, options.ranks != nullptr ? *options.ranks : Ranks::solo());
}

std::unique_ptr<TrainingBackend> CpuDevice::training(const TrainingProblem& problem,
                                                     const TrainingOptions& options) const {
  return std::make_unique<CpuTraining>(problem, options.memory, options.threads);
}

std::unique_ptr<CellBackend> CpuDevice::cells(const Kinks&) const {
  throw DeviceError("the processor takes cells one after the other, not in batches");
}

bool CpuDevice::shares(index_t lines) const { return LineShare::worth_sharing(lines); }

std::int64_t CpuDevice::free_bytes() const { return available_bytes(); }
std::int64_t CpuDevice::footprint(const SolveSize& size) const { return cpu_backend_bytes(size); }
std::int64_t CpuDevice::footprint(const TrainingSize& size) const { return cpu_training_bytes(size); }

}  // namespace burelu
