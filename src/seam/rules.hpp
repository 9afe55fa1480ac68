// Scalar decisions of the loop, as functions on Control: the CPU calls them, CUDA runs them in a one-thread kernel.
// Weak Wolfe line search by bisection; penalty balance, restart and extrapolation of the multipliers (docs/method.md).
#pragma once

#include <cmath>

#include "seam/control.hpp"
#include "seam/entry.hpp"
#include "seam/host_device.hpp"

namespace burelu::rules {

inline constexpr double kArmijo = 1e-4;          // sufficient decrease
inline constexpr double kCurvature = 0.9;        // weak Wolfe: 1.1 trials per step on all instances tried
inline constexpr double kValueNoise = 1e-14;     // relative rounding of the function value
inline constexpr double kAcceptNoise = 1e-12;    // an exhausted search still accepts a change below this
inline constexpr int kMaxTrials = 20;            // of one direction
inline constexpr int kMaxFailures = 3;           // directions in a row without a step: the window is over
inline constexpr double kCurvatureLost = 1e-12;  // of |s| |y|: <s, y> below it is rounding
inline constexpr double kMomentumMax = 0.8;      // extrapolation factor
inline constexpr double kMomentumBelow = 1e-3;   // only with a primal residual below this: larger steps amplify noise
inline constexpr double kBalance = 0.1;          // wanted ratio of primal to dual residual
inline constexpr double kDistanceBalance = 0.5;  // wanted ratio of |primal - dual value| to dual residual, at most
inline constexpr double kPenaltyLeap = 3.0;      // largest factor of one change of sigma
inline constexpr double kPenaltyStep = 1.3;      // factor of one change of sigma
inline constexpr int kPenaltyPeriod = 3;         // updates between changes of sigma
inline constexpr double kPrimalHigh = 5e-3;      // a larger mean primal residual always raises sigma
// A larger mean dual residual beside a primal one that is below: sigma has run ahead of the descent, and falls by
// leaps. Teacher, n = 1,000 and 2,000: 1e-3 after 1,388 and 1,716 evaluations, 2,276 and 3,000 with steps; with leaps
// at larger primal residuals small sets at gamma = 0.01 take up to twice as many.
inline constexpr double kDualHigh = 5e-3;
inline constexpr double kPrimalCalm = 2e-4;
inline constexpr double kPenaltyClamp = 1e6;      // sigma * weighted ||Z||^2 / objective, once multipliers are calm
inline constexpr double kImportance = 0.7 / 2.0;  // exponent of -tau in the row importance
inline constexpr double kImportanceFloor = 1e-4;  // of the mean of -tau

/// A window opens: the function has changed, so the current point is evaluated again before any step.
BURELU_HOST_DEVICE inline void open_window(Control& c) {
  c.search.fresh = 1;
  c.search.halted = 0;
  c.search.failures = 0;
  c.search.trials = 0;
}

/// The current direction found no acceptable step: forget the memory, or end the window after kMaxFailures in a row.
BURELU_HOST_DEVICE inline void give_up_direction(Control& c) {
  c.memory.flush = 1;
  c.search.failures += 1;
  c.search.accepted = 0;
  c.search.fresh = 1;  // re-evaluate the accepted point, then steepest descent
  if (c.search.failures >= kMaxFailures) c.search.halted = 1;
}

/// Verdict on the trial whose value and slope stand in c.value; sets the next step length where it is rejected.
BURELU_HOST_DEVICE inline void judge(Control& c) {
  Search& s = c.search;
  if (s.halted) return;
  c.count.evaluations += 1;
  const double trial = c.value.loss + c.value.decay + c.value.penalty;
  s.pair = 0;
  if (s.fresh) {
    s.fresh = 0;
    s.accepted = 1;
  } else {
    s.trials += 1;
    const double f = c.value.accepted;
    const bool decreased = trial <= f + kArmijo * s.step * s.slope + kValueNoise * std::fabs(f);  // false for NaN
    const bool curved = decreased && c.value.slope >= kCurvature * s.slope;
    s.accepted = curved ? 1 : 0;
    if (!curved && s.trials >= kMaxTrials) {
      if (!(trial <= f + kAcceptNoise * std::fabs(f))) return give_up_direction(c);
      s.accepted = 1;
    }
    if (!s.accepted) {
      if (!decreased) {
        s.high = s.step;
        s.step = s.low > 0.0 ? 0.5 * (s.low + s.high) : 0.25 * s.step;
      } else {
        s.low = s.step;
        s.step = s.high == kInfinity ? 2.0 * s.step : 0.5 * (s.low + s.high);
      }
      return;
    }
    s.pair = 1;
    s.steps += 1;
    s.failures = 0;
  }
  c.value.accepted = trial;
  c.value.accepted_gradient = c.value.gradient;
}

/// Importance of a row from the multiplier of its tied pair: the slack's diagonal is -tau, and T and sigma should scale
/// like its roots. `mean` is the mean of (-tau)_+. Backends divide by the geometric mean.
BURELU_HOST_DEVICE inline double importance(double tau, double mean) {
  const double floor = kImportanceFloor * mean;
  return std::pow(-tau > floor ? -tau : floor, kImportance);
}

/// A direction with slope g'p stands ready.
BURELU_HOST_DEVICE inline void open_search(Control& c, double slope) {
  c.search.slope = slope;
  c.search.step = 1.0;
  c.search.low = 0.0;
  c.search.high = kInfinity;
  c.search.trials = 0;
}

BURELU_HOST_DEVICE inline void forget_pairs(Memory& m) { m.count = m.head = m.flush = m.filled = 0; }

/// accept() begins: false where there is nothing to accept. The coming pair, where there is one, goes into slot `head`.
BURELU_HOST_DEVICE inline bool open_accept(Control& c) {
  if (c.search.halted || !c.search.accepted) return false;
  Memory& m = c.memory;
  if (m.flush) forget_pairs(m);
  if (c.search.pair && m.filled <= m.head) m.filled = m.head + 1;
  return true;
}

/// accept() ends, with the products of the pair of slot `head` in the Gram matrix (see two_loop): the pair stays,
/// unless its curvature is lost in rounding. Then the slot, and what it held, is free again.
BURELU_HOST_DEVICE inline void close_accept(Control& c, const double* gram) {
  if (!c.search.pair) return;
  Memory& m = c.memory;
  const long width = 2 * m.capacity + 1;
  const long s = m.head;
  const long y = m.capacity + m.head;
  const double sy = gram[s * width + y];
  if (!(sy > kCurvatureLost * std::sqrt(gram[s * width + s] * gram[y * width + y]))) {
    if (m.count > m.capacity - 1) m.count = m.capacity - 1;
    return;
  }
  m.head = (m.head + 1) % m.capacity;
  if (m.count < m.capacity) m.count += 1;
}

/// The output layer: ||E||^2, <E, Y>, ||V||^2.
BURELU_HOST_DEVICE inline void take_output(Control& c, double residual, double targets, double output, double gamma) {
  c.value.loss = 0.5 * residual;
  c.value.dual = -targets - c.value.loss;
  c.value.decay = 0.5 * gamma * output;
}

/// The training loss: ||E||^2, ||V||^2.
BURELU_HOST_DEVICE inline void take_network(Control& c, double residual, double output, double gamma) {
  c.value.loss = 0.5 * residual;
  c.value.decay = 0.5 * gamma * output;
  c.value.penalty = 0.0;
}

/// The gradient of the trial: <decay gradient, unknowns>, which is twice their decay, g'p, ||g||^2.
BURELU_HOST_DEVICE inline void take_gradient(Control& c, double decay, double slope, double square) {
  c.value.decay += 0.5 * decay;
  c.value.slope = slope;
  c.value.gradient = std::sqrt(square);
}

/// The interaction pass: the sum of w h^2 over ordered pairs.
BURELU_HOST_DEVICE inline void take_penalty(Control& c, double sum) { c.value.penalty = sum / (4.0 * c.dual.sigma); }

/// The update of the multipliers, over ordered pairs.
BURELU_HOST_DEVICE inline void take_update(Control& c, const entry::UpdateSums& sums) {
  take_penalty(c, sums.penalty);
  c.dual.change = sums.change;
  c.dual.restart = sums.restart;
  c.dual.mass = sums.mass;
  c.dual.shortfall = 0.5 * sums.shortfall;
  c.dual.violation = sums.lowest;
  c.dual.largest = sums.largest;
}

/// Pairs that a scan may list.
BURELU_HOST_DEVICE inline std::int64_t list_room(const Control& c) {
  return c.settings.most > 0 && c.settings.most < c.lists.capacity ? c.settings.most : c.lists.capacity;
}

/// A scan: `pairs` listed of `wanted`; `sampled`: violated ones are left out.
BURELU_HOST_DEVICE inline void take_scan(Control& c, std::int64_t pairs, std::int64_t wanted, bool sampled) {
  c.lists.scans += 1;
  c.lists.sampled = sampled ? 1 : 0;
  c.lists.pairs = pairs;
  c.lists.wanted = wanted;
  const bool by_intent = c.settings.most > 0 && c.settings.most <= c.lists.capacity;
  if (wanted > pairs && !by_intent) c.lists.cut += 1;
}

/// Two-loop recursion on the Gram matrix K of the panel [s | y | g] (2m+1 columns, leading dimension 2m+1):
/// coefficients of p = -H g in the panel. `Team` runs dot, fill and scale over a row, its leader writes single entries:
/// one thread on the CPU, a warp on a device.
template <class Team>
BURELU_HOST_DEVICE double two_loop(const Memory& memory, const double* gram, double* alpha, double* coef, Team team) {
  const int m = memory.capacity;
  const int width = 2 * m + 1;
  const double* g_row = gram + static_cast<long>(2 * m) * width;
  team.fill(coef, width, 0.0);
  if (team.leader()) coef[width - 1] = 1.0;
  for (int k = 0; k < memory.count; ++k) {  // newest to oldest
    const int i = (memory.head - 1 - k + 2 * m) % m;
    const double* s_row = gram + static_cast<long>(i) * width;
    const double sy = s_row[m + i];
    const double projection = team.dot(s_row, coef, width) / sy;
    if (!team.leader()) continue;
    alpha[i] = projection;
    coef[m + i] -= projection;
  }
  if (memory.count > 0) {
    const int newest = (memory.head - 1 + m) % m;
    const double sy = gram[static_cast<long>(newest) * width + m + newest];
    const double yy = gram[static_cast<long>(m + newest) * width + m + newest];
    team.scale(coef, width, sy / yy);
  } else {
    const double norm = std::sqrt(g_row[width - 1]);
    team.scale(coef, width, norm > 1.0 ? 1.0 / norm : 1.0);
  }
  for (int k = memory.count - 1; k >= 0; --k) {  // oldest to newest
    const int i = (memory.head - 1 - k + 2 * m) % m;
    const double* y_row = gram + static_cast<long>(m + i) * width;
    const double sy = gram[static_cast<long>(i) * width + m + i];
    const double projection = team.dot(y_row, coef, width) / sy;
    if (team.leader()) coef[i] += alpha[i] - projection;
  }
  team.scale(coef, width, -1.0);
  return team.dot(g_row, coef, width);  // slope g'p
}

/// Coefficients of the next direction, and its slope g'p. Where the recursion lost descent: steepest descent, from an
/// empty memory.
template <class Team>
BURELU_HOST_DEVICE double find_direction(Memory& memory, const double* gram, double* alpha, double* coef, Team team) {
  const double slope = two_loop(memory, gram, alpha, coef, team);
  if (slope < 0.0) return slope;
  forget_pairs(memory);
  return two_loop(memory, gram, alpha, coef, team);
}

/// Raises sigma where the constraints lag behind the descent, lowers it where the descent lags, every kPenaltyPeriod
/// updates. Both the primal residual and the distance of primal and dual value say that the constraints lag.
BURELU_HOST_DEVICE inline void balance_penalty(Control& c) {
  Dual& d = c.dual;
  d.sum_primal += d.primal;
  d.sum_dual += std::log(d.dual + 1e-300);
  d.sum_log_primal += std::log(d.primal + 1e-300);
  d.sum_distance += std::fabs(d.objective - c.value.dual) / d.objective;
  d.period += 1;
  if (d.period < kPenaltyPeriod) return;
  const double mean = d.sum_primal / d.period;
  const double descent = std::exp(d.sum_dual / d.period);
  const double lag = std::exp(d.sum_log_primal / d.period) / (kBalance * descent);
  const double distance = d.sum_distance / d.period / (kDistanceBalance * descent);
  d.period = 0;
  d.sum_primal = d.sum_dual = d.sum_log_primal = d.sum_distance = 0.0;
  if (!(d.mass > 0.0)) return;
  const double worse = lag > distance ? lag : distance;
  if (worse > 1.5 || mean > kPrimalHigh) {
    const double root = std::sqrt(worse);
    d.sigma *= root < kPenaltyStep ? kPenaltyStep : (root > kPenaltyLeap ? kPenaltyLeap : root);
  } else if (worse < 1.0 / 1.5) {
    const double root = std::sqrt(1.0 / worse);
    const bool rough = mean < kPrimalCalm && descent > kDualHigh;
    d.sigma /= !rough || root < kPenaltyStep ? kPenaltyStep : (root > kPenaltyLeap ? kPenaltyLeap : root);
  }
  const double unit = d.objective / d.mass;
  if (mean < kMomentumBelow && d.sigma > kPenaltyClamp * unit) d.sigma = kPenaltyClamp * unit;
}

/// After an update of the multipliers: residuals, extrapolation with gradient restart, balance of the penalty.
BURELU_HOST_DEVICE inline void judge_update(Control& c) {
  Dual& d = c.dual;
  c.count.evaluations += 1;
  d.objective = c.value.loss + c.value.decay;
  d.primal = d.mass > 0.0 ? std::sqrt(d.change / d.mass) / d.sigma : 0.0;
  d.dual = d.objective > 0.0 ? c.value.gradient / d.objective : 0.0;
  if (c.search.steps == 0) c.memory.flush = 1;
  c.search.steps = 0;

  d.beta = 0.0;
  if (!c.settings.extrapolate) {
    d.momentum = 0;
  } else if (d.updates > 0 && d.primal < kMomentumBelow) {
    if (d.restart < 0.0) d.momentum = 0;
    d.momentum += 1;
    const double beta = d.momentum / (d.momentum + 3.0);
    d.beta = beta < kMomentumMax ? beta : kMomentumMax;
  }

  d.updates += 1;
  balance_penalty(c);
}

}  // namespace burelu::rules
