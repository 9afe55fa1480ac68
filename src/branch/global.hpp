// Training to the global optimum where the features are few: column generation with the search of search.hpp as oracle.
//
// Over all widths training is convex in the measure of neurons: with W = outputs - targets a network is optimal exactly
// where no direction has h(u) = || sum_i (x_i'u)_+ w_i || > gamma, and any direction that has is a neuron it lacks. So:
// weights for the directions at hand (weights.hpp), directions that violate (ascents, and the search where they find
// none), again. The search's upper bound mu of h turns W into a dual point, s W with s = gamma / mu, and D(s W) is a
// lower bound for every network (docs/method.md, "The bound").
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "burelu/certificate.hpp"
#include "burelu/network.hpp"
#include "burelu/problem.hpp"
#include "problem/presolve.hpp"
#include "seam/device.hpp"

namespace burelu {

struct GlobalProgress {
  std::int64_t cells = 0;
  double objective = 0.0;
  double lower_bound = 0.0;  ///< NaN before the first
};

struct GlobalLimits {
  double tolerance = 1e-3;  ///< relative gap of network and bound
  std::int64_t cells = 0;   ///< of all searches together, about; 0: no limit
  double work = 0.0;        ///< flops of all searches together, about; with many features none is begun whose estimate,
                            ///< from random ways down its tree, is above it; 0: no limit
  index_t unknowns = 0;     ///< output weights of the directions at hand, the order of their systems; 0: no limit
  std::uint64_t seed = 0;
  const Network* start = nullptr;                         ///< its directions are the first ones at hand; may be null
  std::function<bool(const GlobalProgress&)> keep_going;  ///< asked often, by the calling thread; may be empty
};

struct GlobalOptimum {
  Network network;          ///< balanced, in the coordinates of the data as given
  double objective = 0.0;   ///< of the network
  Certificate certificate;  ///< of the best bound; empty where none was proven
  bool reached = false;     ///< the gap is below the tolerance
  bool stopped = false;     ///< by the caller or a limit
  std::string failure;      ///< of the device, after a bound was proven; empty where it did not fail
  double violation = 0.0;   ///< largest h / gamma - 1 found for the last W: what the network still lacks
  std::int64_t cells = 0;
  double estimated = 0.0;  ///< cells of the first search, about; 0 where it was not estimated
  double work = 0.0;       ///< flops of the searches, about
  int rounds = 0;
};

/// Uses the threads of the calling thread's scope; `device` takes the search's cells. rank of X at most `kMostDims`.
/// Throws `DeviceError` where the device fails before a bound is proven.
GlobalOptimum train_globally(const Device& device, const Problem& problem, const Presolved& reduced,
                             const GlobalLimits& limits);

/// The bound of a certificate of branch and bound, proven again, or nothing. `keep_going` may be empty.
std::optional<double> branched_bound(const Problem& problem, const Certificate& certificate,
                                     const std::function<bool(std::int64_t cells)>& keep_going = {});

/// The smallest gamma for which the zero network is optimal, max ||u|| = 1 of || sum_i (x_i'u)_+ y_i ||: a proven upper
/// bound within `relative` of it unless so much `work` (flops; 0: no limit) is too little for that. `known`: a value
/// that h is known to reach, or zero. Infinity where an estimate says at once that the work will not do.
double largest_gamma(const MatrixView& X, const MatrixView& Y, const Presolved& reduced, double relative,
                     double known = 0.0, double work = 0.0);

}  // namespace burelu
