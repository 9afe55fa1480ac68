// Scores counted by hand.
#include "data/evaluation.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace burelu {
namespace {

/// The network hands its two nonnegative inputs through; the classes are given.
Evaluation sample() {
  Dataset data;
  data.X = Matrix(4, 3);
  data.X.data = {1, 0, 0, 0, 1, 0, 0, 2, 0, 0, 1, 0};
  data.outputs = {true, {"a", "b", "c"}, "label"};
  data.labels = {0, 1, 0, 2};
  data.Y = class_targets(data.labels, data.outputs);
  Network network{Matrix(3, 3), Matrix(3, 3)};
  for (index_t j = 0; j < 3; ++j) network.U(j, j) = network.V(j, j) = 1.0;
  return evaluate(data, network, 0.1);
}

TEST(Evaluation, ScoresAreCounted) {
  const Evaluation evaluation = sample();
  EXPECT_DOUBLE_EQ(evaluation.loss, 0.5 * (0 + 0 + 5 + 2));
  EXPECT_DOUBLE_EQ(evaluation.objective, evaluation.loss + 0.05 * 6);
  EXPECT_DOUBLE_EQ(evaluation.accuracy, 0.5);
  EXPECT_EQ(evaluation.confusion, (std::vector<std::vector<index_t>>{{1, 1, 0}, {0, 1, 0}, {0, 1, 0}}));
  EXPECT_DOUBLE_EQ(evaluation.classes[1].precision(), 1.0 / 3.0);
  EXPECT_DOUBLE_EQ(evaluation.classes[0].recall(), 0.5);
  EXPECT_DOUBLE_EQ(evaluation.classes[0].f1(), 2.0 / 3.0);
  EXPECT_TRUE(std::isnan(evaluation.classes[2].precision()));
  EXPECT_DOUBLE_EQ(evaluation.macro_f1, (2.0 / 3.0 + 0.5 + 0.0) / 3.0);
}

TEST(Evaluation, TextAndJsonSayTheSame) {
  const std::string text = evaluation_text(sample());
  EXPECT_NE(text.find("accuracy   0.500000\nmacro F1   0.3889\n"), std::string::npos) << text;
  EXPECT_NE(text.find("\nc                        1         0         0         -    0.0000    0.0000\n"),
            std::string::npos)
      << text;
  const auto json = evaluation_json(sample());
  EXPECT_TRUE(json.at("classes").at(2).at("precision").is_null());
  EXPECT_EQ(json.at("classes").at(2).at("f1"), 0.0);
  EXPECT_EQ(json.at("samples"), 4);
}

TEST(Evaluation, RealValuesHaveALossOnly) {
  Dataset data;
  data.X = Matrix(1, 1, 1.0);
  data.Y = Matrix(1, 1, 3.0);
  data.outputs = {false, {"y0"}, ""};
  const Evaluation evaluation = evaluate(data, {Matrix(1, 1, 1.0), Matrix(1, 1, 1.0)}, std::nan(""));
  EXPECT_DOUBLE_EQ(evaluation.loss, 2.0);
  EXPECT_EQ(evaluation_text(evaluation), "samples    1\nloss       2\n");
  EXPECT_TRUE(evaluation_json(evaluation).at("objective").is_null());
}

}  // namespace
}  // namespace burelu
