// From approximate multipliers to a proven lower bound (docs/method.md, "The bound").
//
// Two stages. `Certifier::propose` is heuristic and works in presolved coordinates: it raises T where its rows lack
// something, mixes it with the best repaired T so far, so that N(T) > 0, and improves W for that T; any precision will
// do. `Certifier::prove` is the theorem: in the coordinates of the data as given, with every rounding error accounted
// for, or nothing.
#pragma once

#include <memory>
#include <optional>

#include "burelu/certificate.hpp"
#include "burelu/result.hpp"
#include "linalg/stop.hpp"
#include "problem/presolve.hpp"
#include "seam/archive.hpp"

namespace burelu {

class Lead;

/// A dual point of the presolved problem.
struct DualPoint {
  const std::vector<Multiplier>* multipliers = nullptr;  ///< over forms (a, b), i >= j, nonnegative
  const std::vector<double>* tau = nullptr;              ///< of the tied pairs, free
  const Matrix* W = nullptr;                             ///< (m + negative) x c, usually the residual E
};

/// A repaired dual point: N = M(T) + gamma/2 I_u > 0 and W'J N^-1 J'W <= 2 gamma I.
struct Proposal {
  double bound = 0.0;       ///< approximate D(W), presolve's constant included; -infinity if none was found
  double dual_value = 0.0;  ///< D of the W that came in, same constant: where the bound would be without repair
  int trials = 0;           ///< mixtures that were tried: the work of it
  double flops = 0.0;       ///< of them, about
  double busiest = 0.0;     ///< of the rank that did most of them
  double awaited = 0.0;     ///< of these flops, those of the rank that had most to do, round by round
  double theta = 1.0;       ///< share of T that its repair gives up: 0 is a perfect dual point
  std::vector<Multiplier> multipliers;  ///< repaired T, sorted by (i, j)
  std::vector<double> tau;              ///< repaired, of the tied pairs
  Matrix W;
};

class Certifier {
 public:
  /// Keeps references to both; they must outlive it.
  Certifier(const Problem& problem, const Presolved& reduced);
  ~Certifier();
  Certifier(const Certifier&) = delete;
  Certifier& operator=(const Certifier&) = delete;

  /// Best bound that the repairs find for this T. The work of some 30 sparse factorisations of order m. Remembers the
  /// best repaired T over all calls: the bound proposed never falls, but for rounding.
  Proposal propose(const DualPoint& point);

  /// Proves a bound close to the proposal's, or returns nothing. Where it falls short, later proposals keep further
  /// away from singular N.
  std::optional<Certificate> prove(const Proposal& proposal);

  /// From here on repairs and proofs end with what they have where this is due, a second later while there is no bound
  /// yet. Must outlive the certifier.
  void stop_at(const Stop* stop);
  const Stop* stop() const;

  /// A bound that exists for any data: ties alone, and W = -s Y with s small. Nothing where even rounding forbids it.
  std::optional<Certificate> prove_least();

  /// The bound of somebody else's certificate for this problem, proven again, or nothing.
  std::optional<double> confirm(const Certificate& certificate) const;

  /// Ranks that share its work (ranks/lead.hpp), which may be none. Must outlive the certifier.
  void share_with(Lead* lead);

  /// What propose() remembers, for checkpoints.
  void exchange(Archive& archive);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace burelu
