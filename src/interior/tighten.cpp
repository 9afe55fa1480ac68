#include "interior/tighten.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <new>
#include <optional>
#include <utility>
#include <vector>

#include "cuts/cut_numbering.hpp"
#include "cuts/separation.hpp"
#include "interior/interior_point.hpp"
#include "linalg/dense.hpp"
#include "linalg/thread_scope.hpp"

namespace burelu {
namespace {

constexpr int kRounds = 4;             // of separation, unless asked for
constexpr double kThreshold = 1e-5;    // least violation, in units of the natural size of a product
constexpr double kGain = 0.3;          // of the tolerance, relative: a round that gains less is the last
constexpr double kIdle = 1e-7;         // of the heaviest multiplier: a cut with less is dropped
constexpr double kCertifyBelow = 0.3;  // relative gap of an iterate from which its multipliers are tried
constexpr double kAccuracy = 1e-2;     // of the tolerance, for the interior point
constexpr double kCloser = 0.6;        // of the gap of the last iterate tried
constexpr int kCertifyEvery = 3;       // steps, at most, between iterates that are tried
constexpr int kPatience = 4;           // of those in a row that raise the bound by less than kSlow: enough
constexpr double kLate = 2e-2;         // relative gap of an iterate from which they are counted
constexpr double kSlow = 1e-5;         // of the bound
constexpr double kTerms = 2e6;         // of all pairs, at most: limits the number of cuts
constexpr double kMostPlanar = 2000;  // coordinates; more: cuts by this method only where a number of them is asked for
constexpr double kMostSpatial = 1000;  // with three features and more
constexpr double kSpent = 1e11;        // cubes of coordinates, over all steps: no more rounds of its own accord
constexpr std::int64_t kProgrammes = 400'000;
constexpr double kWeightless = 1e-10;      // of the largest eigenvalue: columns of the factor that are left out
constexpr double kManyCoordinates = 2500;  // fewer: one thread, which is faster where others have work too

/// Coordinates that all pairs of F touch, about: what a Newton step, and writing out a certificate, cost.
double pair_terms(index_t rows, index_t features, std::size_t cuts) {
  const double count = 2.0 * static_cast<double>(rows) + static_cast<double>(cuts);
  const double entries = 2.0 * static_cast<double>(features) + 1.0;
  return 0.5 * count * count * entries * entries;
}

/// N(N + 1)/2.
double coordinates(const Presolved& reduced) {
  const auto order = static_cast<double>(reduced.rows() + reduced.features());
  return 0.5 * order * (order + 1.0);
}

/// As many cuts as one step can afford; two per row are all that pays in two dimensions.
std::size_t affordable(index_t rows, index_t features) {
  const index_t per_row = features <= 2 ? 4 : 12;
  auto cuts = static_cast<std::size_t>(per_row * rows);
  while (cuts > 0 && pair_terms(rows, features, cuts) > kTerms) cuts -= std::max<std::size_t>(cuts / 20, 1);
  return cuts;
}

index_t first_cuts_per_row(index_t features) { return features <= 2 ? 2 : 4; }
index_t more_cuts_per_row(index_t features) { return features <= 2 ? 1 : 3; }  // and round
int rounds_of(const SolveOptions& options) { return options.cut_rounds > 0 ? options.cut_rounds : kRounds; }

std::size_t most_cuts(const Presolved& reduced, const SolveOptions& options) {
  return options.cuts > 0 ? static_cast<std::size_t>(options.cuts) : affordable(reduced.rows(), reduced.features());
}

/// Largest violated product over the largest product.
double infeasibility(const RelaxationData& data, const Matrix& products) {
  double least = 0.0;
  double largest = 0.0;
  for (index_t i = 0; i < products.rows; ++i)
    for (index_t j = 0; j <= i; ++j) {
      const double value = products(i, j);
      if (i == j) largest = std::max(largest, value);
      least = std::min(least, data.tied(i, j) ? -std::fabs(value) : value);
    }
  return largest > 0.0 ? -least / largest : 0.0;
}

class Tightening {
 public:
  Tightening(const Presolved& reduced, Incumbent& incumbent, const SolveOptions& options, const Clock& clock,
             Relaxation& result)
      : reduced_(reduced), incumbent_(incumbent), options_(options), clock_(clock), result_(result) {
    most_ = most_cuts(reduced, options);
  }

  void run();

 private:
  void rounds();
  void say_why();
  void begin();
  bool solve_once();
  bool separate();
  bool certify(const InteriorPoint& point);
  void adopt();
  bool out_of_time() const { return options_.time_limit > 0.0 && clock_.seconds() > options_.time_limit; }

