// CSV against the same table written in every way that is allowed, and refused in every way that is not.
#include "io/csv.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "burelu/errors.hpp"
#include "io/scratch_folder.hpp"

namespace burelu {
namespace {

Table parse(const std::string& text, Header header = Header::automatic) {
  return parse_csv(text, "f.csv", guess_separator(text), header);
}

std::string refusal(const std::string& text) {
  return test::message_of<DataError>([&text] { parse(text); });
}

void expect_two_by_two(const Table& table) {
  ASSERT_EQ(table.columns.size(), 2U);
  ASSERT_EQ(table.rows, 2);
  EXPECT_EQ(table.columns[0].name, "a");
  EXPECT_EQ(table.columns[1].name, "b");
  EXPECT_EQ(table.columns[0].numbers, (std::vector<double>{1.5, -3.0}));
  EXPECT_EQ(table.columns[1].numbers, (std::vector<double>{2.0, 4e-3}));
  EXPECT_TRUE(table.columns[0].numeric());
}

TEST(Csv, SameTableInEveryDialect) {
  for (const char* text :
       {"a,b\n1.5,2\n-3,4e-3\n", "a,b\r\n1.5,2\r\n-3,4e-3\r\n", "a,b\n1.5,2\n-3,4e-3",
        "\xEF\xBB\xBF"
        "a,b\n1.5,2\n-3,4e-3\n",
        "a;b\n1.5;2\n-3;4e-3\n", "a\tb\n1.5\t2\n-3\t4e-3\n", "\n\na,b\n\n1.5,2\n\n\n-3,4e-3\n\n",
        "\"a\",\"b\"\n\"1.5\",2\n-3,\"4e-3\"\n", " a , b \n 1.5 , +2 \n -3,4e-3 \n", "a,b\r1.5,2\r-3,4e-3\r"})
    expect_two_by_two(parse(text));
}

TEST(Csv, QuotedFieldsKeepSeparatorsQuotesAndLineBreaks) {
  const Table table = parse("name,x\n\"a,b\",1\n\"say \"\"hi\"\"\",2\n\"two\nlines\",3\nlast,4\n");
  EXPECT_EQ(table.columns[0].texts, (std::vector<std::string>{"a,b", "say \"hi\"", "two\nlines", "last"}));
  EXPECT_EQ(table.columns[1].numbers, (std::vector<double>{1, 2, 3, 4}));
  EXPECT_EQ(table.place(3, 1), "f.csv:6:2");  // the quoted line break counts
}

TEST(Csv, HeaderIsRecognised) {
  EXPECT_FALSE(parse("1,2\n3,4\n").has_header);
  EXPECT_EQ(parse("1,2\n3,4\n").rows, 2);
  EXPECT_EQ(parse("1,2\n3,4\n").columns[1].name, "x1");
  EXPECT_TRUE(parse("1,b\n3,4\n").has_header);
  EXPECT_TRUE(parse(",b\n3,4\n").has_header);
  EXPECT_TRUE(parse("x0,label\n3,cat\n").has_header);
  EXPECT_TRUE(parse("0,1,2,label\n5.1,3.5,1.4,cat\n").has_header);
  EXPECT_TRUE(parse("x0,x1,label\n").has_header);
}

TEST(Csv, RowsOfNumbersWithTextClassesAreNoHeader) {
  const Table table = parse("5.1,3.5,setosa\n4.9,3.0,setosa\n");
  EXPECT_FALSE(table.has_header);
  EXPECT_EQ(table.rows, 2);
  EXPECT_EQ(table.columns[2].texts.size(), 2U);
}

TEST(Csv, HeaderCanBeForced) {
  EXPECT_EQ(parse("1,2\n3,4\n", Header::yes).rows, 1);
  EXPECT_EQ(parse("1,2\n3,4\n", Header::yes).columns[0].name, "1");
  EXPECT_EQ(parse("a,b\n3,4\n", Header::no).rows, 2);
}

TEST(Csv, MixedColumnKeepsAllTextsAndTheNumbersItHas) {
  const Table table = parse("a,b\n1,2\n,x\n3,4\n");
  EXPECT_EQ(table.columns[0].texts, (std::vector<std::string>{"1", "", "3"}));
  EXPECT_TRUE(std::isnan(table.columns[0].numbers[1]));
  EXPECT_EQ(table.columns[1].numbers[2], 4.0);
}

TEST(Csv, RefusalsNameThePlace) {
  EXPECT_NE(refusal("a,b\n1,2\n3\n").find("f.csv:3: this row has 1 fields but the first has 2"), std::string::npos);
  EXPECT_NE(refusal("a,b\n1,\"2\n3,4\n").find("f.csv:2:2: the quotation"), std::string::npos);
  EXPECT_NE(refusal("a,b\n1,\"2\"x\n").find("f.csv:2:2: text follows"), std::string::npos);
  EXPECT_NE(refusal("a,a\n1,2\n").find("two columns are called 'a'"), std::string::npos);
  EXPECT_NE(refusal("").find("is empty"), std::string::npos);
  EXPECT_NE(refusal(" \n\n").find("is empty"), std::string::npos);
  EXPECT_NE(refusal(std::string("a\0b", 3)).find("not a text file"), std::string::npos);
  EXPECT_NE(refusal("a,b\n1,\xE9t\xE9\n").find("f.csv:2: this line is not UTF-8"), std::string::npos);
  EXPECT_EQ(parse("a,b\n1,\xC3\xA9t\xC3\xA9\n").columns[1].texts[0], "\xC3\xA9t\xC3\xA9");
}

}  // namespace
}  // namespace burelu
