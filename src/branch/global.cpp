#include "branch/global.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "branch/ascent.hpp"
#include "branch/batch_search.hpp"
#include "branch/columns.hpp"
#include "branch/estimate.hpp"
#include "branch/search.hpp"
#include "burelu/errors.hpp"
#include "certificate/proof.hpp"
#include "linalg/random.hpp"
#include "linalg/team.hpp"

namespace burelu {
namespace {

constexpr int kMostRounds = 300;
constexpr index_t kMostAdded = 100;  // directions per round
constexpr double kAscentWork = 3e7;  // kinks x coordinates of the random ascents of a round
constexpr double kShare = 0.5;       // of the tolerance, for the excess of the search's threshold over gamma
constexpr double kGiveWay = 0.3;     // of the violation: the search looks no closer while there is a large one
constexpr double kNotable = 0.02;    // of the largest violation: smaller ones wait
constexpr int kLookEvery = 8;        // rounds: the search sees more than ascents, and leaves a bound
constexpr index_t kMany = 6;         // features: with fewer, cells are not counted before
constexpr int kWays = 256;
constexpr double kLong = 1e6;       // estimated cells: a search that may well be stopped
constexpr double kDigits = 1e-10;   // relative: violations below are rounding
constexpr double kOne = 0.05;       // above the one peak of the first W: what is too much there is too much later
constexpr double kClimbWork = 1e9;  // kinks x coordinates of the ascents from a search's peaks

Matrix residual(const Problem& problem, const Matrix& outputs) {
  Matrix W = outputs;
  for (index_t i = 0; i < W.rows; ++i)
    for (index_t j = 0; j < W.cols; ++j) W(i, j) -= problem.Y(i, j);
  return W;
}

class Trainer {
 public:
  Trainer(const Device& device, const Problem& problem, const Presolved& reduced, const GlobalLimits& limits)
      : device_(device),
        problem_(problem),
        reduced_(reduced),
        limits_(limits),
        columns_(problem),
        random_(limits.seed) {
    bound_ = std::numeric_limits<double>::quiet_NaN();
    if (limits.start != nullptr && limits.start->U.rows == problem.X.cols) begin_with(limits.start->U);
    result_.objective = columns_.objective();
    result_.network = columns_.network();
  }

  GlobalOptimum run() {
    bool thorough = false;  // search whatever the ascents found
    for (int round = 0; round < kMostRounds && !finished(); ++round) {
      result_.rounds = round + 1;
      W_ = residual(problem_, columns_.outputs());
      const Kinks kinks = make_kinks(problem_.X, reduced_, W_);
      const double gamma = problem_.gamma / kinks.unit;
      std::vector<Peak> peaks = ascents(kinks);
      if (round == 0 && hopeless(kinks, highest(peaks))) break;
      // what an excess of h over gamma costs: D(W) - D(sW) = (1 - s) decay + (1 - s)^2 ||W||^2 / 2 at the optimum
      const double wanted = std::min(limits_.tolerance * result_.objective / std::max(columns_.decay(), 1e-300),
                                     std::sqrt(limits_.tolerance));
      double violation = highest(peaks) / gamma - 1.0;
      if (thorough || round % kLookEvery == kLookEvery - 1 || violation < std::max(kShare * wanted, kDigits)) {
        look(kinks, gamma, wanted, violation, peaks);
        violation = highest(peaks) / gamma - 1.0;
        if (finished()) break;
      }
      result_.violation = violation;
      const bool added = add(kinks, gamma, violation, peaks);
      if (!added && thorough) break;
      thorough = !added;
      if (!added) continue;
      if (too_large()) break;
      columns_.fit([this] { return !wished(); });
      adopt();
    }
    if (std::isnan(bound_)) {  // stopped before the first search: sum ||x_i|| ||w_i|| bounds h as well
      W_ = residual(problem_, columns_.outputs());
      propose(make_kinks(problem_.X, reduced_, W_), std::numeric_limits<double>::max());
    }
    merge();
    return std::move(result_);
  }

 private:
  void begin_with(const Matrix& U) {
    for (index_t k = 0; k < U.cols; ++k) {
      std::vector<double> u(static_cast<std::size_t>(U.rows));
      for (index_t j = 0; j < U.rows; ++j) u[static_cast<std::size_t>(j)] = U(j, k);
      columns_.add(std::move(u));
    }
    columns_.fit([this] { return !wished(); });
  }

  static double highest(const std::vector<Peak>& peaks) {
    double best = 0.0;
    for (const Peak& peak : peaks) best = std::max(best, peak.value);
    return best;
  }

  bool wished() { return limits_.keep_going && !limits_.keep_going({result_.cells, result_.objective, bound_}); }

  bool ask() {
    const bool spent =
        (limits_.cells > 0 && result_.cells >= limits_.cells) || (limits_.work > 0.0 && result_.work >= limits_.work);
    return !spent && !wished();
  }

  bool too_large() {
    result_.stopped = limits_.unknowns > 0 && columns_.count() * problem_.Y.cols > limits_.unknowns;
    return result_.stopped;
  }

