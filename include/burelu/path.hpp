// A path: networks with their bounds for many gammas, each solve started from the one before; and the choice of gamma
// by cross-validation.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "burelu/export.hpp"
#include "burelu/gamma_max.hpp"
#include "burelu/result.hpp"

namespace burelu {

/// Which gamma of a path is chosen by its held-out scores.
enum class PathRule {
  best,                ///< the best mean score; of equals the largest gamma
  one_standard_error,  ///< the largest gamma whose mean is within one standard error of the best
};

/// How a network does on the rows that were held out from it.
struct FoldScore {
  index_t rows = 0;
  double squared_error = 0.0;  ///< mean over rows of ||output - y||^2
  double accuracy = 0.0;       ///< share of rows whose class has the largest output; NaN without labels
  double r2 = 0.0;             ///< 1 - squared error over that of the mean of the rows that were trained on
};

/// Mean over the folds, and its standard error: standard deviation of the folds over sqrt(folds). NaN without folds.
struct HeldOut {
  double mean = 0.0;
  double standard_error = 0.0;
};

/// One gamma of a path.
struct PathPoint {
  double gamma = 0.0;
  double share = 0.0;  ///< of gamma_max, its upper value
  Status status = Status::stalled;
  Network network;                       ///< trained on all rows
  double objective = 0.0;                ///< of the network
  double lower_bound = 0.0;              ///< proven for all networks of any width; NaN where none was
  double relative_gap = 0.0;             ///< of network and bound
  Certificate certificate;               ///< of the bound
  bool rescaled = false;                 ///< the bound is proven by dual points of other gammas, rescaled or mixed
  std::int64_t evaluations = 0;          ///< interaction passes of the relaxation
  std::int64_t cells = 0;                ///< of branch and bound
  std::int64_t network_evaluations = 0;  ///< loss-and-gradient evaluations
  double seconds = 0.0;
  std::vector<FoldScore> folds;
  HeldOut squared_error, accuracy, r2;
};

struct PathProgress {
  int done = 0;  ///< networks so far: one for each gamma of all rows and of each fold
  int total = 0;
  int fold = -1;  ///< of the network that ended; -1: all rows
  double gamma = 0.0;
  double seconds = 0.0;       ///< since the call
  double seconds_left = 0.0;  ///< estimate, NaN at first
};

/// What a finished piece of a path was: enough to go on without doing it again.
struct PathPiece {
  int fold = -1;              ///< -1: all rows
  int index = 0;              ///< of gamma
  PathPoint point;            ///< of all rows; of a fold network and work only
  FoldScore score;            ///< of a fold
  std::vector<double> state;  ///< of all rows: where the solve left off, for the next gamma
};

struct PathOptions {
  PathOptions() {
    train.solve.tolerance = 1e-2;
    train.solve.bound = BoundMethod::automatic;
  }

  /// Of each solve. tolerance 1e-2 and `BoundMethod::automatic` by default; max_evaluations 0 chooses (400 to 2,000 for
  /// each gamma, by size); time_limit is for the whole path. Checkpoints are not taken.
  TrainOptions train;
  std::vector<double> gammas;   ///< positive; empty: a logarithmic grid from gamma_max down
  int count = 20;               ///< of the grid
  double ratio = 1e-3;          ///< smallest over largest gamma of the grid
  bool bounds = true;           ///< false: scores only, for the choice of gamma; points have no network and no bound
  int folds = 0;                ///< of cross-validation; 0: none, else at least 2
  std::vector<index_t> labels;  ///< class of each row, for accuracy and folds that keep the classes' shares; or empty
  PathRule rule = PathRule::best;
  int jobs = 1;                                       ///< folds side by side, each with its share of the threads
  std::function<bool(const PathProgress&)> progress;  ///< by one thread at a time; false stops; may be empty
  /// What an earlier call has finished, to go on from; null for a piece that it has not. May be empty.
  std::function<const PathPiece*(int fold, int index)> known;
  std::function<void(const PathPiece&)> finished;  ///< called for each new piece, by one thread at a time; may be empty
};

struct Path {
  GammaMax gamma_max;
  std::vector<PathPoint> points;    ///< the largest gamma first; those that were finished
  bool by_accuracy = false;         ///< what chose: accuracy of labelled rows, else the squared error
  int best = -1;                    ///< point of the best score, -1 without folds
  int one_standard_error = -1;      ///< the largest gamma within one standard error of it
  int chosen = -1;                  ///< by the rule
  std::vector<std::int32_t> folds;  ///< of each row; empty without
  Status status = Status::solved;   ///< interrupted, time_limit; else solved, whatever each point came to
  double seconds = 0.0;
};

/// Throws `DataError` for data and options that cannot be (more folds than rows of the smallest class, gammas that are
/// not positive), else as `train`.
BURELU_API Path path(const Problem& problem, const PathOptions& options = {});

/// The index that each rule takes, of mean scores in the order of falling gamma, with their standard errors. -1 for
/// empty lists. `larger_is_better`: of accuracies; else of errors.
BURELU_API int best_score(const std::vector<HeldOut>& scores, bool larger_is_better);
BURELU_API int one_standard_error_score(const std::vector<HeldOut>& scores, bool larger_is_better);

/// The logarithmic grid from `largest` down to `ratio` times it.
BURELU_API std::vector<double> gamma_grid(double largest, int count, double ratio);

/// Folds for each row, 0 .. folds - 1: of equal sizes but for one, and with labels each class spread in the same way.
/// Throws `DataError` where a fold would lack a class, and where there are fewer rows than folds.
BURELU_API std::vector<std::int32_t> draw_folds(index_t rows, const std::vector<index_t>& labels, int folds,
                                                std::uint64_t seed);

}  // namespace burelu
