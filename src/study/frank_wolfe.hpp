// The Frank-Wolfe method of Sahiner, Ergen, Pauly and Pilanci (ICLR 2021, algorithm 1): one neuron at a time.
//
// Training is min over sums F = sum_k c_k (X u_k)_+ g_k' of unit u_k, g_k and c_k >= 0 of
//   1/2 ||F - Y||^2 + gamma sum_k c_k.
// The neuron that the gradient R = Y - F asks for maximises ||R'(X u)_+|| over the unit ball, one cone of an activation
// pattern at a time. Every iterate is a network, so its objective is an upper bound by construction. Where all patterns
// are listed and the maximum in each is exact (d = 2), the largest value s also proves a lower bound: W = -R scaled so
// that s <= gamma satisfies the premise of docs/method.md. The corrective variant descends on all neurons after each
// new one (Boyd, Schiebinger and Recht, SIAM J. Optim. 2017), which is what makes that bound and the network meet.
#pragma once

#include <cstdint>

#include "burelu/network.hpp"
#include "burelu/problem.hpp"
#include "study/job.hpp"
#include "study/patterns.hpp"

namespace burelu::study {

struct FrankWolfePlan {
  int iterations = 2000;
  bool corrective = false;  ///< all output weights are optimised again after each new neuron
  double mass = 0.0;        ///< bound t on sum c_k of the plain method; <= 0: ||Y||^2 / (2 gamma), which is valid
  double tolerance = 1e-6;  ///< ends where s <= gamma (1 + tolerance): no neuron improves
  double seconds = 60.0;    ///< and at this time
};

struct FrankWolfeResult {
  Network network;           ///< balanced
  double lower_bound = 0.0;  ///< over the patterns given: of the training problem where they are complete and d <= 2
  int iterations = 0;
};

FrankWolfeResult frank_wolfe(const Problem& problem, const Patterns& patterns, const FrankWolfePlan& plan,
                             const KeepGoing& keep_going);

/// The largest ||W'(X u)_+|| over unit u in the cones of the patterns, and where.
struct Steepest {
  double value = 0.0;
  std::vector<double> u;
};
Steepest steepest_neuron(const Matrix& X, const Matrix& W, const Patterns& patterns);

/// D(rho W) at the best admissible rho >= 0, given s = max ||W'(X u)_+|| / ||u||; lowered by 1e-9 of its size, far
/// above the rounding of s.
double scaled_dual(const Problem& problem, const Matrix& W, double s);

}  // namespace burelu::study
