// path(): gamma_max, the chain of all rows, the chains of the folds side by side, bounds shared, the choice.
#include "burelu/path.hpp"

#include <algorithm>
#include <cmath>
#include <exception>
#include <limits>
#include <mutex>
#include <thread>

#include "burelu/errors.hpp"
#include "burelu/solve.hpp"
#include "driver/devices.hpp"
#include "driver/path_bounds.hpp"
#include "driver/path_chain.hpp"
#include "driver/path_folds.hpp"
#include "linalg/clock.hpp"
#include "linalg/thread_scope.hpp"

namespace burelu {
namespace {

constexpr double kFoldShare = 0.3;  // of the time of all rows, where nothing is known yet
constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

void check(const Problem& problem, const PathOptions& options) {
  validate(problem);
  for (const double gamma : options.gammas)
    if (!(gamma > 0.0) || !std::isfinite(gamma))
      throw DataError("each gamma of a path must be a finite number above 0");
  if (options.gammas.empty() && options.count < 1) throw DataError("a path needs at least one gamma");
  if (options.gammas.empty() && !(options.ratio > 0.0 && options.ratio < 1.0))
    throw DataError("the ratio of the smallest gamma to the largest must be between 0 and 1");
  if (options.folds == 0 && !options.bounds) throw DataError("a path without bounds and without folds is no path");
  if (options.folds < 0) throw DataError("folds must not be negative; 0 leaves cross-validation out");
  if (options.jobs < 1) throw DataError("jobs must be at least 1");
  for (const index_t label : options.labels)
    if (label < 0) throw DataError("labels are numbers of classes, from 0 on");
}

bool constant(const MatrixView& Y) {
  for (index_t l = 0; l < Y.cols; ++l)
    for (index_t i = 1; i < Y.rows; ++i)
      if (Y(i, l) != Y(0, l)) return false;
  return true;
}

HeldOut held_out(const std::vector<FoldScore>& folds, double FoldScore::*score) {
  HeldOut out{kNone, kNone};
  if (folds.empty()) return out;
  const auto count = static_cast<double>(folds.size());
  double sum = 0.0;
  for (const FoldScore& fold : folds) sum += fold.*score;
  out.mean = sum / count;
  double squares = 0.0;
  for (const FoldScore& fold : folds) squares += std::pow(fold.*score - out.mean, 2);
  if (folds.size() > 1) out.standard_error = std::sqrt(squares / (count - 1.0) / count);
  return out;
}

class Walk {
 public:
  Walk(const Problem& problem, const PathOptions& options)
      : problem_(problem),
        options_(options),
        device_(find_device(options.train.solve)),
        stop_(options.train.solve.time_limit, [this] { return wished(); }) {}

  Path run() {
    const ThreadScope scope(options_.train.solve.threads);
    if (options_.folds > 0) {
      if (constant(problem_.Y)) throw DataError("all targets are the same: there is nothing to choose gamma by");
      path_.folds = draw_folds(problem_.X.rows, options_.labels, options_.folds, options_.train.solve.seed);
    }
    path_.gamma_max = gamma_max(problem_, options_.train.solve);
    grid();
    if (options_.bounds)
      all_rows();
    else
      gammas_alone();
    if (options_.folds > 0 && !stop_.due()) side_by_side(scope.threads());
    share_bounds(problem_, path_.points);
    choose();
    if (wished())
      path_.status = Status::interrupted;
    else if (stop_.due())
      path_.status = Status::time_limit;
    path_.seconds = clock_.seconds();
    return std::move(path_);
  }

 private:
  bool wished() const { return stopped_ || (options_.train.solve.stop && options_.train.solve.stop()); }

