#include "driver/path_chain.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "branch/slim.hpp"
#include "driver/branching.hpp"
#include "driver/dominant.hpp"
#include "driver/target_scale.hpp"
#include "linalg/clock.hpp"
#include "network/schedule.hpp"
#include "problem/gap.hpp"
#include "relaxation/policy.hpp"

namespace burelu {
namespace {

constexpr double kSolveEvaluations = 2000;         // of the relaxation, for each gamma: at most,
constexpr double kLeastEvaluations = 400;          // at least,
constexpr double kSolveFlops = 1e11;               // or what takes so much
constexpr std::int64_t kFirstEvaluations = 300;    // of a network, for each gamma, before there is a bound
constexpr std::int64_t kNetworkEvaluations = 600;  // and where the gap is wider than it needs to be
constexpr std::int64_t kFoldEvaluations = 400;
constexpr index_t kUnknowns = 600;     // output weights, up to which networks are thinned; twice as many at the end
constexpr index_t kMostNeurons = 120;  // on the way: the chosen network may have more
constexpr double kNetworkShare = 0.2;  // of the tolerance: a gap below it is not worth more training
constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

TrainOptions network_options(const TrainOptions& given, index_t rows, index_t outputs, index_t width) {
  TrainOptions out = given;
  if (out.width == 0)
    out.width = static_cast<int>(std::min(width > 0 ? width : kMostNeurons, most_neurons(rows, outputs, given)));
  return out;
}

// The bound is that of branch and bound.
bool branched(const PathPoint& point) { return point.cells > 0 && point.evaluations == 0; }

// What is solved in its place, where there is a dominant feature.
Presolved presolved(const Problem& problem) {
  const std::optional<Dominance> dominance = dominant_feature(problem);
  const Matrix X = dominance ? tamed(problem.X, *dominance) : Matrix();
  return X.rows > 0 ? presolve({X, problem.Y, gamma_to_solve(problem.gamma)}) : presolve(problem);
}

// Those of the path as one solve has them. A limit of evaluations is for the relaxation alone: with `automatic` it
// would keep branch and bound away.
SolveOptions solve_options(const Problem& problem, const SolveOptions& given) {
  SolveOptions out = given;
  out.checkpoint.clear();
  out.resume.clear();
  out.progress = {};
  out.time_limit = 0.0;
  const Presolved reduced = presolved(problem);
  if (branches(reduced, out)) return out;
  out.bound = BoundMethod::relaxation;
  if (out.max_evaluations > 0) return out;
  policy::Sizes sizes{reduced.rows(), reduced.features(), reduced.outputs()};
  sizes.rank = starting_rank(reduced.rows(), reduced.features(), reduced.outputs());
  sizes.memory = policy::lbfgs_pairs(sizes);
  const double flops = policy::evaluation_flops(sizes);
  out.max_evaluations =
      static_cast<std::int64_t>(std::clamp(kSolveFlops / std::fmax(flops, 1.0), kLeastEvaluations, kSolveEvaluations));
  return out;
}

}  // namespace

PathChain::PathChain(const Problem& problem, const PathOptions& options, const Device& device, const Stop& stop)
    : problem_(problem),
      options_(options),
      device_(device),
      stop_(stop),
      solve_(solve_options(problem, options.train.solve)),
      t_(target_scale(problem.Y)) {
  solve_.stop = [this] { return stop_.due(); };
  chain_.network = {Matrix(problem.X.cols, 0), Matrix(problem.Y.cols, 0)};
}

void PathChain::take(const PathPiece& piece) {
  const PathPoint& point = piece.point;
  chain_.network = point.network;
  chain_.relaxation = warm_start_of(piece.state);
  branched_ = branched(point);
  if (point.certificate.empty()) return;
  chain_.certificate = point.certificate;
  chain_.dominance.reset();
  if (point.certificate.dominant >= 0)
    chain_.dominance = Dominance{point.certificate.dominant, point.certificate.dominant_power};
  chain_.certificate.gamma /= t_;
  for (double& w : chain_.certificate.W.data) w /= t_;
  for (Multiplier& pair : chain_.certificate.multipliers) pair.value /= t_;
}

// As few neurons as a tenth of the tolerance allows.
void PathChain::slim(const Problem& problem, PathPoint& point, index_t unknowns) const {
  constexpr double kShare = 0.1;
  point.network = slimmed(problem, point.network, point.objective * (1.0 + kShare * solve_.tolerance), unknowns);
  point.objective = objective(problem, point.network);
}

PathPiece PathChain::solve(double gamma) {
  const Clock clock;
  PathPiece piece;
  Problem problem = problem_;
  problem.gamma = gamma;
  PathPoint& out = piece.point;
  out.gamma = gamma;
  out.lower_bound = kNone;
  out.network = {Matrix(problem.X.cols, 0), Matrix(problem.Y.cols, 0)};
  out.objective = objective(problem, out.network);
  // A network first: it says how good a bound is worth having.
  if (!branched_ && !chain_.certificate.empty()) train(problem, kFirstEvaluations, nullptr, out);
  consider(problem, chain_.network, out);
  chain_.objective = out.objective / (t_ * t_);
  Network found;
  const Relaxation relaxation = solve_from(problem, solve_, device_, &found, chain_);
  out.status = relaxation.status;
  out.lower_bound = relaxation.lower_bound;
  out.certificate = relaxation.certificate;
  out.evaluations = relaxation.evaluations;
  out.cells = relaxation.cells;
  branched_ = branched(out);
  if (found.U.rows == problem.X.cols && found.width() > 0) consider(problem, std::move(found), out);
  const double enough = branched_ ? solve_.tolerance : kNetworkShare * solve_.tolerance;
  if (!(relative_gap(out.objective, out.lower_bound) <= enough))
    train(problem, kNetworkEvaluations, relaxation.factor.U.cols > 0 ? &relaxation.factor : nullptr, out);
  if (out.network_evaluations > 0) slim(problem, out, kUnknowns);
  out.relative_gap = relative_gap(out.objective, out.lower_bound);
  chain_.network = out.network;
  piece.state = numbers_of(chain_.relaxation);
  out.seconds = clock.seconds();
  return piece;
}

// The better network counts.
void PathChain::consider(const Problem& problem, Network network, PathPoint& point) {
  const double value = objective(problem, network);
  if (!(value < point.objective)) return;
  point.network = std::move(network);
  point.objective = value;
}

// From the network of the point, or of the gamma before.
void PathChain::train(const Problem& problem, std::int64_t evaluations, const Factor* factor, PathPoint& point) const {
  const double enough = kNetworkShare * solve_.tolerance;
  const Network start = point.network.width() > 0 ? point.network : chain_.network;
  TrainingBudget budget;
  budget.max_evaluations = evaluations;
  budget.stop = &stop_;
  if (start.width() > 0) budget.start = &start;
  budget.keep_going = [&](std::int64_t, double best) { return !(relative_gap(best, point.lower_bound) <= enough); };
  const TrainOptions train = network_options(options_.train, problem.X.rows, problem.Y.cols, 0);
  consider(problem, train_tamed(device_, problem, factor, train, budget, point.network_evaluations), point);
}

void PathChain::improve(PathPoint& point) const {
  Problem problem = problem_;
  problem.gamma = point.gamma;
  const double enough = kNetworkShare * options_.train.solve.tolerance;
  if (point.network.width() == 0 || point.relative_gap <= enough || point.cells > 0) return;
  TrainingBudget budget;
  budget.stop = &stop_;
  budget.start = &point.network;
  budget.keep_going = [&](std::int64_t, double best) { return !(relative_gap(best, point.lower_bound) <= enough); };
  Network network = train_tamed(device_, problem, nullptr, options_.train, budget, point.network_evaluations);
  const double value = objective(problem, network);
  if (!(value < point.objective)) return;
  point.network = std::move(network);
  point.objective = value;
  slim(problem, point, 2 * kUnknowns);
  point.relative_gap = relative_gap(point.objective, point.lower_bound);
}

FoldChain::FoldChain(const Problem& problem, const std::vector<std::int32_t>& folds, int fold,
                     const PathOptions& options, const Device& device, const Stop& stop)
    : options_(options), device_(device), stop_(stop) {
  const auto held = static_cast<index_t>(std::count(folds.begin(), folds.end(), fold));
  const index_t n = problem.X.rows;
  X_ = Matrix(n - held, problem.X.cols);
  Y_ = Matrix(n - held, problem.Y.cols);
  held_X_ = Matrix(held, problem.X.cols);
  held_Y_ = Matrix(held, problem.Y.cols);
  mean_.assign(static_cast<std::size_t>(problem.Y.cols), 0.0);
  index_t in = 0;
  index_t out = 0;
  for (index_t i = 0; i < n; ++i) {
    const bool outside = folds[static_cast<std::size_t>(i)] == fold;
    const index_t row = outside ? out++ : in++;
    for (index_t j = 0; j < problem.X.cols; ++j) (outside ? held_X_ : X_)(row, j) = problem.X(i, j);
    for (index_t l = 0; l < problem.Y.cols; ++l) {
      (outside ? held_Y_ : Y_)(row, l) = problem.Y(i, l);
      if (!outside) mean_[static_cast<std::size_t>(l)] += problem.Y(i, l) / static_cast<double>(n - held);
    }
    if (outside && !options.labels.empty()) held_labels_.push_back(options.labels[static_cast<std::size_t>(i)]);
  }
  if (!options.labels.empty()) {
    codes_ = Matrix(*std::max_element(options.labels.begin(), options.labels.end()) + 1, problem.Y.cols);
    for (double& code : codes_.data) code = std::numeric_limits<double>::infinity();  // of classes without rows
    for (index_t i = 0; i < n; ++i)
      for (index_t l = 0; l < problem.Y.cols; ++l)
        codes_(options.labels[static_cast<std::size_t>(i)], l) = problem.Y(i, l);
  }
  network_ = {Matrix(problem.X.cols, 0), Matrix(problem.Y.cols, 0)};
}

PathPiece FoldChain::solve(double gamma, index_t width) {
  const Clock clock;
  PathPiece out;
  out.point.gamma = gamma;
  const Problem problem{X_, Y_, gamma};
  TrainingBudget budget;
  budget.max_evaluations = kFoldEvaluations;
  budget.stop = &stop_;
  if (network_.width() > 0) budget.start = &network_;
  const TrainOptions train = network_options(options_.train, X_.rows, Y_.cols, width);
  network_ = train_tamed(device_, problem, nullptr, train, budget, out.point.network_evaluations);
  out.point.network = network_;
  out.score = score(network_);
  out.point.seconds = clock.seconds();
  return out;
}

// The class is the one whose targets are nearest: with one-hot targets that of the largest output.
FoldScore FoldChain::score(const Network& network) const {
  const Matrix outputs = predict(held_X_, network);
  FoldScore out;
  out.rows = held_X_.rows;
  double errors = 0.0;
  double spread = 0.0;
  index_t right = 0;
  for (index_t i = 0; i < outputs.rows; ++i) {
    for (index_t l = 0; l < outputs.cols; ++l) {
      errors += std::pow(outputs(i, l) - held_Y_(i, l), 2);
      spread += std::pow(held_Y_(i, l) - mean_[static_cast<std::size_t>(l)], 2);
    }
    if (held_labels_.empty()) continue;
    index_t nearest = 0;
    double least = std::numeric_limits<double>::infinity();
    for (index_t k = 0; k < codes_.rows; ++k) {
      double distance = 0.0;
      for (index_t l = 0; l < outputs.cols; ++l) distance += std::pow(outputs(i, l) - codes_(k, l), 2);
      if (distance < least) {
        least = distance;
        nearest = k;
      }
    }
    right += nearest == held_labels_[static_cast<std::size_t>(i)] ? 1 : 0;
  }
  const auto rows = static_cast<double>(std::max<index_t>(out.rows, 1));
  out.squared_error = errors / rows;
  out.accuracy = held_labels_.empty() ? kNone : static_cast<double>(right) / rows;
  out.r2 = spread > 0.0 ? 1.0 - errors / spread : kNone;
  return out;
}

}  // namespace burelu
