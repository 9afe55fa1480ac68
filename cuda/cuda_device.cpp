// A CUDA device as the object that a solve is given.
#include <utility>

#include "burelu/errors.hpp"
#include "cuda_backend.hpp"
#include "row_share.hpp"

namespace burelu {
namespace cuda {
namespace {

class CudaDevice final : public Device {
 public:
  CudaDevice(int number, const CudaProperties& properties, std::shared_ptr<const Device> host)
      : number_(number),
        name_("cuda:" + std::to_string(number) + " (" + properties.name + ")"),
        host_(std::move(host)) {}

  std::string name() const override { return name_; }
  const Device& host() const override { return *host_; }
  std::unique_ptr<Backend> relaxation(const RelaxationData& data, const BackendOptions& options) const override {
    return make_cuda_backend(data, options, number_);
  }
  std::unique_ptr<TrainingBackend> training(const TrainingProblem& problem,
                                            const TrainingOptions& options) const override {
    return make_cuda_training(problem, options.memory, number_);
  }
  std::unique_ptr<CellBackend> cells(const Kinks& kinks) const override { return make_cuda_cells(kinks, number_); }
  bool trains_side_by_side() const override { return false; }
  bool shares(index_t lines) const override { return lines >= 2 * kTileRows; }

  std::int64_t free_bytes() const override { return cuda_free_memory(number_); }
  std::int64_t footprint(const SolveSize& size) const override { return cuda_memory(size); }
  std::int64_t footprint(const TrainingSize& size) const override { return cuda_training_memory(size); }

 private:
  int number_;
  std::string name_;
  std::shared_ptr<const Device> host_;
};

}  // namespace
}  // namespace cuda

std::shared_ptr<const Device> make_cuda_device(int number, std::shared_ptr<const Device> host) {
  return std::make_shared<cuda::CudaDevice>(number, cuda_properties(number), std::move(host));
}

}  // namespace burelu
