// Cholesky of the normal equations by one block: the right-hand sides ride along as further rows of the matrix, so that
// the forward substitution is part of the factorisation.
//
// One kernel instead of cusolverDnDpotrf and potrs: r is a few dozen, and the result must not depend on what cuSOLVER
// does while a graph is recorded. From r of a few hundred on a blocked factorisation would be faster.
#include "normal_equations.hpp"

#include "device.hpp"
#include "launch.hpp"

namespace burelu::cuda {
namespace {

constexpr std::size_t kShared = 48 * 1024;  // bytes that every device gives without asking
constexpr double kShift = 1e-13;            // of the trace

struct Team {
  int thread = static_cast<int>(threadIdx.x);
  int size = static_cast<int>(blockDim.x);
};

// matrix = [N + gamma I; B].
__device__ void load(const NormalView& view, double* matrix, double gamma, Team team) {
  const int r = static_cast<int>(view.rank);
  const int entries = (r + static_cast<int>(view.outputs)) * r;
  for (int e = team.thread; e < entries; e += team.size) matrix[e] = view.normal[e] + (e % r == e / r ? gamma : 0.0);
  __syncthreads();
}

// The lower triangle becomes the factor L but for its diagonal, whose inverse goes to `inverse` (NaN where a pivot is
// not positive); the further rows become B L'^-1. The diagonal stays as it is: others read it in the same step.
__device__ void factorise(double* matrix, int rows, int r, double* inverse, Team team) {
  for (int k = 0; k < r; ++k) {
    const double pivot = matrix[k * r + k];
    const double scale = pivot > 0.0 ? 1.0 / sqrt(pivot) : NAN;
    for (int i = k + 1 + team.thread; i < rows; i += team.size) matrix[i * r + k] *= scale;
    if (team.thread == 0) inverse[k] = scale;
    __syncthreads();
    const int width = r - k - 1;
    for (int e = team.thread; e < (rows - k - 1) * width; e += team.size) {
      const int i = k + 1 + e / width;
      const int j = k + 1 + e % width;
      if (j <= i) matrix[i * r + j] -= matrix[i * r + k] * matrix[j * r + k];
    }
    __syncthreads();
  }
}

// y_i -= L_ki v_k for i < k, from the last unknown to the first.
__device__ void substitute_back(const NormalView& view, double* matrix, const double* inverse, Team team) {
  const int r = static_cast<int>(view.rank);
  const int c = static_cast<int>(view.outputs);
  for (int k = r - 1; k >= 0; --k) {
    for (int e = team.thread; e < c * (k + 1); e += team.size) {
      const int row = e / (k + 1);
      const int i = e % (k + 1);
      const double v = matrix[(r + row) * r + k] * inverse[k];
      if (i < k) {
        matrix[(r + row) * r + i] -= matrix[k * r + i] * v;
        continue;
      }
      view.output[row * r + k] = v;
      if (view.signed_output != nullptr) view.signed_output[row * (r + c) + k] = v;
    }
    __syncthreads();
  }
}

__global__ void __launch_bounds__(512) normal_equations_kernel(NormalView view, bool in_shared) {
  const Team team;
  const int r = static_cast<int>(view.rank);
  const int rows = r + static_cast<int>(view.outputs);
  double* inverse = shared_memory<double>();
  double* matrix = in_shared ? inverse + r : view.work;
  load(view, matrix, view.gamma, team);
  factorise(matrix, rows, r, inverse, team);
  if (view.retry && !(inverse[r - 1] > 0.0)) {  // NaN once, NaN to the end: the same for all threads
    double trace = 0.0;
    for (int k = 0; k < r; ++k) trace += view.normal[k * r + k];
    __syncthreads();
    load(view, matrix, view.gamma + kShift * trace, team);
    factorise(matrix, rows, r, inverse, team);
  }
  substitute_back(view, matrix, inverse, team);
}

}  // namespace

void solve_normal_equations(cudaStream_t stream, const NormalView& view) {
  const auto r = static_cast<std::size_t>(view.rank);
  const std::size_t whole = (r + (r + static_cast<std::size_t>(view.outputs)) * r) * sizeof(double);
  const bool in_shared = whole <= kShared;
  const unsigned threads = r <= 16 ? 64 : (r <= 40 ? 128 : 512);
  launch(stream, {dim3(1), threads, in_shared ? whole : r * sizeof(double)}, normal_equations_kernel, view, in_shared);
}

}  // namespace burelu::cuda
