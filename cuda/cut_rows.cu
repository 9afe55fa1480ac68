// Kernels of the rows of cuts: a thread per entry, so that threads of a row read neighbours. Each of L's entries reads
// a row of r doubles: 8 r (terms + lines) bytes.
#include "cut_rows.hpp"

#include "device.hpp"
#include "launch.hpp"

namespace burelu::cuda {
namespace {

__device__ double sparse_dot(const SparseView& matrix, std::int64_t line, const double* column, std::int64_t stride) {
  double sum = 0.0;
  for (std::int64_t p = matrix.offset[line]; p < matrix.offset[line + 1]; ++p)
    sum += matrix.value[p] * column[matrix.index[p] * stride];
  return sum;
}

__global__ void __launch_bounds__(kThreads)
    combine_cuts_kernel(SparseView rows, std::int64_t base, std::int64_t r, double* factor) {
  const std::int64_t t = thread_index() / r;
  const std::int64_t l = thread_index() % r;
  if (t < rows.lines) factor[(base + t) * r + l] = sparse_dot(rows, t, factor + l, r);
}

__global__ void __launch_bounds__(kThreads)
    fold_cuts_kernel(SparseView columns, std::int64_t base, std::int64_t r, double* gradient) {
  const std::int64_t j = thread_index() / r;
  const std::int64_t l = thread_index() % r;
  if (j < columns.lines) gradient[j * r + l] += sparse_dot(columns, j, gradient + base * r + l, r);
}

}  // namespace

void combine_cuts(cudaStream_t stream, const SparseView& rows, std::int64_t base, std::int64_t rank, double* factor) {
  launch(stream, covering(rows.lines * rank), combine_cuts_kernel, rows, base, rank, factor);
}

void fold_cuts(cudaStream_t stream, const SparseView& columns, std::int64_t base, std::int64_t rank, double* gradient) {
  launch(stream, covering(columns.lines * rank), fold_cuts_kernel, columns, base, rank, gradient);
}

}  // namespace burelu::cuda
