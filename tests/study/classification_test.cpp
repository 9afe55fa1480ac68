// Splits from files, and cross-validation.
#include "study/classification.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <map>

#include "burelu/errors.hpp"
#include "support/instances.hpp"
#include "support/scratch_folder.hpp"

namespace burelu::study {
namespace {

LabelledRows some_rows(index_t count, index_t classes) {
  LabelledRows rows{test::gaussian(count, 2, 1), Matrix(count, classes), {}};
  for (index_t i = 0; i < count; ++i) {
    rows.labels.push_back(i * i % classes);
    rows.Y(i, rows.labels.back()) = 1.0;
  }
  return rows;
}

TEST(Folds, TestOnEveryRowOnceAndTrainOnTheOthers) {
  const LabelledRows data = some_rows(31, 3);
  std::map<double, int> tested;  // a row by its first feature
  for (const Split& part : folds(data, 4, 7)) {
    EXPECT_EQ(part.train.X.rows + part.test.X.rows, 31);
    EXPECT_GE(part.test.X.rows, 7);
    EXPECT_LE(part.test.X.rows, 8);
    std::map<double, bool> in_test;
    for (index_t i = 0; i < part.test.X.rows; ++i) {
      ++tested[part.test.X(i, 0)];
      in_test[part.test.X(i, 0)] = true;
      EXPECT_EQ(part.test.Y(i, part.test.labels[static_cast<std::size_t>(i)]), 1.0);
    }
    for (index_t i = 0; i < part.train.X.rows; ++i) EXPECT_FALSE(in_test[part.train.X(i, 0)]);
  }
  EXPECT_EQ(tested.size(), 31U);
  for (const auto& [row, count] : tested) EXPECT_EQ(count, 1);
}

TEST(Folds, KeepTheSharesOfTheClasses) {
  const LabelledRows data = some_rows(30, 2);
  index_t ones = 0;
  for (const index_t label : data.labels) ones += label;
  for (const Split& part : folds(data, 3, 1)) {
    index_t here = 0;
    for (const index_t label : part.test.labels) here += label;
    EXPECT_NEAR(static_cast<double>(here), static_cast<double>(ones) / 3.0, 1.0);
  }
}

TEST(Folds, DependOnTheSeedAlone) {
  const LabelledRows data = some_rows(30, 2);
  EXPECT_EQ(folds(data, 3, 1)[0].test.X.data, folds(data, 3, 1)[0].test.X.data);
  EXPECT_NE(folds(data, 3, 1)[0].test.X.data, folds(data, 3, 2)[0].test.X.data);
}

TEST(Folds, NeedRows) { EXPECT_THROW(folds(some_rows(2, 2), 3, 0), DataError); }

class ReadSplit : public testing::Test {
 protected:
  void SetUp() override {
    std::ofstream(folder_.path("tiny_train.csv")) << "x0,x1,label\n1,2,b\n3,4,a\n5,6,b\n";
    std::ofstream(folder_.path("tiny_test.csv")) << "x0,x1,label\n7,8,b\n";
  }
  const test::ScratchFolder folder_;
};

TEST_F(ReadSplit, CodesTheTestRowsAsTheTrainingRows) {
  const Split data = read_split(folder_.path(), "tiny", true);
  EXPECT_EQ(data.train.X.data, (std::vector<double>{1, 2, 1, 3, 4, 1, 5, 6, 1}));
  EXPECT_EQ(data.train.Y.data, (std::vector<double>{0, 1, 1, 0, 0, 1}));
  EXPECT_EQ(data.test.X.data, (std::vector<double>{7, 8, 1}));
  EXPECT_EQ(data.test.Y.data, (std::vector<double>{0, 1}));
  EXPECT_EQ(data.test.labels, std::vector<index_t>{1});
}

TEST_F(ReadSplit, SaysWhichFileIsMissing) {
  check_split(folder_.path(), "tiny");
  EXPECT_THROW(check_split(folder_.path(), "absent"), DataError);
}

}  // namespace
}  // namespace burelu::study
