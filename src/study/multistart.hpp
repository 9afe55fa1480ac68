// Multi-start training of networks of one width: what most people would do.
//
//   sgd    gradient descent with momentum 0.95 on the whole data, the learning rate halved on plateaus, PyTorch's
//          initialisation: the baseline of Prakhya, Birdal and Yurtsever (ICLR 2025), whose "SGD" takes all rows as one
//          batch. Theirs: learning rate 1e-5, 500,000 steps (randomized); 1e-3, 8,000 steps (spiral); 5 starts. Here
//          the largest stable learning rate of a short trial replaces the fixed one.
//   adam   Kingma and Ba (ICLR 2015) with a cosine schedule (Loshchilov and Hutter, ICLR 2017).
//   lbfgs  Liu and Nocedal (Math. Programming 1989), on the training backend of the device.
//
// All starts of sgd and adam are one batch: their neurons stand side by side in one matrix, so that the products with X
// are shared. Shapes: n rows, d features, c outputs, S starts of k neurons: U d x Sk, V c x Sk.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "burelu/network.hpp"
#include "burelu/problem.hpp"
#include "study/job.hpp"

namespace burelu::study {

struct MultiStartPlan {
  int width = 100;
  int starts = 5;
  int epochs = 4000;  ///< gradient steps of sgd and adam; evaluations of lbfgs
  std::uint64_t seed = 0;
  std::string device = "cpu";
};

struct MultiStartResult {
  Network best;
  double objective = 0.0;          ///< of the best, as trained
  std::vector<double> objectives;  ///< of all starts, ascending
  double learning_rate = 0.0;      ///< that sgd chose; 0 for the others
};

MultiStartResult train_sgd(const Problem& problem, const MultiStartPlan& plan, const KeepGoing& keep_going);
MultiStartResult train_adam(const Problem& problem, const MultiStartPlan& plan, const KeepGoing& keep_going);
MultiStartResult train_lbfgs(const Problem& problem, const MultiStartPlan& plan, const KeepGoing& keep_going);

/// Losses and gradients of all starts at once.
class StartBatch {
 public:
  /// PyTorch's initialisation: uniform in +-1/sqrt(d) and +-1/sqrt(k).
  StartBatch(const Problem& problem, int width, int starts, std::uint64_t seed);

  /// Objective of every start at the weights; the gradient is kept.
  const std::vector<double>& evaluate();

  std::vector<double>& weights() { return weights_; }  ///< U then V
  const std::vector<double>& gradient() const { return gradient_; }
  /// The start that an entry of `weights` belongs to.
  int start_of(std::size_t entry) const { return static_cast<int>(entry % columns_ / width_); }
  int starts() const { return starts_; }
  Network network(int start) const;

 private:
  Matrix X_, Y_;
  double gamma_;
  std::size_t width_, columns_;
  int starts_;
  std::vector<double> weights_, gradient_, objectives_;
  std::vector<double> P_, R_, E_;  // n x Sk, n x Sk, n x c
};

}  // namespace burelu::study
