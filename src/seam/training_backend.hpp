// The training loss of a network over the seam: the second function that Descent minimises.
//
// Unknowns: U = K Ut (d x k) and V = q Vt (c x k), with K ~ (X'X)^(-1/2). Where the output weights are eliminated, only
// Ut is unknown: V' = (R'R + gI)^-1 R'Y with R = (X U)_+, and by the envelope theorem the gradient stays the same.
#pragma once

#include "burelu/network.hpp"
#include "seam/backend.hpp"
#include "seam/host_device.hpp"

namespace burelu {

namespace entry {

/// The ReLU, its kink rounded over [-width, width], width > 0: 0, (h + width)^2 / (4 width), h. Free of branches.
BURELU_FORMULA double smooth_relu(double h, double width) {
  const double t = h + width < 0.0 ? 0.0 : (h < width ? h + width : 2.0 * width);
  return t * t / (4.0 * width) + (h > width ? h - width : 0.0);
}

/// Its derivative, from 0 to 1.
BURELU_FORMULA double smooth_relu_slope(double h, double width) {
  const double t = h + width < 0.0 ? 0.0 : (h < width ? h + width : 2.0 * width);
  return t / (2.0 * width);
}

}  // namespace entry

/// Data of one training problem, normalised so that the rows of X and of Y have size one, with its preconditioner.
struct TrainingProblem {
  Matrix X;                   ///< n x d
  Matrix Y;                   ///< n x c
  double gamma = 0.0;         ///< of the normalised problem
  Matrix K;                   ///< d x d, U = K Ut (problem/preconditioner.hpp)
  Matrix K_inverse;           ///< d x d
  double output_scale = 1.0;  ///< q, which gives Ut and Vt like curvature

  index_t rows() const { return X.rows; }
  index_t features() const { return X.cols; }
  index_t outputs() const { return Y.cols; }
};

enum class OutputWeights { free, eliminated };

/// 1/2 ||(X U)_+ V' - Y||^2 + gamma/2 (||U||^2 + ||V||^2). A step is {step, network_pass, judge, accept, direction}.
class TrainingBackend : public Descent {
 public:
  /// Replaces the point, the width and what is unknown; the memory is empty and the ReLU exact afterwards.
  virtual void write_network(const Network& network, OutputWeights output) = 0;
  /// Rounds the kink over `width` times the mean |X U| of the network written; the memory is flushed, a window opened.
  virtual void smooth(double width) = 0;
  /// Loss and gradient at the trial: three products and a mask, 6 n (d + c) k; eliminated also n k^2 + k^3 / 3.
  virtual void network_pass() = 0;
  // read(): kFactor brings U and V of the accepted point (V refitted for the exact ReLU where eliminated), kGradient
  // the gradient in Ut as gradient_Ut and in Vt as gradient_Shat.
};

}  // namespace burelu
