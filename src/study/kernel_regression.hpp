// Regression with the kernels of an infinitely wide two-layer ReLU network without biases: its Gaussian process (NNGP)
// and its neural tangent kernel (NTK). Closed forms by Cho and Saul (2009); NTK by Jacot, Gabriel and Hongler (2018).
//
// With t the angle between x and z, up to a common factor that the ridge's scale cancels:
//   k1(x, z) = ||x|| ||z|| (sin t + (pi - t) cos t) / (2 pi) = E (w'x)_+ (w'z)_+          w ~ N(0, I)
//   k0(x, z) = (pi - t) / (2 pi)                             = P(w'x > 0 and w'z > 0)
//   NNGP = k1,   NTK = k1 + x'z k0.
#pragma once

#include "burelu/matrix.hpp"

namespace burelu::study {

enum class Kernel { nngp, ntk };

/// Entry (i, j) is the kernel of row i of X and row j of Z.
Matrix kernel_matrix(Kernel kernel, const Matrix& X, const Matrix& Z);

/// f(z) = k(z, X) (k(X, X) + gamma m I)^-1 Y with m the mean diagonal of k(X, X).
class KernelRegression {
 public:
  /// Copies X; n^2 numbers while it fits, n^3 / 3 flops. Throws `DataError` where the matrix is not positive definite.
  KernelRegression(Kernel kernel, const Matrix& X, const Matrix& Y, double gamma);

  Matrix predict(const Matrix& Z) const;

 private:
  Kernel kernel_;
  Matrix X_;
  Matrix weights_;  // n x c
};

}  // namespace burelu::study
