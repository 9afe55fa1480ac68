// Sums of the output layer, and the rule after an update of the multipliers.
#include "output_rule.hpp"

#include "reductions.hpp"
#include "seam/rules.hpp"

namespace burelu::cuda {
namespace {

struct MeasureOutput {
  double gamma;
  __device__ void operator()(State& state, const double* sums) const {
    if (!state.control.search.halted) rules::take_output(state.control, sums[0], sums[1], sums[2], gamma);
  }
};

__global__ void judge_update_kernel(State* state) { rules::judge_update(state->control); }

}  // namespace

void measure_output(cudaStream_t stream, const OutputView& output, const DescentView& view) {
  const Dots<3> products{{{output.residual, output.residual, output.residuals},
                          {output.residual, output.targets, output.residuals},
                          {output.output, output.output, output.outputs}}};
  dots(stream, products, view.partial, view.state, MeasureOutput{output.gamma});
}

void judge_update(cudaStream_t stream, const DescentView& view) {
  launch(stream, {dim3(1), 1}, judge_update_kernel, view.state);
}

}  // namespace burelu::cuda
