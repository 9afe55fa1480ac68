// Certifier: proposals are repaired in presolved coordinates, proofs are assembled in those of the data.
#include "certificate/certifier.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "certificate/dual.hpp"
#include "certificate/proof.hpp"
#include "certificate/proof_guides.hpp"
#include "certificate/repair.hpp"
#include "linalg/team.hpp"
#include "linalg/thread_scope.hpp"
#include "ranks/lead.hpp"

namespace burelu {
namespace {

std::size_t at(index_t i) { return static_cast<std::size_t>(i); }

/// Shares of an interior point, tried until the loss of bound is negligible.
constexpr double kExtraShares[] = {0.0, 1e-10, 1e-9, 1e-8, 1e-7, 1e-6, 1e-5, 1e-4};
constexpr double kNegligibleLoss = 1e-8;  // of the bound
constexpr double kDoubtfulLoss = 1e-6;    // of the bound: the proposal owed something to rounding
constexpr double kFirstShrink = 1e-11;    // of W, tenfold per failure
constexpr int kShrinks = 6;

bool ordered(const Multiplier& a, const Multiplier& b) { return a.i < b.i || (a.i == b.i && a.j < b.j); }

/// q_k / |x_k|: a_k of the presolved problem is that multiple of a_k of the data, over sqrt(s).
double row_scale(const Presolved& p, std::int32_t k) { return p.weight[at(k)] / p.representative_norm[at(k)]; }

/// (1 - extra) T + extra T0 in the coordinates of the data: a_k' = a_k q_k / (|x_k| sqrt(s)), so
/// T(i, j) = T'(i, j) (q_i / |x_i|) (q_j / |x_j|) / s. T0 is the interior point -t on the tied pairs, X'X t = gamma at
/// most.
std::vector<Multiplier> restored_multipliers(const Presolved& p, const Proposal& proposal, double extra) {
  const auto m = static_cast<std::int32_t>(p.rows());
  const auto factor = [&](std::int32_t form) { return row_scale(p, form % m); };
  double squares = 0.0;
  for (const double x : p.X.data) squares += x * x;
  const double t = squares > 0.0 ? p.gamma / squares : 0.0;
  std::vector<Multiplier> out;
  out.reserve(proposal.multipliers.size() + at(m));
  for (const Multiplier& pair : proposal.multipliers) {
    const std::int32_t i = std::max(pair.i, pair.j);
    const std::int32_t j = std::min(pair.i, pair.j);
    if (!(pair.value > 0.0) || (j < m && i == j + m)) continue;
    out.push_back({i, j, (1.0 - extra) * pair.value * factor(i) * factor(j) / p.scale});
  }
  for (std::int32_t k = 0; k < m; ++k) {
    const double tau = (1.0 - extra) * proposal.tau[static_cast<std::size_t>(k)] - extra * t;
    out.push_back({k + m, k, tau * factor(k) * factor(k) / p.scale});
  }
  std::sort(out.begin(), out.end(), ordered);
  return out;
}

Matrix multiple(Matrix W, double s) {
  for (double& value : W.data) value *= s;
  return W;
}

}  // namespace

struct Certifier::State {
  const Problem& problem;
  const Presolved& reduced;
  Repair repair;
  std::optional<ProofRows> rows;  // made at the first proof
  std::uint64_t hash = 0;
  const Stop* stop = nullptr;
  Lead* lead = nullptr;

  const ProofRows& proven_rows() {
    if (!rows) {
      rows = proof_rows(problem, reduced.representatives);
      hash = data_hash(problem);
    }
    return *rows;
  }

  double value(const Matrix& W) const { return dual_value(W, reduced.Y) + reduced.constant_loss; }

  /// Largest multiple of W that raises D: D(s W) is a concave parabola.
  double best_multiple(const Matrix& W) const {
    double first = 0.0;
    double second = 0.0;
    for (std::size_t i = 0; i < W.data.size(); ++i) {
      first -= W.data[i] * reduced.Y.data[i];
      second += W.data[i] * W.data[i];
    }
    return second > 0.0 ? std::max(first / second, 0.0) : 0.0;
  }

  Certificate skeleton() {
    Certificate out;
    proven_rows();
    out.gamma = problem.gamma;
    out.data_hash = hash;
    out.representatives = reduced.representatives;
    out.line = reduced.line;
    out.ratio = reduced.ratio;
    return out;
  }

  /// Guides for the next shares of the interior point: one, or one for each rank.
  void add_guides(std::vector<ProofGuide>& guides, const Proposal& proposal, const Team& team) {
    Lead* leader = lead != nullptr && lead->leads() ? lead : nullptr;
    const std::size_t end =
        std::min(guides.size() + (leader == nullptr ? 1 : at(leader->size())), std::size(kExtraShares));
    Certificate candidate = skeleton();
    candidate.W = restore_dual(reduced, problem, proposal.W);
    std::vector<ScaledCertificate> all;
    for (std::size_t k = guides.size(); k < end; ++k) {
      candidate.multipliers = restored_multipliers(reduced, proposal, kExtraShares[k]);
      all.push_back(provable(problem, candidate, proven_rows()));
    }
    for (ProofGuide& guide : proof_guides(std::move(all), leader, team)) guides.push_back(std::move(guide));
  }

