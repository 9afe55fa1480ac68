// The convex programme of Pilanci and Ergen (ICML 2020) over given activation patterns, by a proximal method.
//
// For one output y,  min over v_i, w_i in K_i of 1/2 ||sum_i D_i X (v_i - w_i) - y||^2 + gamma sum_i (||v_i|| +
// ||w_i||) is exactly the training of a network with one output, if all patterns are there. Its points are networks:
// v_i and w_i are neurons with output weight +1 and -1. Several outputs are fitted one by one, which gives a network
// whose neurons feed one output each: an upper bound by construction, for any patterns and at any accuracy.
#pragma once

#include "burelu/network.hpp"
#include "burelu/problem.hpp"
#include "study/job.hpp"
#include "study/patterns.hpp"

namespace burelu::study {

struct ConvexReluPlan {
  int iterations = 5000;    ///< of the accelerated proximal gradient method, for each output
  double tolerance = 1e-8;  ///< relative change of the variables that ends it
  double seconds = 60.0;    ///< for all outputs together
};

/// The network of the programme's solution, balanced.
Network train_convex_relu(const Problem& problem, const Patterns& patterns, const ConvexReluPlan& plan,
                          const KeepGoing& keep_going);

}  // namespace burelu::study
