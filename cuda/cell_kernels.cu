// Steps of branch and bound.
#include "cell_kernels.hpp"

#include <cub/device/device_scan.cuh>

#include "cell_test.hpp"
#include "launch.hpp"

namespace burelu::cuda {
namespace {

enum Kind { kHalved, kCentre, kPoint };

constexpr Grid kOneThread{dim3(1), 1};

__device__ Mark mark(Kind kind) { return Mark{1} << (kind * kMarkBits); }
__device__ std::int64_t count_of(Mark marks, Kind kind) {
  return static_cast<std::int64_t>(marks >> (kind * kMarkBits) & ((Mark{1} << kMarkBits) - 1));
}

__device__ void settle(CellState& s) {
  s.size += 2 * s.chosen[kHalved];
  s.centres += s.chosen[kCentre];
  s.points += s.chosen[kPoint];
  s.chosen[kHalved] = s.chosen[kCentre] = s.chosen[kPoint] = s.take = 0;
}

__global__ void settle_kernel(CellState* state) { settle(*state); }

// What the step before left is counted, and as many boxes taken as there is room for their halves and centres.
__global__ void take_kernel(CellState* state, CellRoom room) {
  CellState& s = *state;
  settle(s);
  const double best = __longlong_as_double(static_cast<long long>(s.best));
  const double relative = best * (1.0 + s.relative);
  s.threshold = s.asked > relative ? s.asked : relative;
  s.high = cell::kHigh * s.threshold / (1.0 + s.relative);
  std::int64_t take = s.size < room.step ? s.size : room.step;
  const std::int64_t rooms[] = {room.stack - s.size, room.found - s.centres, room.found - s.points};
#pragma unroll
  for (const std::int64_t here : rooms) take = here < take ? here : take;
  s.take = take;
  s.size -= take;
}

// A copy in registers would not fit.
__device__ void copy(const Box& from, Box& to) {
  BURELU_ROLLED
  for (int j = 0; j < kMostDims; ++j) {
    to.low[j] = from.low[j];
    to.high[j] = from.high[j];
  }
  to.open = from.open;
  to.bound = from.bound;
}

__device__ void write_verdict(const CellView& view, std::int64_t cell, const Box& box, const CellVerdict& verdict) {
  CellState& s = *view.state;
  const bool proven = verdict.bound <= s.threshold;
  const bool open = !proven && (verdict.bound < box.bound ? verdict.bound : box.bound) > s.threshold;
  atomicAdd(&s.cells, 1ULL);
  if (!proven) atomicMax(&s.best, static_cast<unsigned long long>(__double_as_longlong(verdict.value)));
  view.value[cell] = verdict.value;
  view.axis[cell] = verdict.axis;
  Mark marks = 0;
  if (open) marks += mark(verdict.axis >= 0 ? kHalved : kPoint);
  if (!proven && verdict.value > s.high) marks += mark(kCentre);
  view.marks[cell] = marks;
  Box& now = view.now[cell];
  copy(box, now);
  now.bound = verdict.bound < box.bound ? verdict.bound : box.bound;
  if (verdict.axis >= 0) now.open = verdict.open;
}

// A block a warp, for one box after the other.
__global__ void __launch_bounds__(kLanes, 16) test_kernel(const __grid_constant__ CellView view) {
  CellShared& shared = *shared_memory<CellShared>();
  const CellState& s = *view.state;
  const KinksView& kinks = view.kinks;
  if (lane() == 0)
    shared.at = CellScratch(view.scratch + blockIdx.x * scratch_size(kinks.count, kinks.dims, kinks.outputs), kinks);
  for (int j = lane(); j < kinks.dims; j += kLanes)
    for (int l = 0; l <= j; ++l) {
      shared.row[j * (j + 1) / 2 + l] = static_cast<unsigned char>(j);
      shared.column[j * (j + 1) / 2 + l] = static_cast<unsigned char>(l);
    }
  __syncwarp();
  for (std::int64_t cell = blockIdx.x; cell < view.room.step; cell += gridDim.x) {
    if (lane() == 0) view.marks[cell] = 0;
    __syncwarp();
    if (cell >= s.take) continue;
    const Box& box = view.stack[s.size + cell];
    if (box.bound <= s.threshold) continue;  // proven since
    CellBench bench{kinks, shared, shared.at};
    place_cell(bench, box);
    narrow_cell(bench);
    if (lane() == 0) atomicAdd(&view.state->kinks, static_cast<unsigned long long>(bench.open));
    const CellVerdict verdict = CellTrial(bench, box, s.threshold).judge();
    if (lane() == 0) write_verdict(view, cell, box, verdict);
    __syncwarp();
  }
}

// A cell's halves, centre or point go where they belong: halves onto the stack, the upper one on top.
__global__ void __launch_bounds__(kThreads) put_kernel(CellView view) {
  CellState& s = *view.state;
  const std::int64_t cell = thread_index();
  if (cell >= view.room.step) return;
  const Mark marks = view.marks[cell];
  const Mark places = view.places[cell];
  if (cell == view.room.step - 1)
    for (const Kind kind : {kHalved, kCentre, kPoint}) s.chosen[kind] = count_of(marks + places, kind);
  if (marks == 0) return;
  const Box& box = view.now[cell];
  if (count_of(marks, kHalved) > 0) {
    Box* const to = view.stack + s.size + 2 * count_of(places, kHalved);
    const int axis = view.axis[cell];
    copy(box, to[0]);
    copy(box, to[1]);
    to[0].high[axis] = to[1].low[axis] = 0.5 * (box.low[axis] + box.high[axis]);
  }
  if (count_of(marks, kPoint) > 0) copy(box, view.points[s.points + count_of(places, kPoint)]);
  if (count_of(marks, kCentre) == 0) return;
  Centre& to = view.centres[s.centres + count_of(places, kCentre)];
  to.value = view.value[cell];
  BURELU_ROLLED
  for (int j = 0; j < view.kinks.dims; ++j) to.y[j] = 0.5 * (box.low[j] + box.high[j]);
}

cudaError_t scan_marks(void* temporary, std::size_t& bytes, const Mark* marks, Mark* places, std::int64_t count,
                       cudaStream_t stream) {
  return cub::DeviceScan::ExclusiveSum(temporary, bytes, marks, places, static_cast<int>(count), stream);
}

}  // namespace

std::int64_t scratch_doubles(std::int64_t count, std::int64_t dims, std::int64_t outputs) {
  return scratch_size(count, dims, outputs);
}

std::size_t scan_bytes(std::int64_t count) {
  std::size_t bytes = 0;
  check(scan_marks(nullptr, bytes, nullptr, nullptr, count, nullptr), "cub::DeviceScan::ExclusiveSum");
  return bytes;
}

void cell_step(cudaStream_t stream, const CellView& view) {
  const std::int64_t step = view.room.step;
  launch(stream, kOneThread, take_kernel, view.state, view.room);
  launch(stream, {dim3(static_cast<unsigned>(view.room.warps)), kLanes, sizeof(CellShared)}, test_kernel, view);
  std::size_t bytes = view.temporary_bytes;
  check(scan_marks(view.temporary, bytes, view.marks, view.places, step, stream), "cub::DeviceScan::ExclusiveSum");
  launch(stream, covering(step), put_kernel, view);
}

void settle_cells(cudaStream_t stream, const CellView& view) { launch(stream, kOneThread, settle_kernel, view.state); }

}  // namespace burelu::cuda
