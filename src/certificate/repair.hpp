// Heuristic repair of an approximate dual point, in presolved coordinates (docs/method.md, "The bound").
//
// K, the block of M(T) over a, is raised on its diagonal where its rows lack something (SparseSlack::lacking) and by a
// shift everywhere; then the largest share of M that leaves share M + gamma/2 I_u > 0 is taken. W is best for each
// shift (dual.hpp), and a climb over the logarithm of the shift finds the best one, by rounds of trials (ascent.hpp,
// trials.hpp). A second climb mixes what came of it with the best repaired T of earlier calls, so that bounds
// accumulate what every iterate contributes: the set of (T, W W') that prove something is convex, so there the bound is
// concave in the share.
#pragma once

#include <optional>
#include <vector>

#include "certificate/ascent.hpp"
#include "certificate/certifier.hpp"
#include "certificate/trial_crew.hpp"
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
  /// Ranks that share trials, which may be none. Must outlive the repair.
  void share_with(Lead* lead) { lead_ = lead; }
  /// The last proposal could not be proven as it stands.
  void doubt();

 private:
  double grace() const { return incumbent_.tau.empty() ? kGrace : 0.0; }
  bool stopped() const { return due(stop_, grace()); }

  enum Climb { kRaised, kIncumbent, kIncumbentOfAverage, kClimbs };

  static constexpr double kGroundMost = 1e-5;  // of ground_
  static constexpr double kGrace = 1.0;        // seconds

  /// A T with the bound it gives.
  struct Repaired {
    double bound = -kInfinity;
    std::vector<Multiplier> pairs;
    std::vector<double> tau;
    Matrix W;
  };

  /// The best mixture found of a form: share times it.
  struct Choice {
    double bound = -kInfinity;
    Trial trial;
    double share = 1.0;
    Matrix W;
  };

  /// A point of this call.
  struct Form {
    std::int32_t number;
    DualPoint point;
    double raised;  // where its K is raised best
    Matrix Lambda;  // warm start of best_dual
    Choice best;
  };

  bool fits(const Repaired& state) const;
  bool fits_incumbent() const;
  bool fits_climbs() const;
  void lift_lambda();
  void remember(const DualPoint& point);
  double raise(std::vector<Form>& forms, TrialCrew& crew);
  std::vector<Multiplier> mixed(const std::vector<Multiplier>& A, double keep, const std::vector<Multiplier>& B,
                                double other, const std::vector<double>& tau) const;
  void climb(Climb kind, std::vector<Form*> forms, TrialCrew& crew);
  void adopt(const Form& form, const TrialCrew& crew);

  const Presolved& reduced_;
  index_t m_, d_, c_, order_;
  const Stop* stop_ = nullptr;
  Lead* lead_ = nullptr;
  double lift_ = 0.0;                 // that showed last what K lacks
  Matrix Lambda_;                     // warm start of best_dual
  Repaired average_;                  // of the points so far; its bound is not used
  std::optional<Repaired> previous_;  // incumbent before the last call, where that changed it
  double ground_ = 1e-8;              // share of the uniform interior point in every mixture: keeps N off the boundary
  double uniform_ = 0.0;              // its t
  Repaired incumbent_;
  double place_[kClimbs];  // where the last climb of each kind ended
  int calls_ = 0;
};

}  // namespace burelu
