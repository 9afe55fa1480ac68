// Devices that a test gives to what it tests: the processor, and one whose makers the test replaces.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "driver/devices.hpp"

namespace burelu::test {

inline const Device& processor() {
  static const std::shared_ptr<const Device> device = cpu_device();
  return *device;
}

/// What a test leaves empty is done by `base`.
class StandIn : public Device {
 public:
  explicit StandIn(std::shared_ptr<const Device> base = cpu_device()) : base_(std::move(base)) {}

  std::function<std::unique_ptr<Backend>(const RelaxationData&, const BackendOptions&)> make_relaxation;
  std::function<std::unique_ptr<CellBackend>(const Kinks&)> make_cells;
  std::function<std::unique_ptr<TrainingBackend>(const TrainingProblem&, const TrainingOptions&)> make_training;

  std::string name() const override { return base_->name(); }
  const Device& host() const override { return base_->is_host() ? *this : base_->host(); }
  std::unique_ptr<Backend> relaxation(const RelaxationData& data, const BackendOptions& options) const override {
    return make_relaxation ? make_relaxation(data, options) : base_->relaxation(data, options);
  }
  std::unique_ptr<TrainingBackend> training(const TrainingProblem& problem,
                                            const TrainingOptions& options) const override {
    return make_training ? make_training(problem, options) : base_->training(problem, options);
  }
  std::unique_ptr<CellBackend> cells(const Kinks& kinks) const override {
    return make_cells ? make_cells(kinks) : base_->cells(kinks);
  }
  bool trains_side_by_side() const override { return base_->trains_side_by_side(); }
  bool shares(index_t lines) const override { return base_->shares(lines); }
  std::int64_t free_bytes() const override { return base_->free_bytes(); }
  std::int64_t footprint(const SolveSize& size) const override { return base_->footprint(size); }
  std::int64_t footprint(const TrainingSize& size) const override { return base_->footprint(size); }

 private:
  std::shared_ptr<const Device> base_;
};

}  // namespace burelu::test
