// A certificate: everything a third party needs to re-derive the lower bound from the data alone.
//
// Theorem (docs/method.md). Let W be n x c with || sum_i (x_i'u)_+ w_i || <= gamma ||u|| for all u. Then every network
// of any width has objective >= -<W, Y> - 1/2 ||W||^2. The multipliers T prove the premise: for neurons, products of
// the nonnegative forms (x_k'u)_+ and (-x_k'u)_+ are nonnegative, so a form that dominates their T-combination is too.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "burelu/export.hpp"
#include "burelu/matrix.hpp"
#include "burelu/problem.hpp"

namespace burelu {

/// One nonzero multiplier T(i, j) = T(j, i) = value of a pair of forms, i >= j. Forms 0..m-1 are (x_k'u)_+ and forms
/// m..2m-1 are (-x_k'u)_+ of the m representative rows. Nonnegative, except on the tied pairs
/// (k + m, k), whose product vanishes on every neuron: free.
struct Multiplier {
  std::int32_t i = 0;
  std::int32_t j = 0;
  double value = 0.0;
};

/// A lower bound with its proof, in the coordinates of the data as given.
struct Certificate {
  double lower_bound = 0.0;  ///< proven in floating point, see `verify`
  double gamma = 0.0;
  std::uint64_t data_hash = 0;                ///< of shapes, X, Y and gamma
  Matrix W;                                   ///< n x c, dual variable of the residual
  std::vector<std::int32_t> representatives;  ///< m rows of X, one per line through the origin that carries samples
  std::vector<std::int32_t> line;             ///< n: which representative row i lies on, -1 for a zero row
  std::vector<double> ratio;                  ///< n: x_i is close to ratio * representative (negative: opposite side)
  std::vector<Multiplier> multipliers;
  /// The premise is proven by branch and bound instead: W is all there is, and a checker finds its own tree.
  bool branched = false;
  /// The premise is proven for X with feature `dominant` times 2^dominant_power and a smaller gamma, from which it
  /// follows where that feature is larger than all others in every row (docs/method.md, "A dominant feature"); -1 for
  /// none.
  std::int32_t dominant = -1;
  int dominant_power = 0;
  bool empty() const { return W.rows == 0; }
};

/// Hash of shapes, X, Y and gamma (FNV-1a over the bytes of the row-major doubles), to tell data sets apart. Throws
/// `DataError` for views without data.
BURELU_API std::uint64_t data_hash(const Problem& problem);

/// Writes a certificate (JSON lines header, then text; documented in docs/formats.md), atomically. Throws `DataError`,
/// also for one that is empty or incomplete.
BURELU_API void write_certificate(const std::string& path, const Certificate& certificate);

/// Reads what `write_certificate` wrote. Throws `DataError`, also for one with the cone cuts of older versions.
BURELU_API Certificate read_certificate(const std::string& path);

}  // namespace burelu