  bool finished() {
    if (!std::isnan(bound_) && result_.objective - bound_ <= limits_.tolerance * std::abs(result_.objective))
      result_.reached = true;
    if (!result_.reached && !ask()) result_.stopped = true;
    return result_.reached || result_.stopped;
  }

  static double ascent_work(const Kinks& kinks) {
    return static_cast<double>(kinks.count * (kinks.dims + kinks.outputs)) * 30.0;
  }

  // From the directions of the network and from random ones.
  std::vector<Peak> ascents(const Kinks& kinks) {
    const double each = ascent_work(kinks);
    const int random = std::clamp(static_cast<int>(kAscentWork / each), 4, result_.rounds == 1 ? 100 : 40);
    std::vector<Peak> peaks(static_cast<std::size_t>(random));
    for (Peak& peak : peaks) {
      peak.y.resize(static_cast<std::size_t>(kinks.dims));
      for (double& value : peak.y) value = random_.normal();
    }
    for (std::vector<double>& y : columns_.in_coordinates(kinks)) peaks.push_back({0.0, std::move(y)});
    climb(kinks, peaks);
    return peaks;
  }

  static void climb(const Kinks& kinks, std::vector<Peak>& peaks) {
    Team::current().share(static_cast<std::int64_t>(peaks.size()), 1, [&](int, std::int64_t begin, std::int64_t end) {
      if (begin == end) return;
      Ascent ascent(kinks);
      for (std::int64_t i = begin; i < end; ++i) {
        Peak& peak = peaks[static_cast<std::size_t>(i)];
        peak.value = ascent.climb(peak.y);
      }
    });
  }

  // The search, what it found and the bound it gives.
  void look(const Kinks& kinks, double gamma, double wanted, double violation, std::vector<Peak>& peaks) {
    SearchLimits limits;
    limits.threads = Team::current().size();
    limits.threshold = gamma * (1.0 + kShare * wanted);
    limits.relative = std::max(0.5 * kShare * wanted, kGiveWay * std::max(violation, 0.0));
    if (!affordable(kinks, limits.threshold, highest(peaks) * (1.0 + limits.relative))) return;
    looked_ = true;
    if (std::isnan(bound_) && kinks.dims >= kMany) climb_down(kinks, limits);
    if (result_.stopped) return;
    SearchResult found = searched(kinks, limits);
    if (finished()) return;
    std::vector<Peak> raised = found.peaks;
    const double most = std::max(kClimbWork / (ascent_work(kinks) * static_cast<double>(2 * kinks.dims)), 10.0);
    if (static_cast<double>(raised.size()) > most) raised.resize(static_cast<std::size_t>(most));
    climb(kinks, raised);
    peaks.insert(peaks.end(), found.peaks.begin(), found.peaks.end());
    peaks.insert(peaks.end(), raised.begin(), raised.end());
  }

  SearchResult searched(const Kinks& kinks, SearchLimits limits) {
    const std::int64_t before = result_.cells;
    limits.cells = limits_.cells > 0 ? std::max<std::int64_t>(limits_.cells - before, 1) : 0;
    limits.work = limits_.work > 0.0 ? std::max(limits_.work - result_.work, 1.0) : 0.0;
    limits.keep_going = [this, before](std::int64_t cells) {
      result_.cells = before + cells;
      return !wished();
    };
    SearchResult found;
    try {
      found = search_on(device_, kinks, limits);
    } catch (const DeviceError& error) {
      if (std::isnan(bound_)) throw;
      result_.failure = error.what();
      result_.stopped = true;
      return {};
    }
    result_.cells = before + found.cells;
    result_.work += found.work;
    propose(kinks, found.upper);
    return found;
  }

  // Loose thresholds first, which take few cells: a search that is stopped has a bound of some use.
  void climb_down(const Kinks& kinks, SearchLimits limits) {
    const double wanted = limits.threshold;
    for (const double excess : {1.0, 0.3, 0.1}) {
      if (excess < 0.2 && result_.estimated < kLong) return;
      limits.threshold = problem_.gamma / kinks.unit * (1.0 + excess);
      if (limits.threshold <= wanted || result_.stopped || !ask()) return;
      searched(kinks, limits);
    }
  }

  // The first W has one peak, or few: later ones have one at each neuron.
  bool hopeless(const Kinks& kinks, double best) {
    return limits_.work > 0.0 && !affordable(kinks, best * (1.0 + kOne), 0.0);
  }

  bool affordable(const Kinks& kinks, double threshold, double best) {
    if (kinks.dims < kMany || looked_) return true;
    const Estimate estimate = estimated_cells(kinks, std::max(threshold, best), kWays, limits_.seed, limits_.work);
    result_.estimated = estimate.cells;
    const bool good = !(limits_.work > 0.0 && estimate.work > limits_.work);
    result_.stopped = result_.stopped || !good;
    return good;
  }

