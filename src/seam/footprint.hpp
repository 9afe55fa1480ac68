// The sizes that memory depends on: what a device is asked to estimate before anything is allocated.
#pragma once

#include <cstdint>

#include "burelu/matrix.hpp"

namespace burelu {

/// Sizes of a presolved problem and of the method on it.
struct SolveSize {
  index_t rows = 0;       ///< m
  index_t features = 0;   ///< d
  index_t outputs = 0;    ///< c
  index_t loss_rows = 0;  ///< at least m
  int rank = 0;
  int memory = 0;  ///< L-BFGS pairs
  int threads = 1;
  std::int64_t pairs = 0;     ///< listed at a time
  index_t slack_columns = 0;  ///< of right-hand sides of the slack in a certificate, at most
};

/// Sizes of the training of a network.
struct TrainingSize {
  index_t rows = 0, features = 0, outputs = 0;
  index_t width = 0;  ///< neurons, at most
  int memory = 20;    ///< L-BFGS pairs
};

}  // namespace burelu
