// cuSOLVER of the host double, by LAPACK. A workspace must have the size that was asked for, and loses what it held.
#include "cusolverDn.h"

#include <lapacke.h>

#include <algorithm>
#include <cstring>
#include <vector>

struct DoubleSolver {
  cudaStream_t stream = nullptr;
};

namespace {

struct Sizes {
  std::size_t device, host;
};
Sizes cholesky_sizes(std::int64_t n) { return {static_cast<std::size_t>(64 * n + 8), 24}; }
Sizes eigen_sizes(std::int64_t n) { return {static_cast<std::size_t>(8 * n * n + 8), 40}; }

struct Work {
  void* device;
  std::size_t device_bytes;
  void* host;
  std::size_t host_bytes;

  bool holds(Sizes needed) const {
    return device != nullptr && device_bytes >= needed.device && host != nullptr && host_bytes >= needed.host;
  }
  void use(Sizes needed) const {
    std::memset(device, 0xff, needed.device);
    std::memset(host, 0xff, needed.host);
  }
};

bool sane(const DoubleSolver* handle, cublasFillMode_t uplo, std::int64_t n, const void* A, std::int64_t lda) {
  return handle->stream != nullptr && uplo == CUBLAS_FILL_MODE_LOWER && n > 0 && A != nullptr && lda >= n;
}

// Eigenvalues in (below, above]; vectors over the first columns.
int eigen(lapack_int n, double* A, lapack_int lda, double below, double above, double* values, std::int64_t* count) {
  lapack_int found = 0;
  std::vector<double> vectors(static_cast<std::size_t>(n) * static_cast<std::size_t>(n));
  std::vector<double> all(static_cast<std::size_t>(n));
  std::vector<lapack_int> support(2 * static_cast<std::size_t>(n));
  const lapack_int info = LAPACKE_dsyevr(LAPACK_COL_MAJOR, 'V', 'V', 'L', n, A, lda, below, above, 0, 0, 0.0, &found,
                                         all.data(), vectors.data(), n, support.data());
  std::copy_n(all.begin(), found, values);
  for (lapack_int k = 0; k < found; ++k)
    std::copy_n(vectors.begin() + static_cast<std::ptrdiff_t>(k) * n, n, A + static_cast<std::ptrdiff_t>(k) * lda);
  *count = found;
  return info;
}

}  // namespace

cusolverStatus_t cusolverDnCreate(cusolverDnHandle_t* handle) {
  *handle = new DoubleSolver;  // NOLINT: released in cusolverDnDestroy
  return CUSOLVER_STATUS_SUCCESS;
}
cusolverStatus_t cusolverDnDestroy(cusolverDnHandle_t handle) {
  delete handle;  // NOLINT
  return CUSOLVER_STATUS_SUCCESS;
}
cusolverStatus_t cusolverDnSetStream(cusolverDnHandle_t handle, cudaStream_t stream) {
  handle->stream = stream;
  return CUSOLVER_STATUS_SUCCESS;
}
cusolverStatus_t cusolverDnCreateParams(cusolverDnParams_t* params) { return cusolverDnCreate(params); }
cusolverStatus_t cusolverDnDestroyParams(cusolverDnParams_t params) { return cusolverDnDestroy(params); }

cusolverStatus_t cusolverDnXpotrf_bufferSize(cusolverDnHandle_t, cusolverDnParams_t, cublasFillMode_t, std::int64_t n,
                                             cudaDataType, const void* A, std::int64_t, cudaDataType,
                                             std::size_t* device, std::size_t* host) {
  if (A == nullptr) return CUSOLVER_STATUS_INVALID_VALUE;
  *device = cholesky_sizes(n).device;
  *host = cholesky_sizes(n).host;
  return CUSOLVER_STATUS_SUCCESS;
}
cusolverStatus_t cusolverDnXpotrf(cusolverDnHandle_t handle, cusolverDnParams_t, cublasFillMode_t uplo, std::int64_t n,
                                  cudaDataType, void* A, std::int64_t lda, cudaDataType, void* work, std::size_t bytes,
                                  void* host_work, std::size_t host_bytes, int* info) {
  const Work space{work, bytes, host_work, host_bytes};
  if (!sane(handle, uplo, n, A, lda) || !space.holds(cholesky_sizes(n))) return CUSOLVER_STATUS_INVALID_VALUE;
  burelu::cuda_double::enqueue(handle->stream, [=] {
    space.use(cholesky_sizes(n));
    *info = LAPACKE_dpotrf_work(LAPACK_COL_MAJOR, 'L', static_cast<lapack_int>(n), static_cast<double*>(A),
                                static_cast<lapack_int>(lda));
  });
  return CUSOLVER_STATUS_SUCCESS;
}

cusolverStatus_t cusolverDnXsyevdx_bufferSize(cusolverDnHandle_t, cusolverDnParams_t, cusolverEigMode_t,
                                              cusolverEigRange_t, cublasFillMode_t, std::int64_t n, cudaDataType,
                                              const void* A, std::int64_t, void*, void*, std::int64_t, std::int64_t,
                                              std::int64_t*, cudaDataType, const void* W, cudaDataType,
                                              std::size_t* device, std::size_t* host) {
  if (A == nullptr || W == nullptr) return CUSOLVER_STATUS_INVALID_VALUE;
  *device = eigen_sizes(n).device;
  *host = eigen_sizes(n).host;
  return CUSOLVER_STATUS_SUCCESS;
}
cusolverStatus_t cusolverDnXsyevdx(cusolverDnHandle_t handle, cusolverDnParams_t, cusolverEigMode_t mode,
                                   cusolverEigRange_t range, cublasFillMode_t uplo, std::int64_t n, cudaDataType,
                                   void* A, std::int64_t lda, void* vl, void* vu, std::int64_t, std::int64_t,
                                   std::int64_t* found, cudaDataType, void* W, cudaDataType, void* work,
                                   std::size_t bytes, void* host_work, std::size_t host_bytes, int* info) {
  const Work space{work, bytes, host_work, host_bytes};
  const double below = *static_cast<const double*>(vl);
  const double above = *static_cast<const double*>(vu);
  const bool asked = mode == CUSOLVER_EIG_MODE_VECTOR && range == CUSOLVER_EIG_RANGE_V && below < above;
  if (!sane(handle, uplo, n, A, lda) || !asked || !space.holds(eigen_sizes(n))) return CUSOLVER_STATUS_INVALID_VALUE;
  burelu::cuda_double::enqueue(handle->stream, [=] {
    space.use(eigen_sizes(n));
    *info = eigen(static_cast<lapack_int>(n), static_cast<double*>(A), static_cast<lapack_int>(lda), below, above,
                  static_cast<double*>(W), found);
  });
  return CUSOLVER_STATUS_SUCCESS;
}