  void propose(const Kinks& kinks, double upper) {
    const Certificate candidate = scaled_certificate(problem_, W_, kinks, upper);
    if (candidate.empty() || !(std::isnan(bound_) || candidate.lower_bound > bound_)) return;
    bound_ = candidate.lower_bound;
    result_.certificate = candidate;
  }

  bool add(const Kinks& kinks, double gamma, double violation, std::vector<Peak>& peaks) {
    std::sort(peaks.begin(), peaks.end(), [](const Peak& a, const Peak& b) { return a.value > b.value; });
    columns_.drop_idle();
    index_t added = 0;
    for (const Peak& peak : peaks) {
      const double excess = peak.value / gamma - 1.0;
      if (excess <= kDigits || added == kMostAdded) break;
      if (excess < kNotable * violation && added > 3) break;
      if (columns_.add(direction(kinks, peak.y))) ++added;
    }
    return added > 0;
  }

  static std::vector<double> direction(const Kinks& kinks, const std::vector<double>& y) {
    std::vector<double> u(static_cast<std::size_t>(kinks.basis.rows), 0.0);
    for (index_t i = 0; i < kinks.basis.rows; ++i)
      for (index_t j = 0; j < kinks.dims; ++j)
        u[static_cast<std::size_t>(i)] += kinks.basis(i, j) * y[static_cast<std::size_t>(j)];
    return u;
  }

  void adopt() {
    const double value = columns_.objective();
    if (!(value < result_.objective)) return;
    result_.objective = value;
    result_.network = columns_.network();
  }

  // As few neurons as the gap allows: directions within an angle become one.
  void merge() {
    if (columns_.count() == 0 || result_.network.width() == 0) return;
    const double allowed = std::isnan(bound_) ? 0.0 : 0.5 * limits_.tolerance * std::abs(result_.objective);
    for (const double angle : {0.3, 0.1, 0.03, 0.01, 3e-3, 1e-3, 1e-4}) {
      Columns fewer = columns_.merged(angle);
      fewer.fit([this] { return !wished(); });
      fewer.drop_idle();
      const bool good = fewer.objective() <= result_.objective + std::max(allowed, 1e-9 * result_.objective);
      const bool keeps = !result_.reached || fewer.objective() - bound_ <= limits_.tolerance * fewer.objective();
      if (!good || !keeps || fewer.network().width() > result_.network.width()) continue;
      result_.network = fewer.network();
      result_.objective = fewer.objective();
      break;
    }
  }

  const Device& device_;
  const Problem& problem_;
  const Presolved& reduced_;
  const GlobalLimits& limits_;
  Columns columns_;
  Random random_;
  Matrix W_;
  double bound_;
  bool looked_ = false;  // a search was begun
  GlobalOptimum result_;
};

}  // namespace

GlobalOptimum train_globally(const Device& device, const Problem& problem, const Presolved& reduced,
                             const GlobalLimits& limits) {
  return Trainer(device, problem, reduced, limits).run();
}

std::optional<double> branched_bound(const Problem& problem, const Certificate& certificate,
                                     const std::function<bool(std::int64_t cells)>& keep_going) {
  const Matrix& W = certificate.W;
  if (W.rows != problem.X.rows || W.cols != problem.Y.cols || !(problem.gamma > 0.0)) return std::nullopt;
  for (const double w : W.data)
    if (!std::isfinite(w)) return std::nullopt;
  const Presolved reduced = presolve(problem);
  if (reduced.features() > kMostDims) return std::nullopt;
  const Kinks kinks = make_kinks(problem.X, reduced, W);
  const double gamma = problem.gamma - kinks.eta * (1.0 + 1e-12);
  SearchLimits limits;
  limits.threads = Team::current().size();
  limits.relative = 0.0;
  limits.decide = true;
  limits.keep_going = keep_going;
  limits.threshold = gamma / kinks.unit * (1.0 - 1e-14);
  if (!(limits.threshold > 0.0)) return std::nullopt;
  const SearchResult found = search(kinks, limits);
  if (!found.finished || found.upper > limits.threshold) return std::nullopt;
  const double bound = dual_value_below(problem.Y, W);
  if (!std::isfinite(bound)) return std::nullopt;
  return bound;
}

double largest_gamma(const MatrixView& X, const MatrixView& Y, const Presolved& reduced, double relative, double known,
                     double work) {
  Matrix W(Y.rows, Y.cols);
  for (index_t i = 0; i < Y.rows; ++i)
    for (index_t j = 0; j < Y.cols; ++j) W(i, j) = Y(i, j);
  const Kinks kinks = make_kinks(X, reduced, W);
  SearchLimits limits;
  limits.threshold = known * (1.0 + relative) / kinks.unit;
  limits.relative = relative;
  limits.work = work;
  limits.threads = Team::current().size();
  if (work > 0.0 && kinks.dims >= kMany && known > 0.0 &&
      estimated_cells(kinks, limits.threshold, kWays, 0, work).work > work)
    return std::numeric_limits<double>::infinity();
  return std::min(search(kinks, limits).upper * kinks.unit + kinks.eta, kinks.largest);
}

}  // namespace burelu
