// What the relaxations of parts came to, put together: a dual point of the whole, and a start for its iteration.
//
// The form that a part's multipliers prove nonnegative is one in (a, b) of its lines and in (u, v), which all parts
// have in common: the sum over the parts is the form of all multipliers together, with all of gamma. So W and T of the
// parts, side by side, prove the sum of their bounds. Factors are alike up to a rotation of their columns.
#pragma once

#include <vector>

#include "burelu/result.hpp"
#include "certificate/certifier.hpp"
#include "problem/presolve.hpp"
#include "relaxation/parts.hpp"
#include "relaxation/warm_start.hpp"

namespace burelu {

class Joined {
 public:
  /// Keeps a reference.
  explicit Joined(const Presolved& whole);

  /// What the relaxation of a part came to, in the coordinates of the part's data.
  void add(const Part& part, const Relaxation& found);

  /// W = 0 and T = 0 in parts that were not added: nothing is proven of their loss.
  Proposal dual_point() const;

  /// Empty where no part had a factor.
  WarmStart start() const;

  /// Whether nothing was proven of any part.
  bool empty() const { return parts_ == 0; }

  /// Interaction passes of the parts, as many of the whole.
  std::int64_t evaluations() const { return static_cast<std::int64_t>(evaluations_); }

 private:
  void add_dual(const Part& part, const Certificate& certificate);
  void add_factor(const Part& part, const std::vector<index_t>& lines, const Factor& factor);

  const Presolved& whole_;
  Proposal dual_;
  int parts_ = 0;  // with a dual point
  double evaluations_ = 0.0;
  Matrix S_, U_;      // c_k of the lines, the mean of the parts' U, both in the columns of the first part
  Matrix landmarks_;  // of the first part: what the columns of the others are turned to
  double log_sigma_ = 0.0, lines_ = 0.0;  // of parts with a factor
};

}  // namespace burelu
