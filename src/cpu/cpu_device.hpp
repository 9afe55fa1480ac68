// The processor as a device.
#pragma once

#include "seam/device.hpp"

namespace burelu {

class CpuDevice final : public Device {
 public:
  /// Throws `DataError` where the environment asks for an instruction set that there is not: here, not in a thread.
  CpuDevice();
  std::string name() const override { return "cpu"; }
  const Device& host() const override { return *this; }
  std::unique_ptr<Backend> relaxation(const RelaxationData& data, const BackendOptions& options) const override;
  std::unique_ptr<TrainingBackend> training(const TrainingProblem& problem,
                                            const TrainingOptions& options) const override;
  std::unique_ptr<CellBackend> cells(const Kinks& kinks) const override;
  bool trains_side_by_side() const override { return true; }
  bool shares(index_t lines) const override;
  std::int64_t free_bytes() const override;
  std::int64_t footprint(const SolveSize& size) const override;
  std::int64_t footprint(const TrainingSize& size) const override;
};

}  // namespace burelu
