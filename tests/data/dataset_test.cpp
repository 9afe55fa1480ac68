// From tables to X and Y: preparation, models, and the prepared file.
#include "data/dataset.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "burelu/certificate.hpp"
#include "burelu/errors.hpp"
#include "data/builtin.hpp"
#include "data/column_sizes.hpp"
#include "data/formats.hpp"
#include "formats/csv.hpp"
#include "support/scratch_folder.hpp"

namespace burelu {
namespace {

Table parse(const std::string& text) { return parse_csv(text, "f.csv", ','); }

std::string refusal(const std::string& text) {
  return test::message_of<DataError>([&text] { training_data(parse(text), {}); });
}

Dataset trained(const Table& table, const PreparationChoice& choice = {}) {
  return training_data(table, {{}, {}, choice, {}}).train;
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
  const Dataset data = trained(parse("a,b,label\n1,7,0\n3,7,1\n5,7,0\n"), {true, true});
  const double deviation = std::sqrt(8.0 / 3.0);
  EXPECT_NEAR(data.X(0, 0), -2.0 / deviation, 1e-15);
  EXPECT_NEAR(data.X(2, 0), 2.0 / deviation, 1e-15);
  for (index_t i = 0; i < 3; ++i) {
    EXPECT_EQ(data.X(i, 1), 0.0);  // constant feature: nothing
    EXPECT_EQ(data.X(i, 2), 1.0);
  }
  EXPECT_EQ(data.preparation.mean[1], 7.0);
  EXPECT_EQ(data.preparation.scale[1], 1.0);
  EXPECT_EQ(data.labels, (std::vector<index_t>{0, 1, 0}));
}

TEST(Dataset, ConstantFeatureWithRoundedMeanIsNamedAndZero) {
  const Dataset data = trained(parse("a,b,y0\n0.1,1,1\n0.1,2,2\n0.1,4,3\n"), {false, true});
  for (index_t i = 0; i < 3; ++i) EXPECT_EQ(data.X(i, 0), 0.0);
  EXPECT_EQ(prepare(Matrix(1, 2, 0.1), data.preparation)(0, 0), 0.0);
  EXPECT_EQ(constant_features(data.preparation), std::vector<std::string>{"a"});
}

// Huge, tiny and zero constants, and one whose digits are noise: none is left to stand in for a bias.
TEST(Dataset, ConstantFeaturesOfAnySizeAreZero) {
  for (const char* value : {"1000000000000", "-1e-9", "0", "2024"}) {
    std::string text = "a,b,y0\n";
    for (const char* rest : {",1,1\n", ",2,2\n", ",4,3\n"}) text += value + std::string(rest);
    const Dataset data = trained(parse(text), {false, true});
    for (index_t i = 0; i < 3; ++i) EXPECT_EQ(data.X(i, 0), 0.0) << value;
    EXPECT_EQ(constant_features(data.preparation).size(), 1U) << value;
  }
  const Dataset noisy = trained(parse("a,b,y0\n1e12,1,1\n1000000000000.0001,2,2\n1e12,4,3\n"), {false, true});
  for (index_t i = 0; i < 3; ++i) EXPECT_NEAR(noisy.X(i, 0), 0.0, 1e-14);
}

// Deviations that happen to equal the mean, or one, are no constants.
TEST(Dataset, OrdinaryColumnsAreNotTakenForConstant) {
  const Dataset data = trained(parse("a,b,y0\n0,1,1\n2,3,2\n0,1,3\n2,3,4\n"), {false, true});
  EXPECT_TRUE(constant_features(data.preparation).empty());
}

TEST(Dataset, SizesOfColumnsAreSaid) {
  const auto warning = [](const std::string& text, const PreparationChoice& choice) {
    return warning_of_sizes(trained(parse(text), choice));
  };
  const std::string mixed = "cents,share,y0\n2e9,0.1,1\n3e9,-0.2,2\n1e9,0.3,3\n";
  EXPECT_NE(warning(mixed, {}).find("'cents'"), std::string::npos);
  EXPECT_NE(warning(mixed, {}).find("'share'"), std::string::npos);
  EXPECT_NE(warning(mixed, {}).find("--standardize"), std::string::npos);
  EXPECT_EQ(warning(mixed, {false, true}), "");
  EXPECT_NE(warning("time,y0\n1700000000,1\n1700003600,2\n1700007200,3\n", {true, false}).find("--bias"),
            std::string::npos);
  EXPECT_EQ(warning("a,b,y0\n100,1,1\n200,0.9,2\n300,1.2,3\n", {}), "");
  EXPECT_EQ(warning("a,zero,y0\n1e9,0,1\n2e9,0,2\n3e9,0,3\n", {}), "");
}

TEST(Dataset, RefusesWhatCannotBeTrainedOn) {
  EXPECT_NE(refusal("x0,label\n").find("f.csv has no rows"), std::string::npos);
  EXPECT_NE(refusal("label\n1\n2\n").find("no feature columns"), std::string::npos);
  EXPECT_NE(refusal("x0,label\n1,a\n2,a\n").find("one class only ('a')"), std::string::npos);
  EXPECT_NE(refusal("a b,c\n1 2,3\n").find("'1 2' in column 'a b' is not a number"), std::string::npos);
  EXPECT_NE(refusal("x0,price\n1,2\n2,3.5\n").find("f.csv:3:2: column 'price' would be the class label"),
            std::string::npos);
}

TEST(Dataset, OneRowOfRealTargetsIsFine) {
  const Dataset data = trained(parse("x0,y0\n1,2.5\n"));
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
  const Dataset data = trained(generate_builtin("builtin:spiral?n=31"), {true, true});
  write_prepared(folder.path("d.csv"), data);
  const Dataset back = trained(read_table(folder.path("d.csv")));
  EXPECT_EQ(back.X.cols, 3);
  EXPECT_EQ(back.Y.cols, 3);
  EXPECT_EQ(data_hash(back.problem(0.1)), data_hash(data.problem(0.1)));
}

TEST(Dataset, SignedAndSingleColumns) {
  const Table table = parse("a,label\n1,no\n2,yes\n3,no\n");
  const auto coded = [&table](bool signs, bool single) {
    return training_data(table, {{}, {signs, single}, {}, {}}).train.Y.data;
  };
  EXPECT_EQ(coded(false, false), (std::vector<double>{1, 0, 0, 1, 1, 0}));
  EXPECT_EQ(coded(true, false), (std::vector<double>{1, -1, -1, 1, 1, -1}));
  EXPECT_EQ(coded(false, true), (std::vector<double>{0, 1, 0}));
  EXPECT_EQ(coded(true, true), (std::vector<double>{-1, 1, -1}));
  EXPECT_NE(test::message_of<DataError>([] {
              training_data(parse("a,label\n1,x\n2,y\n3,z\n"), {{}, {false, true}, {}, {}});
            }).find("needs two classes, but column 'label' holds 3"),
            std::string::npos);
}

TEST(Dataset, SplitIsFoundAgainWithTheModel) {
  TrainingChoice choice;
  choice.preparation = {true, true, false, 2};
  choice.rows = {100, 0.3, 7, 0};
  const Table table = generate_builtin("builtin:blobs?n=150&d=4");
  const TrainingData data = training_data(table, choice);
  EXPECT_EQ(data.train.X.rows, 30);
  EXPECT_EQ(data.test.X.rows, 70);
  EXPECT_EQ(data.train.X.cols, 3);
  Model model;
  model.preparation = data.train.preparation;
  model.outputs = data.train.outputs;
  model.rows = data.train.rows;
  model.network = {Matrix(3, 2, 1.0), Matrix(3, 2, 1.0)};
  const Dataset train = labelled_data(table, {}, model, Part::train);
  const Dataset test = labelled_data(table, {}, model, Part::test);
  EXPECT_EQ(train.Y.data, data.train.Y.data);
  EXPECT_EQ(test.X.data, data.test.X.data);
  EXPECT_EQ(test.labels, data.test.labels);
  ASSERT_EQ(train.X.data.size(), data.train.X.data.size());
  for (std::size_t k = 0; k < train.X.data.size(); ++k) EXPECT_EQ(train.X.data[k], data.train.X.data[k]);
  EXPECT_EQ(labelled_data(table, {}, model).X.rows, 150);
  EXPECT_NE(test::message_of<DataError>([&] {
              labelled_data(generate_builtin("builtin:blobs?n=60&d=4"), {}, model, Part::test);
            }).find("has 60 rows but the split of the model was of 100"),
            std::string::npos);
}

TEST(Dataset, PartsNeedASplit) {
  EXPECT_NE(test::message_of<DataError>([] {
              labelled_data(parse("a,b,answer\n1,2,yes\n"), {}, small_model(), Part::test);
            }).find("trained without --split"),
            std::string::npos);
}

}  // namespace
}  // namespace burelu
