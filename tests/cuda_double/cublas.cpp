// cuBLAS of the host double, by CBLAS.
#include "cublas_v2.h"

#include <cblas.h>

#include <algorithm>

struct DoubleBlas {
  cudaStream_t stream = nullptr;
  void* workspace = nullptr;
  std::size_t bytes = 0;
  cublasPointerMode_t mode = CUBLAS_POINTER_MODE_HOST;
};

cublasStatus_t cublasCreate(cublasHandle_t* handle) {
  *handle = new DoubleBlas;  // NOLINT: released in cublasDestroy
  return CUBLAS_STATUS_SUCCESS;
}
cublasStatus_t cublasDestroy(cublasHandle_t handle) {
  delete handle;  // NOLINT
  return CUBLAS_STATUS_SUCCESS;
}
cublasStatus_t cublasSetStream(cublasHandle_t handle, cudaStream_t stream) {
  *handle = {stream, nullptr, 0, handle->mode};  // as the library: the workspace is forgotten
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
const char* cublasGetStatusString(cublasStatus_t status) {
  return status == CUBLAS_STATUS_SUCCESS ? "success" : "an unsupported value or parameter was passed";
}

// Only as the backend must use it: device pointers, and a workspace, without which a capture would allocate.
static bool ready(const DoubleBlas& blas) {
  return blas.stream != nullptr && blas.workspace != nullptr && blas.mode == CUBLAS_POINTER_MODE_DEVICE;
}

cublasStatus_t cublasDgemm(cublasHandle_t handle, cublasOperation_t ta, cublasOperation_t tb, int m, int n, int k,
                           const double* alpha, const double* A, int lda, const double* B, int ldb, const double* beta,
                           double* C, int ldc) {
  const bool shapes = m >= 0 && n >= 0 && k >= 0 && lda >= std::max(1, ta == CUBLAS_OP_N ? m : k) &&
                      ldb >= std::max(1, tb == CUBLAS_OP_N ? k : n) && ldc >= std::max(1, m);
  if (!ready(*handle)) return CUBLAS_STATUS_NOT_INITIALIZED;
  if (!shapes) return CUBLAS_STATUS_INVALID_VALUE;
  burelu::cuda_double::enqueue(handle->stream, [=] {
    cblas_dgemm(CblasColMajor, ta == CUBLAS_OP_N ? CblasNoTrans : CblasTrans,
                tb == CUBLAS_OP_N ? CblasNoTrans : CblasTrans, m, n, k, *alpha, A, lda, B, ldb, *beta, C, ldc);
  });
  return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasDtrsm(cublasHandle_t handle, cublasSideMode_t side, cublasFillMode_t uplo, cublasOperation_t trans,
                           cublasDiagType_t diag, int m, int n, const double* alpha, const double* A, int lda,
                           double* B, int ldb) {
  const int order = side == CUBLAS_SIDE_LEFT ? m : n;
  if (!ready(*handle)) return CUBLAS_STATUS_NOT_INITIALIZED;
  if (m < 0 || n < 0 || lda < std::max(1, order) || ldb < std::max(1, m)) return CUBLAS_STATUS_INVALID_VALUE;
  burelu::cuda_double::enqueue(handle->stream, [=] {
    cblas_dtrsm(CblasColMajor, side == CUBLAS_SIDE_LEFT ? CblasLeft : CblasRight,
                uplo == CUBLAS_FILL_MODE_LOWER ? CblasLower : CblasUpper,
                trans == CUBLAS_OP_N ? CblasNoTrans : CblasTrans, diag == CUBLAS_DIAG_UNIT ? CblasUnit : CblasNonUnit,
                m, n, *alpha, A, lda, B, ldb);
  });
  return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasDnrm2_64(cublasHandle_t handle, std::int64_t n, const double* x, std::int64_t incx,
                              double* result) {
  if (!ready(*handle)) return CUBLAS_STATUS_NOT_INITIALIZED;
  burelu::cuda_double::enqueue(handle->stream,
                               [=] { *result = cblas_dnrm2(static_cast<blasint>(n), x, static_cast<blasint>(incx)); });
  return CUBLAS_STATUS_SUCCESS;
}
