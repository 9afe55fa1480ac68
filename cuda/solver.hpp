// cuSOLVER on column-major symmetric matrices in double precision, through its 64-bit interface. `info` is the caller's
// word on the device: what became of the factorisation is known when the stream has been waited for.
#pragma once

#include <cusolverDn.h>

#include <algorithm>

#include "resources.hpp"

namespace burelu::cuda {

inline void check(cusolverStatus_t status, const char* call,
                  const std::source_location& at = std::source_location::current()) {
  if (status == CUSOLVER_STATUS_SUCCESS) return;
  const std::string reason = "status " + std::to_string(static_cast<int>(status));
  if (status == CUSOLVER_STATUS_ALLOC_FAILED) throw MemoryError(place(call, reason.c_str(), at));
  throw DeviceError(place(call, reason.c_str(), at));
}

class Solver {
 public:
  static constexpr std::int64_t kDoubles = 1;  ///< of its own on the device

  /// Bytes that a call needs on either side.
  struct Workspace {
    std::size_t device = 0, host = 0;
  };

  /// All eigenpairs with an eigenvalue in (lowest, 0].
  struct Range {
    double lowest;
    std::int64_t found = 0;  ///< written by the call, at the latest when the stream has been waited for
  };

  explicit Solver(const Stream& stream) : some_(1, stream) {
    check(cusolverDnCreate(&handle_), "cusolverDnCreate");
    check(cusolverDnSetStream(handle_, stream), "cusolverDnSetStream");
    check(cusolverDnCreateParams(&params_), "cusolverDnCreateParams");
  }
  ~Solver() {
    if (params_ != nullptr) cusolverDnDestroyParams(params_);
    if (handle_ != nullptr) cusolverDnDestroy(handle_);
  }
  Solver(const Solver&) = delete;
  Solver& operator=(const Solver&) = delete;

  /// What `factorise` and `negative_part` of this order need, the larger of the two.
  Workspace workspace(std::int64_t order) const {
    Workspace cholesky;
    Workspace eigen;
    double below = -1.0;
    double above = 0.0;
    std::int64_t found = 0;
    double* some = some_.data();  // not looked at, but null might be refused
    check(cusolverDnXpotrf_bufferSize(handle_, params_, CUBLAS_FILL_MODE_LOWER, order, CUDA_R_64F, some, order,
                                      CUDA_R_64F, &cholesky.device, &cholesky.host),
          "cusolverDnXpotrf_bufferSize");
    if (cusolverDnXsyevdx_bufferSize(handle_, params_, CUSOLVER_EIG_MODE_VECTOR, CUSOLVER_EIG_RANGE_V,
                                     CUBLAS_FILL_MODE_LOWER, order, CUDA_R_64F, some, order, &below, &above, 0, 0,
                                     &found, CUDA_R_64F, some, CUDA_R_64F, &eigen.device,
                                     &eigen.host) != CUSOLVER_STATUS_SUCCESS)
      eigen = {};
    return {std::max(cholesky.device, eigen.device), std::max(cholesky.host, eigen.host)};
  }

  /// The lower triangle becomes the Cholesky factor; *info > 0 where there is none.
  void factorise(std::int64_t order, double* matrix, void* work, void* host_work, Workspace size, int* info) const {
    check(cusolverDnXpotrf(handle_, params_, CUBLAS_FILL_MODE_LOWER, order, CUDA_R_64F, matrix, order, CUDA_R_64F, work,
                           size.device, host_work, size.host, info),
          "cusolverDnXpotrf");
  }

  /// Eigenvalues to `values`, eigenvectors over the first columns of the matrix. False where cuSOLVER does not do it.
  bool negative_part(std::int64_t order, double* matrix, double* values, Range& range, void* work, void* host_work,
                     Workspace size, int* info) const {
    double zero = 0.0;
    return cusolverDnXsyevdx(handle_, params_, CUSOLVER_EIG_MODE_VECTOR, CUSOLVER_EIG_RANGE_V, CUBLAS_FILL_MODE_LOWER,
                             order, CUDA_R_64F, matrix, order, &range.lowest, &zero, 0, 0, &range.found, CUDA_R_64F,
                             values, CUDA_R_64F, work, size.device, host_work, size.host,
                             info) == CUSOLVER_STATUS_SUCCESS;
  }

 private:
  DeviceBuffer<double> some_;
  cusolverDnHandle_t handle_ = nullptr;
  cusolverDnParams_t params_ = nullptr;
};

}  // namespace burelu::cuda
