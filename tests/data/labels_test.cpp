// Which columns become targets, and what classes they hold.
#include "data/labels.hpp"

#include <gtest/gtest.h>

#include "burelu/errors.hpp"
#include "formats/csv.hpp"
#include "support/scratch_folder.hpp"

namespace burelu {
namespace {

Table parse(const std::string& text) { return parse_csv(text, "f.csv", ','); }

std::string refusal(const std::string& text, const TargetChoice& choice = {}) {
  return test::message_of<DataError>([&] { choose_targets(parse(text), choice); });
}

using Indices = std::vector<index_t>;

TEST(Labels, RulesChooseTheTargets) {
  const TargetColumns label = choose_targets(parse("a,label,b\n1,2,3\n"), {});
  EXPECT_TRUE(label.classes);
  EXPECT_EQ(label.columns, Indices{1});
  EXPECT_EQ(label.features, (Indices{0, 2}));
  EXPECT_EQ(choose_targets(parse("a,b,kind\n1,2,3\n"), {}).columns, Indices{2});
  EXPECT_EQ(choose_targets(parse("1,2,3\n4,5,6\n"), {}).columns, Indices{2});
  const TargetColumns values = choose_targets(parse("y1,x0,y0\n1,2,3\n"), {});
  EXPECT_FALSE(values.classes);
  EXPECT_EQ(values.columns, (Indices{2, 0}));
  EXPECT_EQ(values.features, Indices{1});
}

TEST(Labels, NamesComeBeforeRules) {
  EXPECT_EQ(choose_targets(parse("a,label\n1,2\n"), {"a", {}, {}}).columns, Indices{0});
  const TargetColumns values = choose_targets(parse("a,b,label,id\n1,2,3,4\n"), {"", {"b", "a"}, {"id"}});
  EXPECT_FALSE(values.classes);
  EXPECT_EQ(values.columns, (Indices{1, 0}));
  EXPECT_EQ(values.features, Indices{2});
}

TEST(Labels, RefusesWhatIsNotThere) {
  EXPECT_NE(refusal("a,b\n1,2\n", {"c", {}, {}}).find("no label column 'c'; the header has a, b"), std::string::npos);
  EXPECT_NE(refusal("1,2\n3,4\n", {"", {"c"}, {}}).find("no target column 'c'; the file has no header"),
            std::string::npos);
  EXPECT_NE(refusal("a,b\n1,2\n", {"", {"a", "a"}, {}}).find("named twice"), std::string::npos);
  EXPECT_NE(refusal("x0,y0,label\n1,2,3\n").find("both label and y0"), std::string::npos);
}

TEST(Labels, ClassesDoNotDependOnRowOrder) {
  using Names = std::vector<std::string>;
  EXPECT_EQ(distinct_classes({"10", "9", "10", "-1"}), (Names{"-1", "9", "10"}));
  EXPECT_EQ(distinct_classes({"dog", "cat", "dog"}), (Names{"cat", "dog"}));
  EXPECT_EQ(class_texts(parse("x,label\n1,1.0\n1,1\n1,-0\n1,1e0\n"), 1), (Names{"1", "1", "0", "1"}));
  EXPECT_EQ(class_texts(parse("x,label\n1,1.0\n1,cat\n"), 1), (Names{"1", "cat"}));
}

TEST(Labels, MissingAndUnknownClassesAreNamed) {
  const auto missing = [](const char* text) {
    return test::message_of<DataError>([text] { class_texts(parse(text), 1); });
  };
  EXPECT_NE(missing("x,label\n1,a\n2,\n").find("f.csv:3:2: the class in column 'label' is missing"), std::string::npos);
  EXPECT_NE(missing("x,label\n1,0\n2,nan\n").find("f.csv:3:2"), std::string::npos);
  const std::string unknown = test::message_of<DataError>([] {
    class_indices(parse("x,label\n1,a\n2,zebra\n"), 1, {"a", "b"});
  });
  EXPECT_NE(unknown.find("f.csv:3:2: class 'zebra' is unknown"), std::string::npos);
  EXPECT_EQ(class_indices(parse("x,label\n1,b\n2,a\n"), 1, {"a", "b"}), (Indices{1, 0}));
}

TEST(Labels, NumericColumnsNameWhatIsWrong) {
  const auto fault = [](const std::string& field) {
    const Table table = parse("a,b\n1,2\n3," + field + "\n");
    return test::message_of<DataError>([&table] { numeric_columns(table, {0, 1}); });
  };
  EXPECT_NE(fault("").find("f.csv:3:2: a value in column 'b' is missing"), std::string::npos);
  EXPECT_NE(fault("?").find("f.csv:3:2: '?' in column 'b' is not a number"), std::string::npos);
  EXPECT_NE(fault("NaN").find("f.csv:3:2: the value in column 'b' is NaN"), std::string::npos);
  EXPECT_NE(fault("-inf").find("f.csv:3:2: the value in column 'b' is infinite"), std::string::npos);
  EXPECT_NE(fault("1e300").find("f.csv:3:2: the magnitude of 1e+300"), std::string::npos);
  EXPECT_NE(fault("1e-300").find("f.csv:3:2: the magnitude of 1e-300"), std::string::npos);
  EXPECT_EQ(numeric_columns(parse("a,b\n1,2\n3,0\n"), {1, 0}).data, (std::vector<double>{2, 1, 0, 3}));
}

}  // namespace
}  // namespace burelu