  const Presolved& reduced_;
  Incumbent& incumbent_;
  const SolveOptions& options_;
  const Clock& clock_;
  Relaxation& result_;
  std::size_t most_ = 0;              // cuts at a time
  std::vector<std::int32_t> active_;  // in use
  RelaxationData data_;
  InteriorPoint point_;
  int slow_ = 0;                // iterates in a row without much gain
  double certified_gap_ = 0.0;  // of the last iterate whose multipliers were tried
  int since_certified_ = 0;
  bool interrupted_ = false;
  bool raised_ = false;   // the bound, in this round
  bool adopted_ = false;  // objective and factor are of a relaxation with cuts
};

void Tightening::begin() {
  data_ = prepare(reduced_);
  Separator separator(data_);
  std::vector<Cut> cuts = separator.basis_pursuit(static_cast<int>(first_cuts_per_row(data_.d)));
  if (cuts.size() > most_) cuts.resize(most_);
  for (std::size_t t = 0; t < cuts.size(); ++t)
    active_.push_back(static_cast<std::int32_t>(incumbent_.certifier().cuts().size() + t));
  incumbent_.certifier().add_cuts(cuts);
}

/// The multipliers of an iterate as a bound; false to stop the interior point.
bool Tightening::certify(const InteriorPoint& point) {
  ++result_.newton_steps;
  point_ = InteriorPoint(point);  // all of it or nothing, where memory ends
  const double objective = point.objective + reduced_.constant_loss;
  const double before = incumbent_.bound();
  ++since_certified_;
  if (point.gap < kCertifyBelow && (point.gap < kCloser * certified_gap_ || since_certified_ >= kCertifyEvery)) {
    certified_gap_ = point.gap;
    since_certified_ = 0;
    const std::vector<Multiplier> multipliers = over_forms(point.multipliers, data_, active_);
    incumbent_.offer({&multipliers, &point.tau, &point.E});
    raised_ = raised_ || incumbent_.bound() > before;
    const bool gained = incumbent_.bound() - before > kSlow * std::fabs(before);
    slow_ = gained || point.gap > kLate ? 0 : slow_ + 1;
  }
  const double violated = infeasibility(data_, point.products);
  const HistoryEntry& check =
      incumbent_.record({result_.evaluations, clock_.seconds(), objective, violated, 0.0, 0.0, result_.rank});
  if (options_.progress) {
    Progress p = progress_at(check, "cuts");
    p.primal_residual = p.dual_residual = point.gap;
    interrupted_ = !options_.progress(p);
  }
  const bool there = objective - incumbent_.bound() <= kGain * options_.tolerance * std::fabs(objective) &&
                     point.gap <= kAccuracy * options_.tolerance;
  return !interrupted_ && !out_of_time() && slow_ < kPatience && !there;
}

/// One relaxation to the end. False where the solve has to end as well.
bool Tightening::solve_once() {
  std::vector<Cut> cuts;
  for (const std::int32_t id : active_) cuts.push_back(incumbent_.certifier().cuts()[static_cast<std::size_t>(id)]);
  data_ = prepare(reduced_, cuts);
  slow_ = since_certified_ = 0;
  certified_gap_ = std::numeric_limits<double>::infinity();
  interior_point(data_, kAccuracy * options_.tolerance, [this](const InteriorPoint& point) { return certify(point); });
  return !interrupted_ && !out_of_time();
}

/// Drops idle cuts, adds violated ones; false where there are none.
bool Tightening::separate() {
  const index_t base = 2 * data_.m;
  std::vector<double> load(active_.size(), 0.0);  // largest multiplier, in units of the natural size of its product
  for (const Multiplier& pair : point_.multipliers)
    for (const index_t form : {index_t{pair.i}, index_t{pair.j}})
      if (form >= base) {
        const index_t other = form == pair.i ? pair.j : pair.i;
        double& most = load[static_cast<std::size_t>(form - base)];
        most = std::max(most, pair.value * std::fabs(point_.products(form, other)));
        most = std::max(most, pair.value * std::fabs(data_.cuts.kernel(form - base, other)));
      }
  const double heaviest = load.empty() ? 0.0 : *std::max_element(load.begin(), load.end());
  std::vector<std::int32_t> kept;
  for (std::size_t t = 0; t < active_.size(); ++t)
    if (load[t] > kIdle * heaviest) kept.push_back(active_[t]);
  active_ = std::move(kept);
  const std::size_t room = most_ > active_.size() ? most_ - active_.size() : 0;
  if (room == 0) return false;
  const auto share = static_cast<std::size_t>(more_cuts_per_row(data_.d) * data_.m);
  const std::vector<Violated> found =
      Separator(data_).separate(point_.products, kThreshold, std::min(room, share), kProgrammes, options_.seed);
  std::vector<Cut> fresh;
  for (const Violated& violated : found) {
    active_.push_back(static_cast<std::int32_t>(incumbent_.certifier().cuts().size() + fresh.size()));
    fresh.push_back(violated.cut);
  }
  incumbent_.certifier().add_cuts(fresh);
  return !fresh.empty();
}

/// The last iterate as the result: R = Q diag(values)^1/2 with RR' = Z, V by ridge regression.
void Tightening::adopt() {
  const Matrix& Z = point_.Z;
  const index_t N = Z.rows;
  Matrix vectors = Z;
  std::vector<double> values;
  require_decomposition(eigen(vectors, values), "the eigenvalues of the last iterate");
  const index_t rank =
      std::count_if(values.begin(), values.end(), [&](double v) { return v > kWeightless * values.back(); });
  Factor factor{Matrix(data_.m, rank), Matrix(data_.d, rank), Matrix(data_.c, rank)};
  for (index_t l = 0; l < rank; ++l) {
    const double root = std::sqrt(values[static_cast<std::size_t>(N - 1 - l)]);
    for (index_t i = 0; i < N; ++i) {
      const double value = root * vectors(N - 1 - l, i);  // eigenvectors stand in the rows of the row-major matrix
      (i < data_.m ? factor.A(i, l) : factor.U(i - data_.m, l)) = value;
    }
  }
  // V' = (H'H + gamma I)^-1 H'Y = -H'E / gamma, with E = -gamma (gamma I + HH')^-1 Y.
  for (index_t j = 0; j < data_.c; ++j)
    for (index_t l = 0; l < rank; ++l) {
      double sum = 0.0;
      for (index_t i = 0; i < data_.m; ++i) sum -= factor.A(i, l) * point_.E(i, j);
      for (std::size_t q = 0; q < data_.negative.size(); ++q) {
        const index_t k = data_.negative[q];
        double b = factor.A(k, l);
        for (index_t i = 0; i < data_.d; ++i) b -= data_.X(k, i) * factor.U(i, l);
        sum -= data_.negative_scale[q] * b * point_.E(data_.m + static_cast<index_t>(q), j);
      }
      factor.V(j, l) = sum / data_.gamma;
    }
  adopted_ = true;
  raised_ = false;
  result_.factor = std::move(factor);
  result_.rank = static_cast<int>(rank);
  result_.objective = point_.objective + reduced_.constant_loss;
  result_.infeasibility = infeasibility(data_, point_.products);
}

void Tightening::rounds() {
  begin();
  const int most = rounds_of(options_);
  for (int round = 0; round < most && !active_.empty(); ++round) {
    const double before = incumbent_.bound();
    raised_ = false;
    ++result_.cut_rounds;
    const bool go_on = solve_once();
    if (raised_) adopt();
    if (!go_on || !(incumbent_.bound() - before > kGain * options_.tolerance * std::fabs(before))) break;
    const double spent = static_cast<double>(result_.newton_steps) * std::pow(coordinates(reduced_), 3.0);
    if (options_.cut_rounds == 0 && spent > kSpent) break;
    if (round + 1 < most && !separate()) break;
  }
}

void Tightening::run() {
  const ThreadScope threads(coordinates(reduced_) < kManyCoordinates ? 1 : options_.threads);
  const Clock clock;
  const double certified = incumbent_.seconds();
  try {
    rounds();
  } catch (const std::bad_alloc&) {  // what was proven before stands
    if (raised_) adopt();
  }
  incumbent_.publish(result_);
  result_.seconds.solve += clock.seconds() - (incumbent_.seconds() - certified);
  say_why();
}

void Tightening::say_why() {
  if (interrupted_) {
    result_.status = Status::interrupted;
    result_.message = "interrupted while adding cuts; the best certified bound so far is reported";
  } else if (adopted_ && std::fabs(result_.relative_gap) <= options_.tolerance &&
             result_.infeasibility <= options_.tolerance) {
    result_.status = Status::solved;
    result_.message = "certified relative gap and infeasibility of the relaxation with cuts are below the tolerance";
  } else if (out_of_time()) {
    result_.status = Status::time_limit;
    result_.message = "the time limit was reached while adding cuts; raise --time-limit to go on";
  } else if (adopted_) {
    result_.status = Status::stalled;
    result_.message =
        "rounding ends the interior-point method with cuts above the tolerance; the bound is proven all the same";
  }  // else nothing was gained: the solve without cuts stands as it was
}

}  // namespace

bool tightens(const Presolved& reduced, const SolveOptions& options) {
  const bool few = coordinates(reduced) <= (reduced.features() <= 2 ? kMostPlanar : kMostSpatial);
  return options.cuts != 0 && (options.cuts > 0 || few) && reduced.features() > 1 &&
         small_enough(reduced.rows(), reduced.features());
}

std::int64_t tighten_bytes(const Presolved& reduced, const SolveOptions& options) {
  const index_t m = reduced.rows();
  const index_t d = reduced.features();
  const index_t added = m * (first_cuts_per_row(d) + more_cuts_per_row(d) * (rounds_of(options) - 1));
  return interior_bytes(m, d, std::min(static_cast<index_t>(most_cuts(reduced, options)), added));
}

void tighten(const Presolved& reduced, Incumbent& incumbent, const SolveOptions& options, const Clock& clock,
             Relaxation& result) {
  const bool unfinished = result.status != Status::solved && result.status != Status::stalled;
  if (unfinished || !incumbent.proven() || result.factor.A.cols == 0) return;  // no columns: zero is optimal
  result.bound_without_cuts = incumbent.bound();
  Tightening(reduced, incumbent, options, clock, result).run();
}

}  // namespace burelu
