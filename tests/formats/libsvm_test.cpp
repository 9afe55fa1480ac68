// Sparse text against the dense matrix it stands for.
#include "formats/libsvm.hpp"

#include <gtest/gtest.h>

#include "burelu/errors.hpp"
#include "data/dataset.hpp"
#include "formats/number.hpp"
#include "linalg/random.hpp"
#include "support/scratch_folder.hpp"

namespace burelu {
namespace {

Table parse(const std::string& text, index_t least = 0) {
  ByteStream stream = ByteStream::from_memory(text, "f.svm");
  return read_libsvm(stream, least);
}

std::string refusal(const std::string& text) {
  return test::message_of<DataError>([&text] { parse(text); });
}

TEST(Libsvm, AbsentIsZero) {
  const Table table = parse("+1 2:0.5\n-1 1:3 4:-2e-1  # a comment\n\n+1 qid:3 3:1\r\n1\n");
  EXPECT_EQ(table.names, (std::vector<std::string>{"x0", "x1", "x2", "x3", "label"}));
  EXPECT_EQ(table.values, (std::vector<double>{0, 0.5, 0, 0, 1, 3, 0, 0, -0.2, -1, 0, 0, 1, 0, 1, 0, 0, 0, 0, 1}));
  EXPECT_EQ(table.place(2, 0), "f.svm:4:1");
  EXPECT_EQ(parse("a 1:1\nb 1:2\n", 3).columns(), 4);
  EXPECT_EQ(*parse("a 1:1\nb 1:2\n").text(1, 1), "b");
}

TEST(Libsvm, WidthMayGrowWithEveryRow) {
  Random random(2);
  std::string text;
  Matrix dense(300, 300);
  for (index_t i = 0; i < 300; ++i) {
    text += std::to_string(i % 2);
    for (index_t j = 0; j <= i; j += 1 + static_cast<index_t>(random.bits() % 5)) {
      dense(i, j) = random.normal();
      text += " " + std::to_string(j + 1) + ":" + short_number(dense(i, j));
    }
    dense(i, i) = 1.5;
    const auto space = text.rfind(' ');
    if (text.compare(space + 1, std::to_string(i + 1).size() + 1, std::to_string(i + 1) + ":") == 0) text.resize(space);
    text += " " + std::to_string(i + 1) + ":1.5\n";
  }
  EXPECT_EQ(training_data(parse(text), {}).train.X.data, dense.data);
}

TEST(Libsvm, ModelsTakeNarrowerFiles) {
  Model model;
  model.preparation.features = {"x0", "x1", "x2"};
  model.outputs = {true, {"0", "1"}, "label"};
  model.network = {Matrix(3, 1, 1.0), Matrix(2, 1, 1.0)};
  EXPECT_EQ(unlabelled_data(parse("1 2:5\n", model.features()), {}, model).X.data, (std::vector<double>{0, 5, 0}));
}

TEST(Libsvm, MistakesAreNamedByLineAndField) {
  EXPECT_NE(refusal("1 1:2\n1 -3:1\n").find("f.svm:2:2: the index -3 is below 1"), std::string::npos);
  EXPECT_NE(refusal("1 0:2\n").find("f.svm:1:2: the index 0 is below 1"), std::string::npos);
  EXPECT_NE(refusal("1 1099511627776:1\n").find("f.svm:1:2: the index 1099511627776 is above"), std::string::npos);
  EXPECT_NE(refusal("1 99999999999999999999999:1\n").find("is above"), std::string::npos);
  EXPECT_NE(refusal("1 1:1 1:2\n").find("f.svm:1:3: the index 1 does not increase"), std::string::npos);
  EXPECT_NE(refusal("1 x:1\n").find("the index 'x' is no whole number"), std::string::npos);
  EXPECT_NE(refusal("1 1:x\n").find("the value 'x' is not a number"), std::string::npos);
  EXPECT_NE(refusal("1 1:nan\n").find("NaN or infinite"), std::string::npos);
  EXPECT_NE(refusal("1 1\n").find("'1' is no index:value pair"), std::string::npos);
  EXPECT_NE(refusal("1:1 2:2\n").find("f.svm:1:1: the line begins with '1:1', no label"), std::string::npos);
  EXPECT_NE(refusal("\n# nothing\n").find("f.svm is empty"), std::string::npos);
  EXPECT_NE(refusal(std::string("1 1:1\n\0", 7)).find("f.svm:2: this is not a text file"), std::string::npos);
}

}  // namespace
}  // namespace burelu
