// Choosing among iterates: on the test rows as the paper does, or by cross-validation.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "burelu/network.hpp"
#include "study/classification.hpp"
#include "study/protocols.hpp"

namespace burelu::study {

/// The iterate whose best threshold is right on most of the rows given, the first of equals. Given the test rows this
/// is the paper's protocol.
class ThresholdSelection {
 public:
  explicit ThresholdSelection(const LabelledRows& rows) : rows_(rows) {}

  /// Whether this is the best so far.
  bool consider(int iterate, const Network& network);

  const Network& network() const { return network_; }
  int iterate() const { return iterate_; }
  double threshold() const { return choice_.threshold; }

 private:
  const LabelledRows& rows_;
  Network network_;
  int iterate_ = 0;
  ThresholdChoice choice_{0.0, -1.0};
};

/// Validation results of one setting over the parts of a cross-validation, iterate by iterate.
class ValidationCurve {
 public:
  /// `part`: rows that the network was not trained on.
  void add(int iterate, const Network& network, const LabelledRows& part);

  struct Best {
    int iterate = 0;
    index_t right = -1;  ///< rows whose class has the largest output, over all parts
    double loss = 0.0;   ///< 1/2 ||outputs - Y||^2 over the same rows
    bool better_than(const Best& other) const {
      return right > other.right || (right == other.right && loss < other.loss);
    }
  };

  /// Most rows right, then the smallest loss, then the earliest; only iterates that all `parts` have reached. right is
  /// -1 where there is none.
  Best best(int parts) const;

 private:
  struct Entry {
    int parts = 0;
    index_t right = 0;
    double loss = 0.0;
  };
  std::map<int, Entry> entries_;
};

}  // namespace burelu::study
