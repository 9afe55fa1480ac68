// cuBLAS of the host double, by CBLAS.
#include "cublas_v2.h"

#include <cblas.h>

#include <algorithm>

#include "cuda_double.hpp"

struct DoubleBlas {
  cudaStream_t stream = nullptr;
  void* workspace = nullptr;
  std::size_t bytes = 0;
  cublasPointerMode_t mode = CUBLAS_POINTER_MODE_HOST;
  int device = 0;
};

cublasStatus_t cublasCreate(cublasHandle_t* handle) {
  *handle = new DoubleBlas;  // NOLINT: released in cublasDestroy
  cudaGetDevice(&(*handle)->device);
  return CUBLAS_STATUS_SUCCESS;
}
cublasStatus_t cublasDestroy(cublasHandle_t handle) {
  int current = 0;
  cudaGetDevice(&current);
  if (handle->device != current) burelu::cuda_double::counters().strays += 1;
  delete handle;  // NOLINT
  return CUBLAS_STATUS_SUCCESS;
}
cublasStatus_t cublasSetStream(cublasHandle_t handle, cudaStream_t stream) {
  *handle = {stream, nullptr, 0, handle->mode, handle->device};  // as the library: the workspace is forgotten
  return CUBLAS_STATUS_SUCCESS;
}
cublasStatus_t cublasSetWorkspace(cublasHandle_t handle, void* workspace, std::size_t bytes) {
  handle->workspace = workspace;
  handle->bytes = bytes;
  return CUBLAS_STATUS_SUCCESS;
}
cublasStatus_t cublasSetPointerMode(cublasHandle_t handle, cublasPointerMode_t mode) {
  handle->mode = mode;
  return CUBLAS_STATUS_SUCCESS;
}
cublasStatus_t cublasGetProperty(libraryPropertyType type, int* value) {
  *value = type == MAJOR_VERSION ? CUDART_VERSION / 1000 : 0;
  return CUBLAS_STATUS_SUCCESS;
}
const char* cublasGetStatusString(cublasStatus_t status) {
  return status == CUBLAS_STATUS_SUCCESS ? "success" : "an unsupported value or parameter was passed";
}

// Only as the backend must use it: device pointers, and a workspace, without which a capture would allocate.
static bool ready(const DoubleBlas& blas) {
  return blas.stream != nullptr && blas.workspace != nullptr && blas.mode == CUBLAS_POINTER_MODE_DEVICE;
}

// CBLAS takes 32 bits: the double's matrices are small.
static blasint narrow(std::int64_t n) { return static_cast<blasint>(n); }

static std::int64_t at_least_one(std::int64_t n) { return std::max<std::int64_t>(1, n); }

cublasStatus_t cublasDgemm_64(cublasHandle_t handle, cublasOperation_t ta, cublasOperation_t tb, std::int64_t m,
                              std::int64_t n, std::int64_t k, const double* alpha, const double* A, std::int64_t lda,
                              const double* B, std::int64_t ldb, const double* beta, double* C, std::int64_t ldc) {
  const bool shapes = m >= 0 && n >= 0 && k >= 0 && lda >= at_least_one(ta == CUBLAS_OP_N ? m : k) &&
                      ldb >= at_least_one(tb == CUBLAS_OP_N ? k : n) && ldc >= at_least_one(m);
  if (!ready(*handle)) return CUBLAS_STATUS_NOT_INITIALIZED;
  if (!shapes) return CUBLAS_STATUS_INVALID_VALUE;
  burelu::cuda_double::enqueue(handle->stream, [=] {
    cblas_dgemm(CblasColMajor, ta == CUBLAS_OP_N ? CblasNoTrans : CblasTrans,
                tb == CUBLAS_OP_N ? CblasNoTrans : CblasTrans, narrow(m), narrow(n), narrow(k), *alpha, A, narrow(lda),
                B, narrow(ldb), *beta, C, narrow(ldc));
  });
  return CUBLAS_STATUS_SUCCESS;
}
