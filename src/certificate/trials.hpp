// Mixtures of multipliers tried out: each with the best W for it, and the bound that gives. Nothing here is proven.
//
// The trials of a round know nothing of each other, and each is done by one thread with one thread's arithmetic: they
// are shared out to threads, and to ranks (trial_crew.hpp), and what comes of them depends on neither.
#pragma once

#include <limits>
#include <vector>

#include "certificate/certifier.hpp"
#include "certificate/sparse_slack.hpp"

namespace burelu {

/// Where to try.
struct Trial {
  std::int32_t form = 0;   ///< number of the T
  double raised = 0.0;     ///< logarithm of the shift of its K over the mean diagonal
  double incumbent = 0.0;  ///< share of the anchor
  double target = 0.0;     ///< bounds below are of no use
  Matrix Lambda;           ///< where best_dual begins
};

/// What came of it; `bound` is minus infinity where that is nothing.
struct TrialResult {
  double bound = -std::numeric_limits<double>::infinity();
  double share = 0.0;  ///< of the mixture that leaves N > 0
  double flops = 0.0;  ///< 0: it was not done
  Matrix W, Lambda;
};

struct TrialOptions {
  double ground = 0.0;   ///< share of the uniform interior point in every mixture: keeps N off the boundary
  double uniform = 0.0;  ///< its t
  double most_flops = SparseSolver::kMostFlops;  ///< of a complete factor
};

class Trials {
 public:
  /// At work on a round, each with a factor of its own: more would gain little, most rounds having two to four trials.
  static constexpr int kMostThreads = 4;

  /// Keeps the reference.
  Trials(const Presolved& reduced, const TrialOptions& options);

  /// T and the W to begin with, by their numbers.
  void begin(const std::vector<DualPoint>& forms);
  /// Where the K of this T lacks something (SparseSlack::lacking), and its lift; for forms that are given, side by
  /// side.
  void find_lacking(const std::vector<std::int32_t>& forms, double lift);
  std::vector<double>& lacking(std::int32_t form) { return forms_[at(form)].lacking; }
  double& lift(std::int32_t form) { return forms_[at(form)].lift; }
  /// A T0 for mixtures with this T.
  void anchor(std::int32_t form, const std::vector<Multiplier>& pairs, const std::vector<double>& tau);

  SlackMixture mixture(const Trial& trial) const;
  /// Whether a trial takes long: iterations in the place of a complete factor.
  bool heavy() const;
  /// One result for each. Once `stop` is due those that are left are not done, but for the first of all where its
  /// target is nothing. Of each form the best result alone keeps its W.
  std::vector<TrialResult> run(const std::vector<Trial>& trials, const Stop* stop = nullptr, double grace = 0.0);

 private:
  struct Form {
    std::vector<SparseSlack> slacks;  // one for each thread that works on it
    Matrix W;
    std::vector<double> lacking;
    double unit = 1.0;  // of the shift: the mean diagonal of K
    double lift = 0.0;
  };
  static std::size_t at(index_t i) { return static_cast<std::size_t>(i); }
  TrialResult run_one(const Trial& trial, SparseSlack& slack, const Stop* stop) const;

  const Presolved& reduced_;
  const TrialOptions options_;
  std::vector<Form> forms_;
};

/// All but the best of each form lose their W.
void keep_best(const std::vector<Trial>& trials, std::vector<TrialResult>& results);

}  // namespace burelu
