// Branch and bound's cells on a device: a stack of boxes there, steps of cell_kernels.hpp recorded once and replayed.
#pragma once

#include "cell_kernels.hpp"
#include "cuda_backend.hpp"
#include "resources.hpp"

namespace burelu::cuda {

class CudaCells final : public CellBackend {
 public:
  CudaCells(const Kinks& kinks, const CudaCellTuning& tuning, int device);
  ~CudaCells() override { home_.leave(); }

  std::int64_t most() const override { return room_.step; }
  /// Waits twice: for the counts, and for the cells.
  void run(CellRun& cells) override;

  static std::int64_t bytes(const Kinks& kinks, const CellRoom& room);

 private:
  CellView view() const;
  void steps();
  void stage(std::size_t bytes);
  void fetch(const CellState& state, CellRun& cells);

  Home home_;
  Stream stream_;
  CellRoom room_;
  int steps_;
  std::int64_t count_;
  int dims_, outputs_;
  double slack_, metric_slack_;
  DeviceBuffer<double> x_, g_, linear_, metric_, value_, scratch_;
  DeviceBuffer<CellState> state_;
  DeviceBuffer<Box> stack_, points_, now_;
  DeviceBuffer<Centre> centres_;
  DeviceBuffer<std::int32_t> axis_;
  DeviceBuffer<Mark> marks_, places_;
  DeviceBuffer<unsigned char> temporary_;
  PinnedBuffer staging_;
  Graph graph_;
};

}  // namespace burelu::cuda
