// From tables to X and Y: preparation, models, and the prepared file.
#include "io/dataset.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "burelu/certificate.hpp"
#include "burelu/errors.hpp"
#include "io/builtin.hpp"
#include "io/csv.hpp"
#include "io/formats.hpp"
#include "io/scratch_folder.hpp"

namespace burelu {
namespace {

Table parse(const std::string& text) { return parse_csv(text, "f.csv", ','); }

std::string refusal(const std::string& text) {
  return test::message_of<DataError>([&text] { training_data(parse(text), {}, false, false); });
}

/// A model of two features a, b and classes no, yes.
Model small_model() {
  Model model;
  model.preparation.features = {"a", "b"};
  model.outputs = {true, {"no", "yes"}, "answer"};
  model.network = {Matrix(2, 3, 0.5), Matrix(2, 3, 0.25)};
  return model;
}

TEST(Dataset, StandardisationAndBias) {
  const Dataset data = training_data(parse("a,b,label\n1,7,0\n3,7,1\n5,7,0\n"), {}, true, true);
  const double deviation = std::sqrt(8.0 / 3.0);
  EXPECT_NEAR(data.X(0, 0), -2.0 / deviation, 1e-15);
  EXPECT_NEAR(data.X(2, 0), 2.0 / deviation, 1e-15);
  for (index_t i = 0; i < 3; ++i) {
    EXPECT_EQ(data.X(i, 1), 0.0);  // constant feature: centred, not divided by 0
    EXPECT_EQ(data.X(i, 2), 1.0);
  }
  EXPECT_EQ(data.preparation.scale[1], 1.0);
  EXPECT_EQ(data.labels, (std::vector<index_t>{0, 1, 0}));
}

TEST(Dataset, ConstantFeatureWithRoundedMeanStaysZero) {
  const Dataset data = training_data(parse("a,y0\n0.1,1\n0.1,2\n0.1,3\n"), {}, false, true);
  for (index_t i = 0; i < 3; ++i) EXPECT_EQ(data.X(i, 0), 0.0);
}

TEST(Dataset, RefusesWhatCannotBeTrainedOn) {
  EXPECT_NE(refusal("x0,label\n").find("f.csv has no rows"), std::string::npos);
  EXPECT_NE(refusal("label\n1\n2\n").find("no feature columns"), std::string::npos);
  EXPECT_NE(refusal("x0,label\n1,a\n2,a\n").find("one class only ('a')"), std::string::npos);
  EXPECT_NE(refusal("x0,price\n1,2\n2,3.5\n").find("f.csv:3:2: column 'price' would be the class label"),
            std::string::npos);
}

TEST(Dataset, OneRowOfRealTargetsIsFine) {
  const Dataset data = training_data(parse("x0,y0\n1,2.5\n"), {}, false, false);
  EXPECT_EQ(data.X.rows, 1);
  EXPECT_EQ(data.Y(0, 0), 2.5);
  EXPECT_FALSE(data.outputs.classes);
}

TEST(Dataset, ModelFindsItsFeaturesByName) {
  const Dataset data = labelled_data(parse("answer,b,id,a\nyes,2,9,1\nno,4,9,3\n"), {}, small_model());
  EXPECT_EQ(data.X.data, (std::vector<double>{1, 2, 3, 4}));
  EXPECT_EQ(data.labels, (std::vector<index_t>{1, 0}));
  EXPECT_EQ(unlabelled_data(parse("b,a\n2,1\n"), {}, small_model()).X.data, (std::vector<double>{1, 2}));
}

TEST(Dataset, ModelWithoutHeaderGoesByPosition) {
  EXPECT_EQ(unlabelled_data(parse("1,2\n3,4\n"), {}, small_model()).X.data, (std::vector<double>{1, 2, 3, 4}));
  EXPECT_EQ(unlabelled_data(parse("1,2,yes\n3,4,yes\n"), {}, small_model()).X.data, (std::vector<double>{1, 2, 3, 4}));
  EXPECT_EQ(labelled_data(parse("1,2,yes\n3,4,no\n5,6,yes\n"), {}, small_model()).labels,
            (std::vector<index_t>{1, 0, 1}));
  Model values = small_model();
  values.outputs = {false, {"y0", "y1"}, ""};
  const Dataset data = labelled_data(parse("1,2,5,6\n3,4,7,8\n"), {}, values);
  EXPECT_EQ(data.X.data, (std::vector<double>{1, 2, 3, 4}));
  EXPECT_EQ(data.Y.data, (std::vector<double>{5, 6, 7, 8}));
}

TEST(Dataset, ModelRefusesForeignData) {
  const auto labelled = [](const char* text) {
    return test::message_of<DataError>([text] { labelled_data(parse(text), {}, small_model()); });
  };
  EXPECT_NE(labelled("a,c,answer\n1,2,yes\n").find("no feature column 'b'"), std::string::npos);
  EXPECT_NE(labelled("a,b,answer\n1,2,maybe\n").find("class 'maybe' is unknown"), std::string::npos);
  EXPECT_NE(labelled("1,2,3,yes\n4,5,6,yes\n").find("3 feature columns but the model takes 2"), std::string::npos);
}

TEST(Dataset, PreparationOfTheModelIsApplied) {
  Model model = small_model();
  model.network.U = Matrix(3, 3, 1.0);
  model.preparation.bias = true;
  model.preparation.mean = {1.0, 2.0};
  model.preparation.scale = {2.0, 4.0};
  const Dataset data = unlabelled_data(parse("a,b\n5,10\n"), {}, model);
  EXPECT_EQ(data.X.data, (std::vector<double>{2, 2, 1}));
}

TEST(Dataset, ClassesOfATestFileNeedNotAllOccur) {
  const Dataset data = labelled_data(parse("a,b,answer\n1,2,yes\n"), {}, small_model());
  EXPECT_EQ(data.Y.data, (std::vector<double>{0, 1}));
}

TEST(Dataset, PreparedFileIsTheSameProblemBitForBit) {
  const test::ScratchFolder folder;
  const Dataset data = training_data(generate_builtin("builtin:spiral?n=31"), {}, true, true);
  write_prepared(folder.path("d.csv"), data);
  const Dataset back = training_data(read_table(folder.path("d.csv")), {}, false, false);
  EXPECT_EQ(back.X.cols, 3);
  EXPECT_EQ(back.Y.cols, 3);
  EXPECT_EQ(data_hash(back.problem(0.1)), data_hash(data.problem(0.1)));
}

}  // namespace
}  // namespace burelu
