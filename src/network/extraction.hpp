// Extraction: from the relaxation's factor to the best ReLU network.
//
// Several starts are polished; their convex combination, a wider network no worse than their mean, is polished again;
// then rounds of column generation add neurons that the dual criterion misses, or a fresh start, polish and keep the
// best. Plain multi-start training is the first phase alone. Cost: 6 n (d + c) k + n k^2 flops an evaluation.
#pragma once

#include <cstdint>

#include "burelu/network.hpp"
#include "burelu/options.hpp"
#include "burelu/problem.hpp"
#include "burelu/result.hpp"
#include "network/polish.hpp"
#include "seam/device.hpp"

namespace burelu {

struct TrainingBudget {
  std::int64_t max_evaluations = 0;  ///< loss-and-gradient evaluations; 0 chooses from the size and the options
  double solve_flops = 0.0;          ///< of the relaxation (schedule.hpp); 0: not known
  KeepTraining keep_going;           ///< called from the calling thread every few dozen evaluations; may be empty
  const Stop* stop = nullptr;        ///< asked from every thread; may be null
  const Network* start = nullptr;    ///< a network to go on from instead of starts of its own; may be null
};

/// The best network found, balanced, in the coordinates of the data as given. `factor` may be null. Deterministic for a
/// seed and a number of threads; uses the OpenMP threads of the calling thread. Adds its work to `evaluations`.
Network train_network(const Device& device, const Problem& problem, const Factor* factor, const TrainOptions& options,
                      const TrainingBudget& budget, std::int64_t& evaluations);

}  // namespace burelu
