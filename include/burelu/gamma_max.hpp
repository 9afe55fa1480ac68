// gamma_max: the smallest gamma at which the zero network is optimal, the end of every path (the lasso's lambda_max).
#pragma once

#include "burelu/export.hpp"
#include "burelu/options.hpp"
#include "burelu/problem.hpp"

namespace burelu {

/// max over |u| = 1 of ||sum_i (x_i'u)_+ y_i||, from both sides. All zero where X or Y is.
struct GammaMax {
  double lower = 0.0;     ///< attained by a direction, in floating point: below it some network beats none
  double upper = 0.0;     ///< proven: from here on no network of any width beats the zero network
  bool branched = false;  ///< what proved `upper`: branch and bound, or the relaxation
};

/// Upper and lower value that are so close, relatively, are close enough for shares of gamma_max.
inline constexpr double kGammaMaxClose = 2e-2;

/// `problem.gamma` is not looked at. Shares of gamma_max in this library are of `upper`; 5 % of it is a gamma at which
/// most data are neither interpolated nor ignored. Of the options: bound (branch and bound is tried where `solve` would
/// try it), device, threads, seed, stop. Where the upper value is then above (1 + close) lower, a short solve of the
/// relaxation tightens it, some tenths of a second: without that the two were 0.1 to 21 % apart on the data tried, so
/// close = 1 does where the order of magnitude is enough; branch and bound then takes a twentieth of the work. Throws
/// as `solve`.
BURELU_API GammaMax gamma_max(const Problem& problem, const SolveOptions& options = {}, double close = kGammaMaxClose);

/// The share that the command line takes where it is given no gamma.
inline constexpr double kDefaultGammaShare = 0.05;

/// Below this share of gamma_max networks interpolate, bounds are loose and solves slow.
inline constexpr double kSmallGammaShare = 1e-3;

}  // namespace burelu
