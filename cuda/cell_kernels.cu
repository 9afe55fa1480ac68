// Steps of branch and bound.
#include "cell_kernels.hpp"

#include <cub/device/device_select.cuh>

#include "cell_test.hpp"
#include "launch.hpp"

namespace burelu::cuda {
namespace {

enum Kind { kHalved, kCentre, kPoint, kKinds };

constexpr Grid kOneThread{dim3(1), 1};

__global__ void __launch_bounds__(kThreads) number_kernel(std::int32_t* numbers, std::int64_t count) {
  const std::int64_t i = thread_index();
  if (i < count) numbers[i] = static_cast<std::int32_t>(i);
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

__device__ void write_verdict(const CellView& view, std::int64_t cell, const Box& box, const CellVerdict& verdict) {
  CellState& s = *view.state;
  const bool proven = verdict.bound <= s.threshold;
  const bool open = !proven && (verdict.bound < box.bound ? verdict.bound : box.bound) > s.threshold;
  const std::int64_t step = view.room.step;
  atomicAdd(&s.cells, 1ULL);
  if (!proven) atomicMax(&s.best, static_cast<unsigned long long>(__double_as_longlong(verdict.value)));
  view.value[cell] = verdict.value;
  view.axis[cell] = verdict.axis;
  view.flags[kHalved * step + cell] = open && verdict.axis >= 0 ? 1 : 0;
  view.flags[kCentre * step + cell] = !proven && verdict.value > s.high ? 1 : 0;
  view.flags[kPoint * step + cell] = open && verdict.axis < 0 ? 1 : 0;
  Box& now = view.now[cell];
  now = box;
  now.bound = verdict.bound < box.bound ? verdict.bound : box.bound;
  if (verdict.axis >= 0) now.open = verdict.open;
}

// A block a warp, for one box after the other.
__global__ void __launch_bounds__(kLanes, 20) test_kernel(const __grid_constant__ CellView view) {
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
    if (lane() < kKinds) view.flags[lane() * view.room.step + cell] = 0;
    __syncwarp();
    if (cell >= s.take) continue;
    const Box& box = view.stack[s.size + cell];
    if (box.bound <= s.threshold) continue;  // proven since
    CellBench bench{kinks, shared, shared.at};
    place_cell(bench, box);
    narrow_cell(bench);
    const CellVerdict verdict = CellTrial(bench, box, s.threshold).judge();
    if (lane() == 0) write_verdict(view, cell, box, verdict);
    __syncwarp();
  }
}

// What was chosen goes where it belongs: halves onto the stack, the upper one on top.
__global__ void __launch_bounds__(kThreads) put_kernel(CellView view) {
  const CellState& s = *view.state;
  const std::int64_t step = view.room.step;
  const std::int64_t i = thread_index();
  if (i < s.chosen[kHalved]) {
    const std::int32_t cell = view.lists[kHalved * step + i];
    Box* to = view.stack + s.size + 2 * i;
    to[0] = view.now[cell];
    halve(to[0], to[1], view.axis[cell]);
  }
  if (i < s.chosen[kCentre]) {
    const std::int32_t cell = view.lists[kCentre * step + i];
    Centre& to = view.centres[s.centres + i];
    const Box& box = view.now[cell];
    for (int j = 0; j < view.kinks.dims; ++j) to.y[j] = 0.5 * (box.low[j] + box.high[j]);
    to.value = view.value[cell];
  }
  if (i < s.chosen[kPoint]) view.points[s.points + i] = view.now[view.lists[kPoint * step + i]];
}

cudaError_t choose(void* temporary, std::size_t& bytes, const std::int32_t* numbers, const unsigned char* flags,
                   std::int32_t* list, std::int64_t* chosen, std::int64_t count, cudaStream_t stream) {
  return cub::DeviceSelect::Flagged(temporary, bytes, numbers, flags, list, chosen, count, stream);
}

}  // namespace

std::int64_t scratch_doubles(std::int64_t count, std::int64_t dims, std::int64_t outputs) {
  return scratch_size(count, dims, outputs);
}

std::size_t selection_bytes(std::int64_t count) {
  std::size_t bytes = 0;
  check(choose(nullptr, bytes, nullptr, nullptr, nullptr, nullptr, count, nullptr), "cub::DeviceSelect::Flagged");
  return bytes;
}

void number_cells(cudaStream_t stream, const CellView& view) {
  launch(stream, covering(view.room.step), number_kernel, view.numbers, view.room.step);
}

void cell_step(cudaStream_t stream, const CellView& view) {
  const std::int64_t step = view.room.step;
  launch(stream, kOneThread, take_kernel, view.state, view.room);
  launch(stream, {dim3(static_cast<unsigned>(view.room.warps)), kLanes, sizeof(CellShared)}, test_kernel, view);
  for (int kind = 0; kind < kKinds; ++kind) {
    std::size_t bytes = view.temporary_bytes;
    check(choose(view.temporary, bytes, view.numbers, view.flags + kind * step, view.lists + kind * step,
                 view.state->chosen + kind, step, stream),
          "cub::DeviceSelect::Flagged");
  }
  launch(stream, covering(step), put_kernel, view);
}

void settle_cells(cudaStream_t stream, const CellView& view) { launch(stream, kOneThread, settle_kernel, view.state); }

}  // namespace burelu::cuda
