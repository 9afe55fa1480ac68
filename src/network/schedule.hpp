// How wide, how often and how long networks are trained: from the size of the problem and what the caller asks for.
#pragma once

#include <cstdint>

#include "burelu/options.hpp"
#include "burelu/result.hpp"
#include "seam/device.hpp"
#include "seam/training_backend.hpp"

namespace burelu {

/// Work of training, in evaluations of the loss and in what they cost.
struct TrainingWork {
  std::int64_t evaluations = 0;
  double flops = 0.0;
};

struct Schedule {
  index_t width = 0;  ///< of the result, at most
  index_t start_width = 0;
  index_t added = 0;  ///< neurons per round
  int starts = 0;
  int passes = 0;     ///< evaluations per level of smoothing
  TrainingWork most;  ///< ends the training
  bool side_by_side = false;

  /// Relative gain of the objective below which a round of so many flops gained nothing.
  double idle_gain(double flops) const;
  /// Rounds, and flops of such rounds in a row, that end the training.
  bool hopeless(int idle_rounds, double idle_flops) const;
};

/// Neurons of the widest network that is trained on the way.
index_t most_neurons(index_t rows, index_t outputs, const TrainOptions& options);

/// One evaluation and step at width k: three products and a mask, the ridge system, and what the descent remembers.
double training_flops(const TrainingProblem& problem, index_t k, OutputWeights output);

/// `max_evaluations` is the caller's, 0 for none. `solve_flops`: of the relaxation, beside which training of many rows
/// should not be more; 0 where that is not known.
Schedule schedule(const Device& device, const TrainingProblem& problem, const TrainOptions& options,
                  std::int64_t max_evaluations, double solve_flops = 0.0);

}  // namespace burelu