  void grid() {
    gammas_ = options_.gammas;
    if (gammas_.empty()) {
      if (!(path_.gamma_max.upper > 0.0))
        throw DataError(
            "gamma_max is 0: all features or all targets are 0, and the zero network is optimal for any gamma");
      gammas_ = gamma_grid(path_.gamma_max.upper, options_.count, options_.ratio);
    }
    std::sort(gammas_.begin(), gammas_.end(), std::greater<>());
    gammas_.erase(std::unique(gammas_.begin(), gammas_.end()), gammas_.end());
    total_ = static_cast<int>(gammas_.size()) * ((options_.bounds ? 1 : 0) + options_.folds);
  }

  const PathPiece* known(int fold, std::size_t index) const {
    return options_.known ? options_.known(fold, static_cast<int>(index)) : nullptr;
  }

  double share(double gamma) const { return path_.gamma_max.upper > 0.0 ? gamma / path_.gamma_max.upper : kNone; }

  void gammas_alone() {
    all_done_ = static_cast<int>(gammas_.size());
    for (const double gamma : gammas_) {
      PathPoint point;
      point.gamma = gamma;
      point.share = share(gamma);
      point.objective = point.lower_bound = point.relative_gap = kNone;
      path_.points.push_back(point);
    }
  }

  void all_rows() {
    PathChain chain(problem_, options_, *device_, stop_);
    for (std::size_t k = 0; k < gammas_.size() && !stop_.due(); ++k) {
      PathPiece piece;
      if (const PathPiece* before = known(-1, k)) {
        piece = *before;
        chain.take(piece);
      } else {
        piece = chain.solve(gammas_[k]);
        if (stop_.due()) return;
      }
      piece.index = static_cast<int>(k);
      piece.point.share = share(gammas_[k]);
      path_.points.push_back(piece.point);
      tell(piece, known(-1, k) != nullptr);
    }
  }

  void side_by_side(int threads) {
    scores_.resize(static_cast<std::size_t>(options_.folds));
    if (Lead* lead = device_->lead()) return by_ranks(*lead);
    const int jobs = std::min(options_.jobs, options_.folds);
    std::vector<std::thread> workers;
    std::mutex mutex;
    std::exception_ptr failure;
    int next = 0;
    for (int j = 0; j < jobs; ++j)
      workers.emplace_back([&] {
        const ThreadScope scope(std::max(threads / jobs, 1));
        try {
          for (;;) {
            int fold = 0;
            {
              const std::lock_guard lock(mutex);
              if (next == options_.folds || failure) return;
              fold = next++;
            }
            one_fold(fold);
          }
        } catch (...) {
          const std::lock_guard lock(mutex);
          if (!failure) failure = std::current_exception();
        }
      });
    for (std::thread& worker : workers) worker.join();
    if (failure) std::rethrow_exception(failure);
  }

  void one_fold(int fold) {
    FoldChain chain(problem_, path_.folds, fold, options_, *device_, stop_);
    for (std::size_t k = 0; k < path_.points.size() && !stop_.due(); ++k) {
      PathPiece piece;
      const PathPiece* before = known(fold, k);
      if (before != nullptr) {
        piece = *before;
        chain.take(piece);
      } else {
        piece = chain.solve(gammas_[k], fold_width(k));
        if (stop_.due()) return;
      }
      piece.fold = fold;
      piece.index = static_cast<int>(k);
      scores_[static_cast<std::size_t>(fold)].push_back(piece.score);
      tell(piece, before != nullptr);
    }
  }

  // As many neurons as all rows have use for, and room to find others.
  index_t fold_width(std::size_t k) const { return options_.bounds ? 3 * path_.points[k].network.width() / 2 + 8 : 0; }

