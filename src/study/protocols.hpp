// The two ways to turn outputs into an accuracy.
//
// honest: a row is right where its class has the largest output.
// paper (arXiv 2410.22311): one threshold t for all rows and outputs; a row is right where exactly the output of its
// class exceeds t. The threshold is the best of 0, 0.01, ..., 0.99 *on the rows that are scored*, so the number is a
// maximum over 100 classifiers chosen with the test labels: biased upwards, never an estimate for new rows.
#pragma once

#include <string>
#include <vector>

#include "burelu/matrix.hpp"

namespace burelu::study {

/// Share of rows whose class has the largest output (the first of equals).
double argmax_accuracy(const Matrix& outputs, const std::vector<index_t>& labels);

/// Share of rows where exactly the output of the class is larger than `threshold`.
double threshold_accuracy(const Matrix& outputs, const std::vector<index_t>& labels, double threshold);

struct ThresholdChoice {
  double threshold = 0.0;
  double accuracy = 0.0;
};

/// The best threshold of 0, 0.01, ..., 0.99 for these rows, the smallest of equals (as published).
ThresholdChoice best_threshold(const Matrix& outputs, const std::vector<index_t>& labels);

/// The same, the middle one of equals: where a network fits its training rows, most thresholds are equally good on them
/// and those at the ends are poor guesses for other rows.
ThresholdChoice central_threshold(const Matrix& outputs, const std::vector<index_t>& labels);

}  // namespace burelu::study
