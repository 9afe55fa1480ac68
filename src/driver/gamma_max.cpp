// gamma_max: a lower value by ascent over directions, an upper one by a proof for W = -Y.
//
// mu(W) is homogeneous: multipliers T that prove s W for gamma prove W for gamma / s with T / s. So any dual point of
// the relaxation gives an upper value; those of ties alone are found at once, those of a short solve may be better.
// Where branch and bound applies it maximises over directions itself.
#include "burelu/gamma_max.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "branch/global.hpp"
#include "burelu/errors.hpp"
#include "burelu/solve.hpp"
#include "certificate/certifier.hpp"
#include "certificate/proof.hpp"
#include "certificate/proof_rows.hpp"
#include "driver/branching.hpp"
#include "driver/devices.hpp"
#include "driver/memory_estimate.hpp"
#include "driver/target_scale.hpp"
#include "linalg/memory.hpp"
#include "linalg/thread_scope.hpp"
#include "relaxation/zero.hpp"

namespace burelu {
namespace {

constexpr double kBranchRelative = 2e-3;  // of the search
constexpr double kBranchWork = 4e9;       // flops of it, a few seconds
constexpr double kRoughWork = 2e8;        // the same where the two values need not be close
constexpr double kShortWork = 2e10;       // flops of the interaction passes of a short solve, about
constexpr double kShortLeast = 100;       // evaluations: fewer prove nothing
constexpr double kShortMost = 600;        // ionosphere: 1.0 % apart, 1.4 % after 200
constexpr double kBelow = 0.9;            // of the lower value, where a short solve has a factor
constexpr double kShares[] = {1.0, 0.99, 0.97, 0.94, 0.9, 0.8};  // of the short solve's multipliers
constexpr double kInfinity = std::numeric_limits<double>::infinity();

// The gamma for which these multipliers, those of another gamma, prove W = -Y; infinity where they prove nothing.
double proven_for_zero(const Problem& problem, Certificate certificate, const ProofRows& rows) {
  certificate.W = Matrix(problem.Y.rows, problem.Y.cols);
  for (index_t i = 0; i < problem.Y.rows; ++i)
    for (index_t l = 0; l < problem.Y.cols; ++l) certificate.W(i, l) = -problem.Y(i, l);
  const double s = supported_scale(problem, certificate, rows);
  if (!(s > 0.0)) return kInfinity;
  for (const double margin : {1e-9, 1e-7, 1e-5, 1e-3, 1e-2}) {
    const double times = (1.0 + margin) / s;
    Problem larger = problem;
    larger.gamma *= times;
    Certificate scaled = certificate;
    scaled.gamma = larger.gamma;
    for (Multiplier& pair : scaled.multipliers) pair.value *= times;
    if (proven_bound(larger, scaled, rows)) return larger.gamma;
  }
  return kInfinity;
}

double by_ties(const Problem& problem, const Presolved& reduced) {
  Certifier certifier(problem, reduced);
  Proposal proposal;
  proposal.tau = zero_ties(reduced);
  proposal.W = reduced.Y;
  for (double& w : proposal.W.data) w = -w;
  const std::optional<Certificate> proof = certifier.prove(proposal);
  return proof ? proven_for_zero(problem, *proof, proof_rows(problem, proof->representatives)) : kInfinity;
}

double by_short_solve(const Problem& problem, const Presolved& reduced, const SolveOptions& options) {
  SolveOptions inside;
  inside.device = options.device;
  inside.threads = options.threads;
  inside.seed = options.seed;
  inside.stop = options.stop;
  inside.bound = BoundMethod::relaxation;
  const auto m = static_cast<double>(reduced.rows());
  const auto r = static_cast<double>(reduced.features() + reduced.outputs() + 8);
  const double evaluations = std::fmin(kShortWork / (12.0 * m * m * r), kShortMost);
  if (!(evaluations >= kShortLeast)) return kInfinity;
  inside.max_evaluations = static_cast<std::int64_t>(evaluations);
  const Relaxation relaxation = solve(problem, inside);
  // The multipliers are as large as the W of the certificate bears; -Y may need some of that room.
  double out = kInfinity;
  if (relaxation.certificate.empty()) return out;
  const ProofRows rows = proof_rows(problem, relaxation.certificate.representatives);
  for (const double share : kShares) {
    if (options.stop && options.stop()) break;
    Certificate smaller = relaxation.certificate;
    for (Multiplier& pair : smaller.multipliers) pair.value *= share;
    out = std::fmin(out, proven_for_zero(problem, std::move(smaller), rows));
  }
  return out;
}

bool zero(const MatrixView& M) {
  for (index_t i = 0; i < M.rows; ++i)
    for (index_t j = 0; j < M.cols; ++j)
      if (M(i, j) != 0.0) return false;
  return true;
}

}  // namespace

GammaMax gamma_max(const Problem& given, const SolveOptions& options, double close) {
  validate(given);
  if (!(close >= 0.0)) throw DataError("close must not be negative");
  GammaMax out;
  if (zero(given.X) || zero(given.Y)) return out;
  find_device(options.device);  // one that is not there is said in any case
  const ThreadScope scope(options.threads);
  require_memory(presolve_bytes(given), available_bytes(), "this machine", memory_advice(given.X));
  const double t = target_scale(given.Y);
  const Matrix Y = divided(given.Y, t);
  Problem problem{given.X, Y, 1.0};
  {
    const Presolved rough = presolve(problem);
    out.lower = zero_threshold(rough, options.seed) * rough.scale;
  }
  if (!(out.lower > 0.0)) out.lower = std::numeric_limits<double>::min();
  problem.gamma = kBelow * out.lower;
  const Presolved reduced = presolve(problem);
  out.upper = by_ties(problem, reduced);
  if (branches(reduced, options)) {
    const double work = close > kGammaMaxClose ? kRoughWork : kBranchWork;
    const double searched = largest_gamma(problem.X, problem.Y, reduced, kBranchRelative, out.lower, work);
    out.branched = searched < out.upper;
    out.upper = std::min(out.upper, searched);
  }
  if (!(out.upper <= (1.0 + close) * out.lower) && !(options.stop && options.stop()))
    out.upper = std::min(out.upper, by_short_solve(problem, reduced, options));
  out.lower *= t;
  out.upper *= t;
  return out;
}

}  // namespace burelu
