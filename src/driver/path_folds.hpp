// The folds of a path by several ranks: fold f is rank f modulo their number's, which keeps its chain of networks; all
// do the same gamma at a time.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "burelu/path.hpp"
#include "driver/path_chain.hpp"
#include "ranks/lead.hpp"

namespace burelu {

/// The next gamma of a fold: to be solved, with `width` neurons at most (0: chosen), or known from before.
struct FoldStep {
  int fold = 0;
  double gamma = 0.0;
  index_t width = 0;
  bool known = false;
  Network network;  ///< where it is
};

class SpreadFolds {
 public:
  /// `seconds`: of a limit of time that are left; 0: none.
  SpreadFolds(Lead& lead, const Problem& problem, const std::vector<std::int32_t>& folds, const PathOptions& options,
              const Device& device, const Stop& stop, double seconds);
  /// One piece for each step, side by side; those of known steps are empty.
  std::vector<PathPiece> solve(const std::vector<FoldStep>& steps);

 private:
  Lead& lead_;
  std::function<PathPiece(const FoldStep&)> own_;
};

inline constexpr const char* kFoldJob = "folds";
/// Answers for one rank: the first request of a path brings its problem and options.
std::function<std::string(const Device&, const std::string&)> fold_job();

}  // namespace burelu
