// The entry points of cuBLAS that cuda/ uses, for the host compiler; products by CBLAS. None of the 32-bit ones: entries
// of large matrices do not fit them.
#pragma once

#include <cstdint>

#include "cuda_runtime.h"

// NOLINTBEGIN(readability-identifier-naming): NVIDIA's names.

enum cublasStatus_t { CUBLAS_STATUS_SUCCESS = 0, CUBLAS_STATUS_NOT_INITIALIZED = 1, CUBLAS_STATUS_INVALID_VALUE = 7 };
enum cublasOperation_t { CUBLAS_OP_N = 0, CUBLAS_OP_T = 1 };
enum cublasPointerMode_t { CUBLAS_POINTER_MODE_HOST = 0, CUBLAS_POINTER_MODE_DEVICE = 1 };
enum libraryPropertyType { MAJOR_VERSION, MINOR_VERSION, PATCH_LEVEL };
using cublasHandle_t = struct DoubleBlas*;

cublasStatus_t cublasCreate(cublasHandle_t* handle);
cublasStatus_t cublasDestroy(cublasHandle_t handle);
cublasStatus_t cublasSetStream(cublasHandle_t handle, cudaStream_t stream);
cublasStatus_t cublasSetWorkspace(cublasHandle_t handle, void* workspace, std::size_t bytes);
cublasStatus_t cublasSetPointerMode(cublasHandle_t handle, cublasPointerMode_t mode);
cublasStatus_t cublasGetProperty(libraryPropertyType type, int* value);
const char* cublasGetStatusString(cublasStatus_t status);
cublasStatus_t cublasDgemm_64(cublasHandle_t handle, cublasOperation_t ta, cublasOperation_t tb, std::int64_t m,
                              std::int64_t n, std::int64_t k, const double* alpha, const double* A, std::int64_t lda,
                              const double* B, std::int64_t ldb, const double* beta, double* C, std::int64_t ldc);

// NOLINTEND(readability-identifier-naming)
