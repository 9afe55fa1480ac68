// Heuristic repair of an approximate dual point, in presolved coordinates (docs/method.md, "The bound").
//
// N(theta) = (1 - theta) M(T) + theta M(T0) + gamma/2 I_u is made positive definite by the share theta of an anchor T0
// with N(1) > 0. The bound max_W D(W) is concave in theta (the set of (T, W W') that prove something is convex), and W
// is best for each theta (dual.hpp), so a climb in log(theta / (1 - theta)) finds its maximum. Anchors:
//   interior points -diag(t) on the tied pairs, X'diag(t)X < 2 gamma I: t = 1, and t where N has negative curvature
//   (twice the share is left to the rest: ionosphere .7418 -> .7859, iris 1.53 -> 1.66 on identical iterates);
//   the best repaired T of earlier calls, so that bounds accumulate what every iterate contributes.
#pragma once

#include <optional>
#include <vector>

#include "certificate/certifier.hpp"
#include "certificate/sparse_slack.hpp"
#include "linalg/stop.hpp"
#include "seam/control.hpp"

namespace burelu {

class Repair {
 public:
  /// Keeps the reference.
  explicit Repair(const Presolved& reduced);
  Repair(const Repair&) = delete;
  Repair& operator=(const Repair&) = delete;

  Proposal propose(const DualPoint& point);
  void exchange(Archive& archive);
  /// Climbs end where this is due, a second later while there is nothing yet. Must outlive the repair.
  void stop_at(const Stop* stop) { stop_ = stop; }
  bool stopped() const { return due(stop_, incumbent_.tau.empty() ? kGrace : 0.0); }
  /// The last proposal could not be proven as it stands.
  void doubt();

 private:
  enum Anchor { kUniform, kCurvature, kIncumbent, kAnchors };

  static constexpr double kReach = 23.0;       // theta / (1 - theta) stays within e^-23 .. e^23
  static constexpr double kGroundMost = 1e-5;  // of ground_
  static constexpr double kGrace = 1.0;        // seconds

  /// A T with the bound it gives.
  struct Repaired {
    double bound = -kInfinity;
    std::vector<Multiplier> pairs;
    std::vector<double> tau;
    Matrix W;
  };

  /// The best share found in one call.
  struct Choice {
    double bound;
    Anchor anchor = kUniform;
    double logit = 0.0;
    Matrix W;
    std::vector<double> interior;
  };

  bool fits(const Repaired& state) const;
  bool fits_incumbent() const;
  bool fits_climbs() const;
  void aim(Anchor anchor);
  void take_shape(const std::vector<double>& t);
  std::vector<double> negative_curvature(double theta);
  bool bend(double theta);
  SlackMixture mixture(double theta) const;
  bool improve(double logit, const Matrix& W, Choice& best);
  void lift_lambda();
  void remember(const DualPoint& point);
  double raise(const DualPoint& point);
  double raise_both(const DualPoint& point);
  std::vector<Multiplier> mixed(const std::vector<Multiplier>& A, double keep, const std::vector<Multiplier>& B,
                                double other, const std::vector<double>& tau) const;
  bool climb(const DualPoint& point, Choice& best);
  void try_interior(Anchor anchor, const DualPoint& point, Choice& best);
  void adopt(const DualPoint& point, const Choice& choice);

  const Presolved& reduced_;
  index_t m_, d_, c_, order_;
  SparseSlack* slack_ = nullptr;  // of this call
  int trials_ = 0;                // of this call
  double flops_ = 0.0;            // of them
  const Stop* stop_ = nullptr;
  Anchor anchor_ = kUniform;
  Anchor interior_anchor_ = kCurvature;  // the better one of late
  std::vector<double> interior_;         // t of the interior anchors
  Matrix Lambda_;                        // warm start of best_dual
  Repaired average_;                     // of the points so far; its bound is not used
  std::optional<Repaired> previous_;     // incumbent before the last call, where that changed it
  double ground_ = 1e-8;         // share of the uniform interior point in every mixture: keeps N off the boundary
  std::vector<double> uniform_;  // its t
  Repaired incumbent_;
  double logit_[kAnchors];  // where the last climb with each anchor ended
  int calls_ = 0;
};

}  // namespace burelu
