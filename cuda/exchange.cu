// Kernels between the places of rows and sums and the stretches in which they are exchanged: a thread a number.
#include "exchange.hpp"

#include "device.hpp"
#include "launch.hpp"

namespace burelu::cuda {
namespace {

template <bool kIn>
__global__ void __launch_bounds__(kThreads) rows_kernel(ExchangeView view) {
  const std::int64_t i = thread_index();
  const std::int64_t row = i / view.rank;
  if (row >= view.rows || view.share.has(row) != kIn) return;
  const std::int64_t at =
      view.rows_at[view.share.owner(row)] + view.share.place(row) * view.rank + (i - row * view.rank);
  if constexpr (kIn)
    view.packed[at] = view.gradient[i];
  else
    view.gradient[i] = view.packed[at];
}

template <bool kIn>
__global__ void __launch_bounds__(kThreads) sums_kernel(ExchangeView view, int blocks) {
  const auto i = static_cast<int>(thread_index());
  const int block = i / view.kinds;
  const int kind = i % view.kinds;
  if (block >= blocks || view.share.has_block(block) != kIn) return;
  const std::int64_t at =
      view.sums_at[view.share.block_owner(block)] + std::int64_t{view.share.block_place(block)} * view.kinds + kind;
  double& sum = view.partial[kind * kPassBlocks + block];
  if constexpr (kIn)
    view.packed[at] = sum;
  else
    sum = view.packed[at];
}

__global__ void words_kernel(const State* state, double* words) {
  const Control& c = state->control;
  const double all[kWords] = {c.value.loss,
                              c.value.decay,
                              c.value.slope,
                              c.value.gradient,
                              c.value.accepted,
                              c.search.step,
                              c.search.slope,
                              c.dual.sigma,
                              static_cast<double>(c.count.evaluations),
                              static_cast<double>(c.lists.pairs),
                              static_cast<double>(c.memory.count),
                              static_cast<double>(c.search.halted)};
#pragma unroll
  for (int k = 0; k < kWords; ++k) words[k] = all[k];
}

template <bool kIn>
void move(cudaStream_t stream, const ExchangeView& view) {
  const int blocks = pass_blocks(view.rows);
  launch(stream, covering(view.rows * view.rank), rows_kernel<kIn>, view);
  launch(stream, covering(std::int64_t{blocks} * view.kinds), sums_kernel<kIn>, view, blocks);
}

}  // namespace

void pack(cudaStream_t stream, const ExchangeView& view) {
  move<true>(stream, view);
  launch(stream, {dim3(1), 1}, words_kernel, view.state, view.words);
}

void unpack(cudaStream_t stream, const ExchangeView& view) { move<false>(stream, view); }

}  // namespace burelu::cuda
