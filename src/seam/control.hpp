// Control: every scalar of the loop, in one trivially copyable block that lives beside the arrays.
//
// Verbs write sums into it, rules (rules.hpp) decide on it; the host sees it only through `read`. `Settings` is the one
// group that the host owns and may write between windows.
#pragma once

#include <cstdint>
#include <type_traits>

namespace burelu {

inline constexpr double kInfinity = __builtin_huge_val();

/// Written by the host between windows, read by rules.
struct Settings {
  int extrapolate = 1;  ///< allow extrapolated multipliers
  /// scan() lists pairs with S_pq below this share of |f_p| |f_q|. Above 1: all pairs but those with a row of zeros,
  /// which no set needs (randomized, spiral, iris: the same evaluations).
  double margin = 0.02;
  std::int64_t most = 0;  ///< pairs that scan() lists, and a quarter (fresh_room); 0: as many as there is room for
};

/// The weak Wolfe line search of the current direction.
struct Search {
  double step = 0.0;        ///< t of the next trial
  double low = 0.0;         ///< largest t known to be too short
  double high = kInfinity;  ///< smallest t known to be too long
  double slope = 0.0;       ///< g'p at the accepted point
  int trials = 0;           ///< of this direction
  int failures = 0;         ///< consecutive directions without an acceptable step
  int steps = 0;            ///< accepted since the last update of the multipliers
  int fresh = 1;            ///< the next trial is the current point itself (the function has changed)
  int accepted = 0;         ///< verdict on the last trial
  int pair = 0;             ///< the last accepted step may enter the memory
  int halted = 0;           ///< nothing left to do in this window: verbs are no-ops
};

/// The ring of L-BFGS pairs; columns of the panel are [s_0 .. s_{m-1} | y_0 .. y_{m-1} | g].
struct Memory {
  int capacity = 0;
  int count = 0;   ///< pairs in use
  int head = 0;    ///< slot of the next pair; the newest is head - 1
  int flush = 0;   ///< forget all pairs before the next direction
  int filled = 0;  ///< slots that hold something, from the first on: those of the panel that are read
};

/// Function values of the trial point (summands) and of the accepted point.
struct Value {
  double loss = 0.0;      ///< 1/2 ||E||^2
  double decay = 0.0;     ///< gamma/2 (||U||^2 + ||V||^2)
  double dual = 0.0;      ///< D(E) = -<E, Y> - 1/2 ||E||^2: meets loss + decay at the optimum
  double penalty = 0.0;   ///< 1/(4 sigma) sum over ordered pairs of (T - sigma w S)_+^2 / w
  double slope = 0.0;     ///< g_trial'p
  double gradient = 0.0;  ///< ||g_trial||
  double accepted = 0.0;  ///< loss + decay + penalty at the accepted point
  double accepted_gradient = 0.0;
};

/// Penalty, multipliers and the residuals that steer them.
struct Dual {
  double sigma = 1.0;
  double change = 0.0;      ///< sum w (T'+ - T')^2 over ordered pairs, T' = T / w
  double restart = 0.0;     ///< sum w (T'+ - T')(T'+ - T'+_previous)
  double mass = 0.0;        ///< sum w S^2
  double shortfall = 0.0;   ///< 1/2 sum T+ (-S)_+: what the violated products take off the optimum, to first order
  double violation = 0.0;   ///< -min over pairs of S, at least 0
  double largest = 0.0;     ///< max diagonal of S
  double objective = 0.0;   ///< loss + decay at the last measure
  double primal = 0.0;      ///< scaled primal residual at the last measure
  double dual = 0.0;        ///< scaled dual residual at the last measure
  double sum_primal = 0.0;  ///< over the penalty period
  double sum_log_primal = 0.0;
  double sum_dual = 0.0;      ///< of logarithms
  double sum_distance = 0.0;  ///< of primal and dual value, relative
  double beta = 0.0;          ///< extrapolation factor of the coming update
  int momentum = 0;           ///< updates since the last restart
  int period = 0;             ///< updates since the last change of sigma
  int updates = 0;            ///< multiplier updates so far
};

/// The list of pairs of rows of F outside of which all multipliers are zero.
struct Lists {
  std::int64_t pairs = 0;     ///< listed by the last scan
  std::int64_t wanted = 0;    ///< that it would have listed: more than `pairs` where `capacity` cut the list
  std::int64_t capacity = 0;  ///< pairs that there is room for
  std::int64_t cut = 0;       ///< scans that had too little room, less than Settings::most
  std::int64_t scans = 0;     ///< so far
  int sampled = 0;            ///< the last one left out violated pairs
};

struct Count {
  std::int64_t evaluations = 0;  ///< interaction passes
};

struct Control {
  Settings settings;
  Search search;
  Memory memory;
  Value value;
  Dual dual;
  Lists lists;
  Count count;
};

static_assert(std::is_trivially_copyable_v<Control>);

}  // namespace burelu