  void by_ranks(Lead& lead) {
    const double limit = options_.train.solve.time_limit;
    const double left = limit > 0.0 ? std::max(limit - clock_.seconds(), 1e-3) : 0.0;
    SpreadFolds spread(lead, problem_, path_.folds, options_, *device_, stop_, left);
    for (std::size_t k = 0; k < path_.points.size() && !stop_.due(); ++k) {
      std::vector<FoldStep> steps;
      for (int fold = 0; fold < options_.folds; ++fold) {
        const PathPiece* before = known(fold, k);
        steps.push_back({fold, gammas_[k], fold_width(k), before != nullptr,
                         before != nullptr ? before->point.network : Network{}});
      }
      std::vector<PathPiece> pieces = spread.solve(steps);
      if (stop_.due()) return;
      for (int fold = 0; fold < options_.folds; ++fold) {
        const PathPiece* before = known(fold, k);
        PathPiece& piece = pieces[static_cast<std::size_t>(fold)];
        if (before != nullptr) piece = *before;
        piece.fold = fold;
        piece.index = static_cast<int>(k);
        scores_[static_cast<std::size_t>(fold)].push_back(piece.score);
        tell(piece, before != nullptr);
      }
    }
  }

  void tell(const PathPiece& piece, bool old) {
    const std::lock_guard lock(mutex_);
    const bool all = piece.fold < 0;
    ++done_;
    (all ? all_done_ : folds_done_) += 1;
    if (!old) {
      (all ? all_timed_ : folds_timed_) += 1;
      (all ? all_seconds_ : folds_seconds_) += piece.point.seconds;
      if (options_.finished) options_.finished(piece);
    }
    if (!options_.progress) return;
    const PathProgress progress{done_, total_, piece.fold, piece.point.gamma, clock_.seconds(), seconds_left()};
    if (!options_.progress(progress)) stopped_ = true;
  }

  double seconds_left() const {
    const int count = static_cast<int>(gammas_.size());
    const double each = all_timed_ > 0 ? all_seconds_ / all_timed_ : kNone;  // NaN at the very beginning
    const double fold = folds_timed_ > 0 ? folds_seconds_ / folds_timed_ : kFoldShare * each;
    const int side_by_side = std::max(std::min(options_.jobs, options_.folds), 1);
    const int all_left = count - all_done_;
    const int folds_left = count * options_.folds - folds_done_;
    return (all_left > 0 ? all_left * each : 0.0) + (folds_left > 0 ? folds_left * fold / side_by_side : 0.0);
  }

  void choose() {
    const bool complete = !scores_.empty() && std::all_of(scores_.begin(), scores_.end(), [&](const auto& list) {
      return list.size() == path_.points.size();
    });
    std::vector<HeldOut> scores;
    path_.by_accuracy = !options_.labels.empty();
    for (std::size_t k = 0; k < path_.points.size(); ++k) {
      PathPoint& point = path_.points[k];
      for (const auto& fold : scores_)
        if (k < fold.size()) point.folds.push_back(fold[k]);
      point.squared_error = held_out(point.folds, &FoldScore::squared_error);
      point.accuracy = held_out(point.folds, &FoldScore::accuracy);
      point.r2 = held_out(point.folds, &FoldScore::r2);
      scores.push_back(path_.by_accuracy ? point.accuracy : point.squared_error);
    }
    if (!complete) return;
    path_.best = best_score(scores, path_.by_accuracy);
    path_.one_standard_error = one_standard_error_score(scores, path_.by_accuracy);
    path_.chosen = options_.rule == PathRule::best ? path_.best : path_.one_standard_error;
    if (path_.chosen < 0 || stop_.due()) return;
    PathChain(problem_, options_, *device_, stop_).improve(path_.points[static_cast<std::size_t>(path_.chosen)]);
  }

  const Problem& problem_;
  const PathOptions& options_;
  const std::shared_ptr<const Device> device_;
  const Stop stop_;
  const Clock clock_;
  Path path_;
  std::vector<double> gammas_;
  std::vector<std::vector<FoldScore>> scores_;  // of each fold, as far as it came
  std::mutex mutex_;
  std::atomic<bool> stopped_ = false;
  int total_ = 0, done_ = 0, all_done_ = 0, folds_done_ = 0, all_timed_ = 0, folds_timed_ = 0;
  double all_seconds_ = 0.0, folds_seconds_ = 0.0;
};

}  // namespace

Path path(const Problem& problem, const PathOptions& options) {
  check(problem, options);
  return Walk(problem, options).run();
}

}  // namespace burelu
