// L-BFGS for a smooth function of a few thousand variables, for baselines only: the solver's own runs on its backends.
#pragma once

#include <functional>
#include <vector>

namespace burelu::study {

/// Value at x; writes the gradient.
using SmoothFunction = std::function<double(const std::vector<double>& x, std::vector<double>& gradient)>;

struct LbfgsPlan {
  int iterations = 200;
  int memory = 20;
  std::function<bool()> keep_going = {};  ///< asked before each iteration; may be empty
  double tolerance = 1e-10;               ///< norm of the gradient over max(1, |value|) that ends it
};

/// Descends in place with a weak Wolfe line search by bisection; the value reached.
double minimise(const SmoothFunction& function, std::vector<double>& x, const LbfgsPlan& plan);

}  // namespace burelu::study
