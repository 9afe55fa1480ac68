// CSV against the same table written in every way that is allowed, and refused in every way that is not.
#include "formats/csv.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "burelu/errors.hpp"
#include "formats/number.hpp"
#include "support/scratch_folder.hpp"

namespace burelu {
namespace {

Table parse(const std::string& text, Header header = Header::automatic) {
  return parse_csv(text, "f.csv", kGuessSeparator, header);
}

std::string refusal(const std::string& text) {
  return test::message_of<DataError>([&text] { parse(text); });
}

std::vector<double> numbers(const Table& table, index_t column) {
  std::vector<double> values;
  for (index_t i = 0; i < table.rows; ++i) values.push_back(table.number(i, column));
  return values;
}

/// "-" for a number.
std::vector<std::string> texts(const Table& table, index_t column) {
  std::vector<std::string> values;
  for (index_t i = 0; i < table.rows; ++i) {
    const std::string* text = table.text(i, column);
    values.push_back(text == nullptr ? "-" : *text);
  }
  return values;
}

void expect_two_by_two(const Table& table) {
  ASSERT_EQ(table.columns(), 2);
  ASSERT_EQ(table.rows, 2);
  EXPECT_EQ(table.names[0], "a");
  EXPECT_EQ(table.names[1], "b");
  EXPECT_EQ(numbers(table, 0), (std::vector<double>{1.5, -3.0}));
  EXPECT_EQ(numbers(table, 1), (std::vector<double>{2.0, 4e-3}));
  EXPECT_TRUE(table.numeric(0));
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
  EXPECT_EQ(texts(table, 0), (std::vector<std::string>{"a,b", "say \"hi\"", "two\nlines", "last"}));
  EXPECT_EQ(numbers(table, 1), (std::vector<double>{1, 2, 3, 4}));
  EXPECT_EQ(table.place(3, 1), "f.csv:6:2");  // the quoted line break counts
}

TEST(Csv, HeaderIsRecognised) {
  EXPECT_FALSE(parse("1,2\n3,4\n").has_header);
  EXPECT_EQ(parse("1,2\n3,4\n").rows, 2);
  EXPECT_EQ(parse("1,2\n3,4\n").names[1], "x1");
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
  EXPECT_EQ(*table.text(1, 2), "setosa");
}

TEST(Csv, HeaderCanBeForced) {
  EXPECT_EQ(parse("1,2\n3,4\n", Header::yes).rows, 1);
  EXPECT_EQ(parse("1,2\n3,4\n", Header::yes).names[0], "1");
  EXPECT_EQ(parse("a,b\n3,4\n", Header::no).rows, 2);
}

TEST(Csv, MixedColumnKeepsAllTextsAndTheNumbersItHas) {
  const Table table = parse("a,b\n1,2\n,x\n3,4\n");
  EXPECT_EQ(texts(table, 0), (std::vector<std::string>{"-", "", "-"}));
  EXPECT_TRUE(std::isnan(table.number(1, 0)));
  EXPECT_EQ(table.number(2, 0), 3.0);
  EXPECT_EQ(table.number(2, 1), 4.0);
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
  EXPECT_EQ(parse("a,b\n1,\xC3\xA9t\xC3\xA9\n").texts[0], "\xC3\xA9t\xC3\xA9");
}

TEST(Csv, BlocksAndThreadsMakeNoDifference) {
  // 40 MB, so several blocks and pieces of blocks; numbers, text classes, blank lines and, in the second half, quotes.
  std::string text = "a,b,kind\n";
  std::vector<double> wanted;
  index_t quoted_line = 0;
  for (int i = 0; i < 1000000; ++i) {
    const double value = 1.0 / (1.0 + i);
    wanted.push_back(value);
    text += std::to_string(i) + "," + short_number(value);
    if (i == 700000) quoted_line = i + 2 + i / 1000;
    text += i >= 700000 && i % 3 == 0 ? ",\"c, " + std::to_string(i % 5) + "\"\n" : ",c" + std::to_string(i % 5) + "\n";
    if (i % 1000 == 0) text += "\n";
  }
  const Table table = parse(text);
  ASSERT_EQ(table.rows, 1000000);
  EXPECT_EQ(numbers(table, 1), wanted);
  EXPECT_EQ(*table.text(699999, 2), "c4");
  EXPECT_EQ(*table.text(700002, 2), "c, 2");
  EXPECT_EQ(table.texts.size(), 10U);
  EXPECT_EQ(table.place(700000, 0), "f.csv:" + std::to_string(quoted_line) + ":1");
  const std::string message = refusal(text + "1,2\n");
  EXPECT_NE(message.find("f.csv:1001002: this row has 2 fields but the first has 3"), std::string::npos) << message;
}

TEST(Csv, RecordLongerThanABlock) {
  const std::string large(20'000'000, 'x');
  const Table table = parse("a,b\n1,\"" + large + "\"\n2,y\n");
  ASSERT_EQ(table.rows, 2);
  EXPECT_EQ(table.text(0, 1)->size(), large.size());
  EXPECT_EQ(parse("a,b\n1," + large + "\n2,y\n").text(0, 1)->size(), large.size());
}

TEST(Csv, FieldsThatNeedQuotesGetThem) {
  for (const char* text : {"plain", "a,b", "say \"hi\"", "two\nlines", " spaces ", ""}) {
    const std::string field = csv_field(text);
    EXPECT_EQ(parse("a,b\n1," + field + "\n2,z\n").texts[0], text);
  }
}

}  // namespace
}  // namespace burelu
