// The two protocols against their definitions, spelled out row by row.
#include "study/protocols.hpp"

#include <gtest/gtest.h>

#include "support/instances.hpp"

namespace burelu::study {
namespace {

// As published: the prediction is the 0/1 table outputs > t; a row counts where all of it is right.
double naive_threshold_accuracy(const Matrix& outputs, const std::vector<index_t>& labels, double threshold) {
  double right = 0.0;
  for (index_t i = 0; i < outputs.rows; ++i) {
    bool all = true;
    for (index_t j = 0; j < outputs.cols; ++j)
      all = all && (outputs(i, j) > threshold) == (j == labels[static_cast<std::size_t>(i)]);
    right += all ? 1.0 : 0.0;
  }
  return right / static_cast<double>(outputs.rows);
}

std::vector<index_t> some_labels(index_t rows, index_t classes) {
  std::vector<index_t> labels;
  for (index_t i = 0; i < rows; ++i) labels.push_back(i * i % classes);
  return labels;
}

TEST(Protocols, ThresholdAccuracyAsksForAllOutputsOfARow) {
  Matrix outputs(3, 2);
  outputs.data = {0.7, 0.2, 0.7, 0.6, 0.4, 0.3};  // right, both above, none above
  const std::vector<index_t> labels = {0, 0, 0};
  EXPECT_DOUBLE_EQ(threshold_accuracy(outputs, labels, 0.5), 1.0 / 3.0);
  EXPECT_DOUBLE_EQ(argmax_accuracy(outputs, labels), 1.0);
}

TEST(Protocols, BestThresholdIsTheBestOfTheHundred) {
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    const Matrix outputs = test::gaussian(40, 3, seed);
    const std::vector<index_t> labels = some_labels(40, 3);
    const ThresholdChoice choice = best_threshold(outputs, labels);
    double best = -1.0;
    double at = 0.0;
    for (int k = 0; k < 100; ++k) {
      const double accuracy = naive_threshold_accuracy(outputs, labels, k / 100.0);
      EXPECT_DOUBLE_EQ(accuracy, threshold_accuracy(outputs, labels, k / 100.0));
      if (accuracy > best) {
        best = accuracy;
        at = k / 100.0;
      }
    }
    EXPECT_DOUBLE_EQ(choice.accuracy, best);
    EXPECT_DOUBLE_EQ(choice.threshold, at);
  }
}

TEST(Protocols, TheCentralThresholdIsTheMiddleOfTheBest) {
  Matrix outputs(2, 2);
  outputs.data = {0.805, 0.215, 0.105, 0.905};  // both rows right for 0.22, ..., 0.80
  const ThresholdChoice central = central_threshold(outputs, {0, 1});
  EXPECT_DOUBLE_EQ(central.threshold, 0.51);
  EXPECT_DOUBLE_EQ(central.accuracy, 1.0);
  EXPECT_DOUBLE_EQ(best_threshold(outputs, {0, 1}).threshold, 0.22);
}

TEST(Protocols, AnOutputOnTheThresholdIsNotAboveIt) {
  Matrix outputs(1, 2);
  outputs.data = {0.5, 0.25};
  EXPECT_EQ(threshold_accuracy(outputs, {0}, 0.5), 0.0);
  EXPECT_EQ(threshold_accuracy(outputs, {0}, 0.25), 1.0);
}

}  // namespace
}  // namespace burelu::study
