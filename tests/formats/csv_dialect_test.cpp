// Texts as other programs write them: their separator, or what they are instead.
#include "formats/csv_dialect.hpp"

#include <gtest/gtest.h>

#include "burelu/errors.hpp"
#include "formats/csv.hpp"
#include "formats/libsvm.hpp"
#include "support/scratch_folder.hpp"

namespace burelu {
namespace {

Table parse(const std::string& text) { return parse_csv(text, "f.csv"); }

std::string refusal(const std::string& text) {
  return test::message_of<DataError>([&text] { parse(text); });
}

std::string spread(const std::string& text, bool big) {
  std::string wide;
  for (const char letter : text) wide += big ? std::string{'\0', letter} : std::string{letter, '\0'};
  return wide;
}

TEST(CsvDialect, SeparatorIsTheOneThatFits) {
  EXPECT_EQ(guess_separator("a,b\n1,2\n"), ',');
  EXPECT_EQ(guess_separator("a|b\n1|2\n"), '|');
  EXPECT_EQ(guess_separator("a;b\n1,5;2\n"), ';');
  EXPECT_EQ(guess_separator("5,8;2\n6,0;1\n"), ';');
  EXPECT_EQ(guess_separator("5,8;2,5;x\n6,0;1,5;y\n"), ';');
  EXPECT_EQ(guess_separator("5,8 2\n6,0 1\n"), ' ');
  EXPECT_EQ(guess_separator("5,8|2\n6,0|1\n"), '|');
  EXPECT_EQ(guess_separator("5,8\t2\n6,0\t1\n"), '\t');
  EXPECT_EQ(guess_separator("5.1, 3.5, Iris setosa\n4.9, 3.0, Iris setosa\n"), ',');
  EXPECT_EQ(guess_separator("sepal length,petal width\n1,2\n"), ',');
  EXPECT_EQ(guess_separator("sepal length\n5.1\n4.9\n"), ',');  // one column
  EXPECT_EQ(guess_separator("\"a;b\",c\n\"1;2\",3\n"), ',');
  EXPECT_EQ(guess_separator("  1.0   2.0 a\n 10.0 -2.0 b\n"), ' ');
  EXPECT_EQ(guess_separator(""), ',');
}

TEST(CsvDialect, SpacesSeparateInRuns) {
  for (const char* text : {"a b c\n1 2 x\n3 4 y\n", "  a  b c\n  1    2 x\n 3 4 y  \n", "a b c\r\n1 2 x \r\n3 4 y\r\n",
                           "\"a\" \"b\" \"c\"\n1 2 \"x\"\n3  4 \"y\" \n", "a b c\n1 2 x\n\n   \n3 4 y"}) {
    const Table table = parse(text);
    ASSERT_EQ(table.columns(), 3) << text;
    ASSERT_EQ(table.rows, 2) << text;
    EXPECT_EQ(table.names[2], "c") << text;
    EXPECT_EQ(table.number(1, 1), 4.0) << text;
    EXPECT_EQ(*table.text(1, 2), "y") << text;
  }
  EXPECT_NE(refusal("1 2 3\n4 5 6\n7 8\n").find("f.csv:3: this row has 2 fields but the first has 3"),
            std::string::npos);
  EXPECT_NE(refusal("1 2\n3 4\n5  6  7 \n").find("f.csv:3: this row has 3 fields"), std::string::npos);
}

TEST(CsvDialect, BarsAndTheMarksOfOtherProgramsAreRead) {
  EXPECT_EQ(parse("a|b\n1|2\n").names[1], "b");
  const Table excel = parse("sep=;\r\na;b\r\n1;2\r\n");
  EXPECT_EQ(excel.names[0], "a");
  EXPECT_EQ(excel.place(0, 0), "f.csv:3:1");
  EXPECT_EQ(parse("# a,b\n1,2\n").names[0], "a");
  EXPECT_EQ(parse("# a b\n1 2\n3 4\n").names[1], "b");
  EXPECT_EQ(parse("#,b\n1,2\n").names[0], "#");
}

TEST(CsvDialect, OtherKindsAreCalledByTheirNames) {
  const std::string text = "a,b\n1,2\n";
  EXPECT_NE(refusal("\xFF\xFE" + spread(text, false)).find("UTF-16 text"), std::string::npos);
  EXPECT_NE(refusal("\xFE\xFF" + spread(text, true)).find("UTF-16 text"), std::string::npos);
  EXPECT_NE(refusal(spread(text, false)).find("UTF-16LE"), std::string::npos);
  EXPECT_NE(refusal(spread(text, true)).find("UTF-16BE"), std::string::npos);
  EXPECT_NE(refusal("\x93NUMPY and more").find("NumPy array"), std::string::npos);
  EXPECT_NE(refusal("PK\x03\x04 and more").find("zip archive"), std::string::npos);
  EXPECT_NE(refusal("PAR1 and more").find("Parquet"), std::string::npos);
  EXPECT_NE(refusal("<!DOCTYPE html>\n<html>").find("web page"), std::string::npos);
  EXPECT_NE(refusal("{\"a\": [1, 2]}").find("JSON"), std::string::npos);
  EXPECT_NE(refusal("BZh91AY").find("bzip2"), std::string::npos);
}

TEST(CsvDialect, LibsvmIsKnownByItsPairs) {
  EXPECT_TRUE(looks_like_libsvm("1 1:0.5 3:2\n-1 2:1\n"));
  EXPECT_TRUE(looks_like_libsvm("# comment\na 1:0.5 # end\nb\n"));
  EXPECT_TRUE(looks_like_libsvm("2 qid:1 1:0.5\n"));
  EXPECT_FALSE(looks_like_libsvm("1,2\n"));
  EXPECT_FALSE(looks_like_libsvm("1\n2\n"));
  EXPECT_FALSE(looks_like_libsvm("x 12:30:00\n"));
  EXPECT_FALSE(looks_like_libsvm("a:1 b:2\n"));
  EXPECT_NE(refusal("1 1:0.5 3:2\n-1 2:1\n").find("looks like LIBSVM"), std::string::npos);
}

TEST(CsvDialect, SeveralLabelsOfASampleAreRefused) {
  const auto read = [](const std::string& text) {
    return test::message_of<DataError>([&text] {
      ByteStream stream = ByteStream::from_memory(text, "m.svm");
      read_libsvm(stream);
    });
  };
  EXPECT_NE(read("1 1:2\n1,3 1:0.5\n").find("m.svm:2:1: the sample has several labels (1,3)"), std::string::npos);
  EXPECT_NE(read("a,b 1:0.5\n").find("several labels"), std::string::npos);
}

TEST(CsvDialect, DecimalCommasAreKnown) {
  for (const char* text : {"5,8", "-0,5", "+1,25e3", ",5"}) EXPECT_TRUE(has_decimal_comma(text)) << text;
  for (const char* text : {"5.8", "a,b", "1,", ",", "1,2,3", "1, 2", ""}) EXPECT_FALSE(has_decimal_comma(text)) << text;
}

}  // namespace
}  // namespace burelu
