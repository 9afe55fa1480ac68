// Launcher of the small linear systems of the output weights.
#pragma once

#include <cuda_runtime.h>

#include <cstdint>

namespace burelu::cuda {

/// V (c x r) with V (N + gamma I) = B, for `normal` = [N; B] of (r + c) x r.
struct NormalView {
  const double* normal;
  double* work;           ///< normal_work_doubles(r, c), used where they do not fit in shared memory
  double* output;         ///< V
  double* signed_output;  ///< V in rows of r + c, or null
  std::int64_t rank, outputs;
  double gamma;
  bool retry;  ///< once more with a shift of rounding size where N + gamma I is not positive definite
};

/// [N; B] and the inverse of the factor's diagonal.
inline std::int64_t normal_work_doubles(std::int64_t rank, std::int64_t outputs) { return (rank + outputs + 1) * rank; }

/// V is NaN where there is no Cholesky factor: the line search rejects it. r^3/3 + r^2 c flops by one block of threads;
/// (r + c + 1) r < 2^31.
void solve_normal_equations(cudaStream_t stream, const NormalView& view);

}  // namespace burelu::cuda
