// One chain of a path: the same rows for one gamma after the other, largest first, each network from the one before.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "burelu/path.hpp"
#include "driver/continuation.hpp"
#include "linalg/stop.hpp"
#include "seam/device.hpp"

namespace burelu {

/// Networks and bounds of all rows.
class PathChain {
 public:
  /// Keeps references, and stays where it is.
  PathChain(const Problem& problem, const PathOptions& options, const Device& device, const Stop& stop);
  PathChain(const PathChain&) = delete;
  PathChain& operator=(const PathChain&) = delete;

  /// The next gamma; nothing of it counts where `stop` is due at the end.
  PathPiece solve(double gamma);
  /// The next gamma was solved before.
  void take(const PathPiece& piece);
  /// More work on the network of a point.
  void improve(PathPoint& point) const;

 private:
  static void consider(const Problem& problem, Network network, PathPoint& point);
  void train(const Problem& problem, std::int64_t evaluations, const Factor* factor, PathPoint& point) const;
  void slim(const Problem& problem, PathPoint& point, index_t unknowns) const;

  const Problem& problem_;
  const PathOptions& options_;
  const Device& device_;
  const Stop& stop_;
  SolveOptions solve_;
  double t_;  // scale of the targets
  Continuation chain_;
  bool branched_ = false;  // the last bound is that of branch and bound
};

/// Networks of the rows outside a fold; no bounds.
class FoldChain {
 public:
  FoldChain(const Problem& problem, const std::vector<std::int32_t>& folds, int fold, const PathOptions& options,
            const Device& device, const Stop& stop);

  /// The next gamma. `width` neurons at most, 0: chosen.
  PathPiece solve(double gamma, index_t width);
  void take(const PathPiece& piece) { network_ = piece.point.network; }

 private:
  FoldScore score(const Network& network) const;

  const PathOptions& options_;
  const Device& device_;
  const Stop& stop_;
  Matrix X_, Y_, held_X_, held_Y_;
  std::vector<index_t> held_labels_;
  Matrix codes_;  // targets of each class
  std::vector<double> mean_;
  Network network_;
};

}  // namespace burelu
