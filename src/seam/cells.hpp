// Branch and bound below the seam: what its cells are, the function that they bound, and a device's verb, which takes
// many of them at a time. (The processor takes one after the other: branch/search.hpp.)
//
//   Phi(y) = L y + sum_k (x_k'y)_+ g_k,    h(y) = ||Phi(y)|| / ||By||,    y on the surface of the cube, max |y_j| = 1
#pragma once

#include <cstdint>
#include <vector>

#include "burelu/matrix.hpp"
#include "seam/cell_formulas.hpp"

namespace burelu {

inline constexpr int kMostDims = cell::kDims;

/// The function, everything in units that are powers of two near the size of the data (branch/kinks.hpp).
struct Kinks {
  index_t count = 0;           ///< m
  index_t dims = 0;            ///< d: the rank of X
  index_t outputs = 0;         ///< c
  std::vector<double> x;       ///< d x m: coordinate j of kink k at j m + k
  std::vector<double> g;       ///< c x m, in the same way
  std::vector<double> linear;  ///< L, c x d
  std::vector<double> metric;  ///< M, d x d: ||u||^2 = y'My
  Matrix basis;                ///< B, columns of X x d
  double unit = 1.0;           ///< h of the data as given is h of the kinks times this, a power of two
  double slack = 0.0;          ///< || exact Phi - Phi of any cell's model || from rounding, on the whole cube
  double metric_slack = 0.0;   ///< |y'My - ||By||^2| over the square of sum_j sqrt(M_jj) |y_j|
  double eta = 0.0;            ///< mu(W) <= unit (max h(y) / ||By||) + eta
  double largest = 0.0;        ///< sum ||x_i|| ||w_i||: no h is above it
};

/// A box of directions y on a face of the cube, with bounds that are dyadic numbers (halves cover a box exactly), and
/// the directions in which Phi may still be too long there.
struct Box {
  double low[kMostDims];
  double high[kMostDims];
  /// Two outputs: bit k is arc k of the directions of Phi. One output: bits 0 and 1 are its signs. More: one bit.
  std::uint64_t open;
  double bound;  ///< proven for ||Phi|| / ||By|| on it; infinity where nothing is known
};

/// The centre of a cell that could not be proven, with its h.
struct Centre {
  double y[kMostDims];
  double value;
};

/// What a run of the verb is given and gives back.
struct CellRun {
  double threshold = 0.0;   ///< no cell below it is looked into
  double relative = 0.0;    ///< nor one below (1 + relative) times the largest h found
  double best = 0.0;        ///< in and out: the largest h evaluated
  std::vector<Box> open;    ///< in: at most `most()`; out: what is left of them, cells still open
  std::vector<Box> points;  ///< out: cells that are open and too thin to be cut
  std::vector<Centre> centres;
  std::int64_t cells = 0;  ///< out: that were tested
  std::int64_t kinks = 0;  ///< out: that were open in them, together
};

class CellBackend {
 public:
  virtual ~CellBackend() = default;
  virtual std::int64_t most() const = 0;
  /// Tests and halves cells for a while, depth first: whatever it does not give back is proven to be below the
  /// threshold, in floating point. Waits for the device, a fixed number of times.
  virtual void run(CellRun& cells) = 0;
};

}  // namespace burelu
