// The README's iris command: a raw file, text classes and no header, to a confusion matrix of the rows held out.
#include <gtest/gtest.h>

#include "app/run_program.hpp"
#include "support/shared_data.hpp"

namespace burelu::test {
namespace {

/// The file as it was published: no header, classes by name.
std::string raw_iris(const std::string& prepared) {
  const char* names[] = {"Iris-setosa", "Iris-versicolor", "Iris-virginica"};
  std::ifstream file(prepared);
  std::string line;
  std::string text;
  std::getline(file, line);
  while (std::getline(file, line)) {
    const auto comma = line.rfind(',');
    text += line.substr(0, comma + 1) + names[std::stoi(line.substr(comma + 1))] + "\n";
  }
  return text + "\n";
}

TEST(Iris, FromTheRawFileToAConfusionMatrix) {
  BURELU_SHARED_OR_SKIP(path, "data/iris_train.csv");
  const ScratchFolder folder;
  folder.write("iris.data", raw_iris(path));
  const Outcome outcome =
      run_burelu(folder, "train iris.data --standardize --bias --split 0.5 --tol 1e-1 --bound relaxation");
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  const auto matrix = outcome.out.find("true \\ predicted");
  ASSERT_NE(matrix, std::string::npos) << outcome.out;
  EXPECT_NE(outcome.out.find("\nIris-virginica  ", matrix), std::string::npos) << outcome.out;
  const auto accuracy = outcome.out.find("\naccuracy   ");
  ASSERT_NE(accuracy, std::string::npos);
  EXPECT_GT(std::stod(outcome.out.substr(accuracy + 12)), 0.85);
}

}  // namespace
}  // namespace burelu::test
