// The paper's rounding (arXiv 2410.22311): from the relaxation's matrix Lambda to a network, by three-operator
// splitting (Davis and Yin 2017) on
//
//   min 1/2 ||W W' - Lambda||^2   s.t.  M W = 0,  W in the ReLU set         W = [A; B; U; V], p x R, p = 2 n + d + c
//
// M = [-I I X 0]: B = A - X U. ReLU set: A, B >= 0 and A o B = 0, so A = (X U)_+ and B = (-X U)_+ where both hold. One
// step, with the published step t = 1 / ||Lambda||_F:
//
//   W = P_M(Z),   Z <- Z - W + P_relu(2 W - Z - 2 t (W W' - Lambda) W)
//
// The ReLU set is not convex: no convergence is promised, and W is only nearly in it. The network read off W is its U
// and V as they are. Lambda = F F' is used through its factor, and P_M through a d x d inverse: nothing is n x n.
#pragma once

#include <cstdint>
#include <functional>

#include "burelu/network.hpp"
#include "burelu/result.hpp"

namespace burelu::study {

/// F = [A; B; U; V] of the relaxation's factor with one row of A and B per row of X, (2 n + d + c) x r. Rows on a
/// common line through the origin follow their representative; zero rows are zero.
Matrix lifted_factor(const Problem& problem, const Factor& factor);

/// The orthogonal projection on {W : B = A - X U}: W - M' (M M')^-1 M W, with M M' = 2 I + X X' inverted by
/// (2 I + X X')^-1 = 1/2 (I - X (2 I + X'X)^-1 X').
class LinearLayer {
 public:
  /// Copies X; n d^2 flops. Throws `DataError` where 2 I + X'X cannot be factored.
  explicit LinearLayer(const MatrixView& X);

  /// 4 n d R flops. W has at least 2 n + d rows; those after are left alone.
  void project(Matrix& W) const;

 private:
  Matrix X_;
  Matrix cholesky_;  // of 2 I + X'X, d x d, upper
};

/// The projection on the ReLU set: of each pair (a, b) the larger stays if positive (a of equals), the other becomes 0.
void project_on_relu(Matrix& W, index_t rows);

enum class SplittingStart {
  eigenvectors,  ///< as published: eigenvectors of Lambda times roots of eigenvalues. Columns past the rank stay zero
                 ///< for ever and are left out. Signs, which the ReLU set feels and the paper leaves open: A + B sums
                 ///< >= 0.
  rotated,       ///< F Q with Q random, Q Q' = I: the same Lambda spread over all columns, so all of them can move
};

struct SplittingOptions {
  int iterations = 1000;  ///< as published
  index_t width = 300;    ///< columns at most (eigenvectors), or of the start (rotated, at least the rank)
  SplittingStart start = SplittingStart::eigenvectors;
  double step = 1.0;       ///< over the published step; from about 0.3 on the iterates oscillate (docs/accuracy.md)
  std::uint64_t seed = 0;  ///< of the rotation
};

struct Splitting {
  Network network;             ///< of the last W
  double misfit = 0.0;         ///< ||W W' - Lambda||_F / ||Lambda||_F
  double relu_distance = 0.0;  ///< ||P_relu(W) - W||_F / ||W||_F
};

/// Called with the network of W after every iteration 1, 2, ...
using SplittingVisitor = std::function<void(int iteration, const Network& network)>;

/// Cost: 4 p R^2 + 4 p r R + 4 n d R flops an iteration.
Splitting round_by_splitting(const Problem& problem, const Factor& factor, const SplittingOptions& options,
                             const SplittingVisitor& visit = {});

}  // namespace burelu::study
