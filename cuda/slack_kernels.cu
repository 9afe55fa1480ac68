// The mixture of a slack: a thread per entry, neighbours in a column.
#include "slack_kernels.hpp"

#include <algorithm>

#include "device.hpp"
#include "launch.hpp"

namespace burelu::cuda {
namespace {

constexpr std::int64_t kMostColumnBlocks = 32768;  // below the limit of a grid's y

// M(-diag(tied)) + gamma/2 I_u at (i, k <= i).
__device__ double interior_entry(const MixtureView& view, std::int64_t i, std::int64_t k) {
  if (k >= view.m) return i == k ? 0.5 * view.gamma : 0.0;
  if (i == k) return view.tied[k];
  return i >= view.m ? -0.5 * view.tied[k] * view.X[k * view.d + i - view.m] : 0.0;
}

__global__ void __launch_bounds__(kThreads) mix_slack_kernel(MixtureView view) {
  const std::int64_t order = view.m + view.d;
  const std::int64_t i = thread_index();
  if (i >= order) return;
  for (std::int64_t k = blockIdx.y; k < order; k += gridDim.y) {
    const std::int64_t place = k * order + i;
    double value = 0.0;
    if (i >= k) {
      value = view.form_share * view.form[place] + interior_entry(view, i, k);
      if (view.anchor_share != 0.0) value += view.anchor_share * view.anchor[place];
      if (i == k) value *= view.spare;
    }
    view.matrix[place] = value;
  }
}

}  // namespace

void mix_slack(cudaStream_t stream, const MixtureView& view) {
  const std::int64_t order = view.m + view.d;
  Grid grid = covering(order);
  grid.blocks.y = static_cast<unsigned>(std::min(order, kMostColumnBlocks));
  launch(stream, grid, mix_slack_kernel, view);
}

}  // namespace burelu::cuda
