// The CUDA backend on the host double: what cuda/cuda_backend.hpp declares, under the names of rename.hpp.
#pragma once

#include "cuda_backend.hpp"

namespace burelu {

std::vector<CudaProperties> cuda_on_host_devices();
CudaShape cuda_on_host_shape(const RelaxationData& data, const BackendOptions& options, const CudaTuning& tuning = {});
std::int64_t cuda_on_host_memory(const CudaShape& shape);
std::int64_t cuda_on_host_memory(const SolveSize& size);
std::int64_t cuda_on_host_training_memory(const TrainingSize& size);
std::int64_t cuda_on_host_free_memory(int device);
CudaProperties cuda_on_host_properties(int device);
std::shared_ptr<const Device> make_cuda_on_host_device(int number, std::shared_ptr<const Device> host);
std::unique_ptr<Backend> make_cuda_on_host_backend(const RelaxationData& data, const BackendOptions& options,
                                                   int device, const CudaTuning& tuning = {});
std::unique_ptr<CellBackend> make_cuda_on_host_cells(const Kinks& kinks, int device, const CudaCellTuning& tuning = {});
std::unique_ptr<TrainingBackend> make_cuda_on_host_training(const TrainingProblem& problem, int memory, int device);

}  // namespace burelu
