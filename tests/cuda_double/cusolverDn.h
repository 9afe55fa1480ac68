// The entry points of cuSOLVER that cuda/ uses, for the host compiler; factorisations by LAPACK.
#pragma once

#include <cstddef>
#include <cstdint>

#include "cublas_v2.h"

// NOLINTBEGIN(readability-identifier-naming): NVIDIA's names.

enum cusolverStatus_t {
  CUSOLVER_STATUS_SUCCESS = 0,
  CUSOLVER_STATUS_NOT_INITIALIZED = 1,
  CUSOLVER_STATUS_ALLOC_FAILED = 2,
  CUSOLVER_STATUS_INVALID_VALUE = 3
};
enum cusolverEigMode_t { CUSOLVER_EIG_MODE_NOVECTOR = 0, CUSOLVER_EIG_MODE_VECTOR = 1 };
enum cusolverEigRange_t { CUSOLVER_EIG_RANGE_ALL = 1001, CUSOLVER_EIG_RANGE_V = 1003 };
enum cudaDataType { CUDA_R_64F = 1 };
using cusolverDnHandle_t = struct DoubleSolver*;
using cusolverDnParams_t = struct DoubleSolver*;

cusolverStatus_t cusolverDnCreate(cusolverDnHandle_t* handle);
cusolverStatus_t cusolverDnDestroy(cusolverDnHandle_t handle);
cusolverStatus_t cusolverDnSetStream(cusolverDnHandle_t handle, cudaStream_t stream);
cusolverStatus_t cusolverDnCreateParams(cusolverDnParams_t* params);
cusolverStatus_t cusolverDnDestroyParams(cusolverDnParams_t params);

cusolverStatus_t cusolverDnXpotrf_bufferSize(cusolverDnHandle_t handle, cusolverDnParams_t params,
                                             cublasFillMode_t uplo, std::int64_t n, cudaDataType type, const void* A,
                                             std::int64_t lda, cudaDataType compute, std::size_t* device,
                                             std::size_t* host);
cusolverStatus_t cusolverDnXpotrf(cusolverDnHandle_t handle, cusolverDnParams_t params, cublasFillMode_t uplo,
                                  std::int64_t n, cudaDataType type, void* A, std::int64_t lda, cudaDataType compute,
                                  void* work, std::size_t bytes, void* host_work, std::size_t host_bytes, int* info);

cusolverStatus_t cusolverDnXsyevdx_bufferSize(cusolverDnHandle_t handle, cusolverDnParams_t params,
                                              cusolverEigMode_t mode, cusolverEigRange_t range, cublasFillMode_t uplo,
                                              std::int64_t n, cudaDataType type, const void* A, std::int64_t lda,
                                              void* vl, void* vu, std::int64_t il, std::int64_t iu, std::int64_t* found,
                                              cudaDataType value_type, const void* W, cudaDataType compute,
                                              std::size_t* device, std::size_t* host);
cusolverStatus_t cusolverDnXsyevdx(cusolverDnHandle_t handle, cusolverDnParams_t params, cusolverEigMode_t mode,
                                   cusolverEigRange_t range, cublasFillMode_t uplo, std::int64_t n, cudaDataType type,
                                   void* A, std::int64_t lda, void* vl, void* vu, std::int64_t il, std::int64_t iu,
                                   std::int64_t* found, cudaDataType value_type, void* W, cudaDataType compute,
                                   void* work, std::size_t bytes, void* host_work, std::size_t host_bytes, int* info);

// NOLINTEND(readability-identifier-naming)
