// Chunks and threads against one another: the same rows, the same errors, wherever a chunk happens to end.
#include "formats/csv_pipeline.hpp"

#include <gtest/gtest.h>
#include <omp.h>

#include <algorithm>
#include <bit>
#include <stdexcept>
#include <string>

#include "burelu/errors.hpp"
#include "formats/csv.hpp"
#include "linalg/random.hpp"
#include "support/gzipped.hpp"
#include "support/scratch_folder.hpp"

namespace burelu {
namespace {

constexpr std::size_t kChunk = std::size_t{1} << 18U;

/// Rows of numbers, more than a megabyte, each line of another length.
std::string numbers(const std::string& line_end, std::size_t size) {
  Random random(3);
  std::string text;
  while (text.size() < size) {
    text += std::to_string(random.normal()) + "," + std::to_string(random.bits() % 1000);
    text += "," + std::to_string(random.normal()) + "e-0" + std::to_string(random.bits() % 10) + line_end;
  }
  return text;
}

std::vector<std::uint64_t> bits(const Table& table) {
  std::vector<std::uint64_t> values;
  for (const double value : table.values) values.push_back(std::bit_cast<std::uint64_t>(value));
  return values;
}

Table parse(const std::string& text, int threads) {
  const int before = omp_get_max_threads();
  omp_set_num_threads(threads);
  Table table = parse_csv(text, "f.csv");
  omp_set_num_threads(before);
  return table;
}

TEST(CsvPipeline, ThreadsMakeNoDifference) {
  const std::string text = numbers("\n", 8 * kChunk);
  const Table alone = parse(text, 1);
  EXPECT_EQ(alone.columns(), 3);
  for (const int threads : {2, 3, 8}) {
    const Table table = parse(text, threads);
    EXPECT_EQ(table.rows, alone.rows);
    EXPECT_EQ(bits(table), bits(alone));
  }
}

TEST(CsvPipeline, LineEndsMakeNoDifference) {
  const Table wanted = parse(numbers("\n", kChunk), 2);
  for (const char* line_end : {"\r\n", "\r", "\n\n", " \n", "\r\n\r\n"}) {
    const std::string text = numbers(line_end, 3 * kChunk);
    const Table table = parse(text, 2);
    ASSERT_GE(table.values.size(), wanted.values.size());
    const std::vector<std::uint64_t> all = bits(table);
    EXPECT_TRUE(std::equal(all.begin(), all.begin() + 300, bits(wanted).begin())) << line_end;
    EXPECT_EQ(table.rows, static_cast<index_t>(table.values.size() / 3));
  }
}

/// A last line that ends a little before, at and after the end of a chunk, with a line end and without.
TEST(CsvPipeline, FilesThatEndWhereAChunkEnds) {
  for (std::size_t size = 2 * kChunk - 3; size <= 2 * kChunk + 3; ++size) {
    std::string text = "1,2\n";
    while (text.size() + 8 < size) text += "3,4\n";
    text += "5,";
    text += std::string(size - text.size(), '6');
    for (const char* line_end : {"", "\n", "\r\n", "\n\n"}) {
      const Table table = parse(text + line_end, 2);
      EXPECT_EQ(table.number(table.rows - 1, 0), 5.0) << size;
      EXPECT_GT(table.number(table.rows - 1, 1), 5.0) << size;
    }
  }
}

TEST(CsvPipeline, TheFirstErrorCounts) {
  std::string text = numbers("\n", 4 * kChunk);
  const auto lines = std::count(text.begin(), text.end(), '\n');
  text += "1,2\n" + numbers("\n", 4 * kChunk) + "1,2,3,4\n\xff\n";
  for (const int threads : {1, 2, 8}) {
    const std::string message = test::message_of<DataError>([&] { parse(text, threads); });
    EXPECT_NE(message.find("f.csv:" + std::to_string(lines + 1) + ": this row has 2 fields"), std::string::npos)
        << message;
  }
}

TEST(CsvPipeline, QuotationMarksInTheMiddle) {
  const std::string part = numbers("\n", 3 * kChunk);
  const std::string text = part + "\"7\",8,\"two\nlines\"\n" + part + "1,\"2\",3\n" + part;
  const Table plain = parse(part, 2);
  const Table table = parse(text, 2);
  ASSERT_EQ(table.rows, 3 * plain.rows + 2);
  EXPECT_EQ(table.number(plain.rows, 0), 7.0);
  EXPECT_EQ(*table.text(plain.rows, 2), "two\nlines");
  EXPECT_EQ(table.number(2 * plain.rows + 1, 1), 2.0);
  EXPECT_EQ(table.number(table.rows - 1, 2), plain.number(plain.rows - 1, 2));
}

TEST(CsvPipeline, GzippedFilesAndCutOffOnes) {
  const test::ScratchFolder folder;
  const std::string text = numbers("\n", 6 * kChunk);
  const std::string packed = test::gzipped(text);
  ByteStream whole(folder.write("a.csv.gz", packed));
  EXPECT_EQ(bits(read_csv(whole)), bits(parse(text, 1)));
  ByteStream part(folder.write("b.csv.gz", packed.substr(0, packed.size() / 2)));
  EXPECT_NE(test::message_of<DataError>([&] { read_csv(part); }).find("cut off"), std::string::npos);
}

TEST(CsvPipeline, MemoryIsThatOfTheMatrix) {
  const Table table = parse(numbers("\n", 16 * kChunk), 4);
  EXPECT_LT(table.values.capacity(), table.values.size() + table.values.size() / 10);
}

TEST(CsvPipeline, WhatTheProgressThrowsComesOut) {
  const test::ScratchFolder folder;
  const std::string path = folder.write("a.csv", numbers("\n", 12 * kChunk));
  int calls = 0;
  ByteStream stream(path, [&calls](std::uint64_t, std::uint64_t) {
    if (++calls == 4) throw std::runtime_error("stop");
  });
  EXPECT_THROW(read_csv(stream), std::runtime_error);
}

}  // namespace
}  // namespace burelu
