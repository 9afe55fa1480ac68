// How good outputs are on labelled rows: loss, accuracy, per class precision, recall and F1, the confusion matrix.
#pragma once

#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "data/dataset.hpp"

namespace burelu {

/// Of one class; NaN where the denominator is 0.
struct ClassScore {
  index_t samples = 0;
  index_t predicted = 0;
  index_t right = 0;

  double precision() const { return ratio(right, predicted); }
  double recall() const { return ratio(right, samples); }
  double f1() const { return ratio(2 * right, samples + predicted); }

 private:
  static double ratio(index_t part, index_t whole) {
    return whole == 0 ? std::numeric_limits<double>::quiet_NaN()
                      : static_cast<double>(part) / static_cast<double>(whole);
  }
};

struct Evaluation {
  std::string source;
  index_t samples = 0;
  double loss = 0.0;  ///< 1/2 ||outputs - Y||^2, summed
  double gamma = std::numeric_limits<double>::quiet_NaN();
  double objective = std::numeric_limits<double>::quiet_NaN();  ///< with the norms; NaN where gamma is unknown
  double accuracy = std::numeric_limits<double>::quiet_NaN();   ///< NaN without classes, as are the lists empty
  std::vector<std::string> names;
  std::vector<ClassScore> classes;
  std::vector<std::vector<index_t>> confusion;                 ///< row: true class, column: predicted class
  double macro_f1 = std::numeric_limits<double>::quiet_NaN();  ///< mean of the classes that have an F1
};

/// Throws `DataError` where shapes differ.
Evaluation evaluate(const Dataset& data, const Network& network, double gamma);

/// Text for a person, and the same numbers as JSON.
std::string evaluation_text(const Evaluation& evaluation);
nlohmann::ordered_json evaluation_json(const Evaluation& evaluation);

}  // namespace burelu