  /// Fills W = s W and the bound, shrinking s a little where the proof fails by a hair.
  bool close(Certificate& candidate, const Matrix& W, double s, const ProofGuide& guide) {
    double shrink = 0.0;
    for (int attempt = 0; attempt < kShrinks; ++attempt) {
      candidate.W = restore_dual(reduced, problem, multiple(W, s * (1.0 - shrink)));
      const Matrix solution = guide.solution_at(s * (1.0 - shrink), W.cols);
      if (const auto bound = proven_bound(problem, candidate, proven_rows(), solution)) {
        candidate.lower_bound = *bound;
        return true;
      }
      shrink = shrink == 0.0 ? kFirstShrink : 10.0 * shrink;
    }
    return false;
  }
};

Certifier::Certifier(const Problem& problem, const Presolved& reduced)
    : state_(new State{problem, reduced, Repair(reduced), {}}) {}

Certifier::~Certifier() = default;

void Certifier::exchange(Archive& archive) { state_->repair.exchange(archive); }

std::optional<double> Certifier::confirm(const Certificate& certificate) const {
  const Certificate own = state_->skeleton();
  if (certificate.gamma != own.gamma || certificate.data_hash != own.data_hash) return std::nullopt;
  return proven_bound(state_->problem, certificate);  // its lines may be others
}

/// With t = gamma / ||X||^2 on the ties, ||W|| <= gamma / ||X|| is supported, row by row and without lines to lean on.
std::optional<Certificate> Certifier::prove_least() {
  State& state = *state_;
  Certificate candidate = state.skeleton();
  double x = 0.0;
  double y = 0.0;
  for (index_t i = 0; i < state.problem.X.rows; ++i) {
    for (index_t j = 0; j < state.problem.X.cols; ++j) x = std::hypot(x, state.problem.X(i, j));
    for (index_t j = 0; j < state.problem.Y.cols; ++j) y = std::hypot(y, state.problem.Y(i, j));
  }
  if (!(x > 0.0) || !(y > 0.0)) return std::nullopt;
  const auto m = static_cast<std::int32_t>(candidate.representatives.size());
  for (std::int32_t k = 0; k < m; ++k) candidate.multipliers.push_back({k + m, k, -candidate.gamma / x / x});
  for (const double share : {1.0, 0.5, 0.1}) {
    const double s = std::min(1.0, share * candidate.gamma / x / y);
    candidate.W = Matrix(state.problem.Y.rows, state.problem.Y.cols);
    for (index_t i = 0; i < candidate.W.rows; ++i)
      for (index_t j = 0; j < candidate.W.cols; ++j) candidate.W(i, j) = -s * state.problem.Y(i, j);
    if (const auto bound = proven_bound(state.problem, candidate, state.proven_rows())) {
      candidate.lower_bound = *bound;
      return candidate;
    }
  }
  return std::nullopt;
}

void Certifier::stop_at(const Stop* stop) {
  state_->stop = stop;
  state_->repair.stop_at(stop);
}

void Certifier::share_with(Lead* lead) {
  state_->repair.share_with(lead);
  state_->lead = state_->reduced.rows() >= kFewestRowsToShare ? lead : nullptr;
}

const Stop* Certifier::stop() const { return state_->stop; }

Proposal Certifier::propose(const DualPoint& point) { return state_->repair.propose(point); }

std::optional<Certificate> Certifier::prove(const Proposal& proposal) {
  State& state = *state_;
  if (!std::isfinite(proposal.bound)) return std::nullopt;
  Certificate candidate = state.skeleton();
  std::optional<Certificate> best;
  const double wanted = state.value(proposal.W);
  const double free = state.best_multiple(proposal.W);
  const Team team = Team::current();
  const ThreadScope one(1);  // the same proof for any number of threads
  std::vector<ProofGuide> guides;
  for (std::size_t k = 0; k < std::size(kExtraShares); ++k) {
    if (k == guides.size()) state.add_guides(guides, proposal, team);
    candidate.multipliers = restored_multipliers(state.reduced, proposal, kExtraShares[k]);
    const double s = std::min(free, guides[k].scale);
    if (!(s > 0.0) && free > 0.0) continue;
    const double reachable = state.value(multiple(proposal.W, s));
    if (best && reachable <= best->lower_bound) continue;
    if (state.close(candidate, proposal.W, s, guides[k]) && (!best || candidate.lower_bound > best->lower_bound))
      best = candidate;
    if (best && (due(state.stop) || wanted - best->lower_bound <= kNegligibleLoss * std::abs(wanted))) break;
  }
  if (best && due(state.stop)) return best;
  if (!best || wanted - best->lower_bound > kDoubtfulLoss * std::abs(wanted)) state.repair.doubt();
  return best;
}

}  // namespace burelu
