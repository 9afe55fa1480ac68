#include "cells.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "linalg/memory.hpp"

namespace burelu {
namespace cuda {
namespace {

constexpr std::int64_t kPerWarp = 4;  // boxes of a step: warps that are done early find another
constexpr std::int64_t kStackSteps = 16;
constexpr std::int64_t kFoundSteps = 2;

template <class T>
DeviceBuffer<T> on_device(const std::vector<T>& from, const Stream& stream) {
  DeviceBuffer<T> out(static_cast<std::int64_t>(from.size()), stream);
  out.write(stream, from.data(), out.size());
  return out;
}

}  // namespace

CudaCells::CudaCells(const Kinks& kinks, const CudaCellTuning& tuning, int device)
    : home_(device),
      room_{tuning.step, tuning.stack, tuning.found, tuning.warps},
      steps_(tuning.steps),
      count_(kinks.count),
      dims_(static_cast<int>(kinks.dims)),
      outputs_(static_cast<int>(kinks.outputs)),
      slack_(kinks.slack),
      metric_slack_(kinks.metric_slack),
      x_(on_device(kinks.x, stream_)),
      g_(on_device(kinks.g, stream_)),
      linear_(on_device(kinks.linear, stream_)),
      metric_(on_device(kinks.metric, stream_)),
      value_(room_.step, stream_),
      scratch_(room_.warps * scratch_doubles(count_, dims_, outputs_), stream_),
      state_(1, stream_),
      stack_(room_.stack, stream_),
      points_(room_.found, stream_),
      now_(room_.step, stream_),
      centres_(room_.found, stream_),
      axis_(room_.step, stream_),
      marks_(room_.step, stream_),
      places_(room_.step, stream_),
      temporary_(static_cast<std::int64_t>(scan_bytes(room_.step)), stream_) {}

std::int64_t CudaCells::bytes(const Kinks& kinks, const CellRoom& room) {
  const auto size = [](std::size_t bytes) { return static_cast<std::int64_t>(bytes); };
  const std::int64_t step = size(sizeof(Box) + sizeof(double) + 2 * sizeof(Mark) + sizeof(std::int32_t));
  const std::int64_t data = (kinks.count + kinks.dims) * (kinks.dims + kinks.outputs);
  return room.step * step + room.stack * size(sizeof(Box)) + room.found * size(sizeof(Box) + sizeof(Centre)) +
         8 * (room.warps * scratch_doubles(kinks.count, kinks.dims, kinks.outputs) + data) + size(sizeof(CellState)) +
         size(scan_bytes(room.step));
}

CellView CudaCells::view() const {
  return {{count_, dims_, outputs_, x_.data(), g_.data(), linear_.data(), metric_.data(), slack_, metric_slack_},
          room_,
          state_.data(),
          stack_.data(),
          points_.data(),
          centres_.data(),
          now_.data(),
          value_.data(),
          axis_.data(),
          marks_.data(),
          places_.data(),
          scratch_.data(),
          temporary_.data(),
          temporary_.bytes()};
}

// The first step runs by itself, which loads every kernel before anything is recorded.
void CudaCells::steps() {
  int left = steps_;
  if (!graph_) {
    cell_step(stream_, view());
    --left;
    if (left > 0) graph_ = Graph(stream_, [this] { cell_step(stream_, view()); });
  }
  for (; left > 0; --left) graph_.launch(stream_);
  settle_cells(stream_, view());
}

// By way of page-locked memory, so that nothing else waits; the state first, then boxes.
void CudaCells::run(CellRun& cells) {
  const DeviceScope scope(home_.device());
  CellState state{};
  state.asked = cells.threshold;
  state.relative = cells.relative;
  state.best = std::bit_cast<std::uint64_t>(std::max(cells.best, 0.0));
  state.size = static_cast<std::int64_t>(cells.open.size());
  stage(sizeof(state) + cells.open.size() * sizeof(Box));
  std::memcpy(staging_.data(), cells.open.data(), cells.open.size() * sizeof(Box));
  state_.write(stream_, &state, 1);
  stack_.write_in_place(reinterpret_cast<const Box*>(staging_.data()), state.size);
  steps();
  char* last = staging_.data() + cells.open.size() * sizeof(Box);
  check(cudaMemcpyAsync(last, state_.data(), sizeof(state), cudaMemcpyDeviceToHost, stream_), "cudaMemcpyAsync");
  stream_.wait();
  std::memcpy(&state, last, sizeof(state));
  cells.best = std::bit_cast<double>(static_cast<std::uint64_t>(state.best));
  cells.cells = static_cast<std::int64_t>(state.cells);
  cells.kinks = static_cast<std::int64_t>(state.kinks);
  fetch(state, cells);
}

void CudaCells::stage(std::size_t bytes) {
  if (staging_.size() < bytes) staging_ = PinnedBuffer(bytes);
}

void CudaCells::fetch(const CellState& state, CellRun& cells) {
  const auto boxes = static_cast<std::size_t>(state.size);
  const auto points = static_cast<std::size_t>(state.points);
  const auto centres = static_cast<std::size_t>(state.centres);
  stage((boxes + points) * sizeof(Box) + centres * sizeof(Centre));
  char* at = staging_.data();
  const auto copy = [&](const void* from, std::size_t bytes) {
    if (bytes > 0) check(cudaMemcpyAsync(at, from, bytes, cudaMemcpyDeviceToHost, stream_), "cudaMemcpyAsync");
    at += bytes;
  };
  copy(stack_.data(), boxes * sizeof(Box));
  copy(points_.data(), points * sizeof(Box));
  copy(centres_.data(), centres * sizeof(Centre));
  stream_.wait();
  const auto* box = reinterpret_cast<const Box*>(staging_.data());
  cells.open.assign(box, box + boxes);
  cells.points.assign(box + boxes, box + boxes + points);
  const auto* centre = reinterpret_cast<const Centre*>(box + boxes + points);
  cells.centres.assign(centre, centre + centres);
}

}  // namespace cuda

namespace {

// As many warps as the device runs at a time, fewer where memory ends: a warp has arrays of all kinks.
CudaCellTuning fitted(const Kinks& kinks, CudaCellTuning tuning, int device) {
  constexpr int kResident = 16;  // on a multiprocessor: 128 registers a lane, 9 KB of shared memory each
  const int multiprocessors = cuda_properties(device).multiprocessors;  // throws where there is no such device
  if (tuning.warps <= 0) tuning.warps = kResident * multiprocessors;
  const bool given = tuning.step > 0;
  const std::int64_t free = cuda_free_memory(device);
  for (;; tuning.warps /= 2) {
    if (!given) tuning.step = std::min(cuda::kPerWarp * tuning.warps, cuda::kMostStep);
    if (!given || tuning.stack <= 0) tuning.stack = cuda::kStackSteps * tuning.step;
    if (!given || tuning.found <= 0) tuning.found = cuda::kFoundSteps * tuning.step;
    tuning.stack = std::max(tuning.stack, tuning.step + 1);  // halving one box takes a place
    const std::int64_t bytes = cuda::CudaCells::bytes(kinks, {tuning.step, tuning.stack, tuning.found, tuning.warps});
    if (bytes <= free) return tuning;
    if (tuning.warps > 1) continue;
    throw MemoryError("branch and bound needs " + readable_bytes(bytes) + " of device memory, and " +
                      readable_bytes(free) + " are free");
  }
}

}  // namespace

std::unique_ptr<CellBackend> make_cuda_cells(const Kinks& kinks, int device, const CudaCellTuning& tuning) {
  const CudaCellTuning chosen = fitted(kinks, tuning, device);
  const cuda::DeviceScope scope(device);
  return std::make_unique<cuda::CudaCells>(kinks, chosen, device);
}

}  // namespace burelu
