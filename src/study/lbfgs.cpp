// Nocedal and Wright, Numerical Optimization (2006), algorithms 7.4 and 7.5; the line search of Lewis and Overton
// (2013).
#include "study/lbfgs.hpp"

#include <cmath>
#include <deque>
#include <limits>

namespace burelu::study {
namespace {

using Vector = std::vector<double>;

constexpr double kDecrease = 1e-4;
constexpr double kCurvature = 0.9;
constexpr int kTrials = 40;

double dot(const Vector& x, const Vector& y) {
  double sum = 0.0;
  for (std::size_t i = 0; i < x.size(); ++i) sum += x[i] * y[i];
  return sum;
}

struct Pair {
  Vector s, y;
  double rho = 0.0;
};

/// -H g by the two-loop recursion.
Vector direction(const Vector& gradient, const std::deque<Pair>& pairs) {
  Vector p = gradient;
  Vector alpha(pairs.size());
  for (std::size_t i = pairs.size(); i-- > 0;) {
    alpha[i] = pairs[i].rho * dot(pairs[i].s, p);
    for (std::size_t k = 0; k < p.size(); ++k) p[k] -= alpha[i] * pairs[i].y[k];
  }
  if (!pairs.empty()) {
    const double scale = 1.0 / (pairs.back().rho * dot(pairs.back().y, pairs.back().y));
    for (double& value : p) value *= scale;
  }
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    const double beta = alpha[i] - pairs[i].rho * dot(pairs[i].y, p);
    for (std::size_t k = 0; k < p.size(); ++k) p[k] += beta * pairs[i].s[k];
  }
  for (double& value : p) value = -value;
  return p;
}

}  // namespace

double minimise(const SmoothFunction& function, Vector& x, const LbfgsPlan& plan) {
  Vector gradient(x.size());
  Vector trial(x.size());
  Vector trial_gradient(x.size());
  std::deque<Pair> pairs;
  double value = function(x, gradient);
  for (int iteration = 0; iteration < plan.iterations; ++iteration) {
    if (plan.keep_going && !plan.keep_going()) break;
    const double size = std::sqrt(dot(gradient, gradient));
    if (!(size > plan.tolerance * std::fmax(1.0, std::fabs(value)))) break;
    Vector p = direction(gradient, pairs);
    double slope = dot(gradient, p);
    if (!(slope < 0.0)) {
      pairs.clear();
      p = direction(gradient, pairs);
      slope = dot(gradient, p);
    }
    double low = 0.0;
    double high = std::numeric_limits<double>::infinity();
    double step = pairs.empty() ? std::fmin(1.0, 1.0 / size) : 1.0;
    bool accepted = false;
    double trial_value = value;
    for (int t = 0; t < kTrials && !accepted; ++t) {
      for (std::size_t k = 0; k < x.size(); ++k) trial[k] = x[k] + step * p[k];
      trial_value = function(trial, trial_gradient);
      if (!(trial_value <= value + kDecrease * step * slope)) {
        high = step;
      } else if (dot(trial_gradient, p) < kCurvature * slope) {
        low = step;
      } else {
        accepted = true;
        break;
      }
      step = std::isinf(high) ? 2.0 * low : 0.5 * (low + high);
    }
    if (!accepted && !(trial_value < value)) {
      if (pairs.empty()) break;
      pairs.clear();
      continue;
    }
    Pair pair{Vector(x.size()), Vector(x.size()), 0.0};
    for (std::size_t k = 0; k < x.size(); ++k) {
      pair.s[k] = trial[k] - x[k];
      pair.y[k] = trial_gradient[k] - gradient[k];
    }
    const double curvature = dot(pair.s, pair.y);
    if (curvature > 1e-14 * std::sqrt(dot(pair.s, pair.s) * dot(pair.y, pair.y))) {
      pair.rho = 1.0 / curvature;
      pairs.push_back(std::move(pair));
      if (pairs.size() > static_cast<std::size_t>(plan.memory)) pairs.pop_front();
    }
    x = trial;
    gradient = trial_gradient;
    value = trial_value;
  }
  return value;
}

}  // namespace burelu::study
