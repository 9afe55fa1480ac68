// Products by cuBLAS on row-major matrices, through its 64-bit interface (entries of a matrix of order 46,341 and more
// do not fit 32 bits). Scalars and workspace lie on the device: nothing waits, nothing allocates.
#pragma once

#include "resources.hpp"

namespace burelu::cuda {

/// A row-major matrix on the device, or its transpose.
struct Operand {
  const double* data;
  std::int64_t stride;  ///< doubles between rows
  bool transposed = false;
};

inline Operand transposed(const double* data, std::int64_t stride) { return {data, stride, true}; }

class Blas {
 public:
  static constexpr std::int64_t kWorkspace = 32 << 20;  ///< bytes: what cuBLAS recommends from sm_90 on
  static constexpr std::int64_t kScalars = 2;

  explicit Blas(const Stream& stream) : scalars_(kScalars, stream), workspace_(kWorkspace, stream) {
    const double values[kScalars] = {0.0, 1.0};
    scalars_.write(stream, values, kScalars);
    check(cublasCreate(&handle_), "cublasCreate");
    check(cublasSetStream(handle_, stream), "cublasSetStream");  // before the workspace, which it would reset
    check(cublasSetWorkspace(handle_, workspace_.data(), workspace_.bytes()), "cublasSetWorkspace");
    check(cublasSetPointerMode(handle_, CUBLAS_POINTER_MODE_DEVICE), "cublasSetPointerMode");
  }
  ~Blas() {
    if (handle_ != nullptr) cublasDestroy(handle_);
  }
  Blas(const Blas&) = delete;
  Blas& operator=(const Blas&) = delete;

  /// Of the library that runs.
  static int version() {
    int number = 0;
    check(cublasGetProperty(MAJOR_VERSION, &number), "cublasGetProperty");
    int minor = 0;
    check(cublasGetProperty(MINOR_VERSION, &minor), "cublasGetProperty");
    int patch = 0;
    check(cublasGetProperty(PATCH_LEVEL, &patch), "cublasGetProperty");
    return 10000 * number + 100 * minor + patch;
  }

  /// C (rows x cols, row-major) = op(A) op(B), or C + op(A) op(B); `inner` is the summed dimension.
  void product(std::int64_t rows, std::int64_t cols, std::int64_t inner, Operand A, Operand B, double* C,
               std::int64_t stride, bool add = false) const {
    if (rows == 0 || cols == 0) return;
    const auto mode = [](const Operand& M) { return M.transposed ? CUBLAS_OP_T : CUBLAS_OP_N; };
    const double* zero = scalars_.data();
    // Row-major matrices are the transposes of column-major ones: C' = op(B)' op(A)'.
    check(cublasDgemm_64(handle_, mode(B), mode(A), cols, rows, inner, zero + 1, B.data, B.stride, A.data, A.stride,
                         add ? zero + 1 : zero, C, stride),
          "cublasDgemm_64");
  }

 private:
  DeviceBuffer<double> scalars_;
  DeviceBuffer<char> workspace_;
  cublasHandle_t handle_ = nullptr;
};

}  // namespace burelu::cuda
