// Malformed files of every format over the whole program: one line that names the file, the place and the remedy, exit
// code 3, nothing written.
#include <gtest/gtest.h>

#include <cmath>

#include "app/hand_made_model.hpp"
#include "app/run_program.hpp"
#include "formats/npy.hpp"
#include "formats/zip_archive.hpp"
#include "support/binary.hpp"
#include "support/gzipped.hpp"

namespace burelu::test {
namespace {

struct Malformed {
  std::string name;
  std::string file;
  std::string bytes;
  std::string message;  ///< what the line must contain beside the file
};

std::string doubles(const std::vector<double>& values) { return raw_all<double>(values); }

std::string array(const std::vector<double>& values, const std::vector<index_t>& shape) {
  return npy_bytes(values.data(), shape);
}

std::string changed(std::string bytes, std::size_t at) {
  bytes.at(at) = static_cast<char>(bytes.at(at) ^ 0x55);
  return bytes;
}

std::vector<Malformed> text_files() {
  const std::string good = "x0,label\n1,a\n2,b\n";
  return {
      {"empty", "d.csv", "", "is empty; it needs a header"},
      {"blank", "d.csv", "\n \n\r\n", "is empty"},
      {"header_only", "d.csv", "x0,x1,label\n", "has no rows of data; add"},
      {"ragged_short", "d.csv", "x0,x1,label\n1,2,a\n3,b\n", ":3: this row has 2 fields but the first has 3; complete"},
      {"ragged_long", "d.csv", "x0,label\n1,a\n3,4,b\n", ":3: this row has 3 fields"},
      {"ragged_quoted", "d.csv", "x0,label\n1,\"a\"\n\"3\"\n", ":3: this row has 1 fields"},
      {"nan", "d.csv", "x0,label\n1,a\nNaN,b\n", ":3:1: the value in column 'x0' is NaN; remove"},
      {"infinity", "d.csv", "x0,label\n1,a\n-Inf,b\n", ":3:1: the value in column 'x0' is infinite; correct"},
      {"overflow", "d.csv", "x0,label\n1,a\n1e999,b\n", ":3:1: the value in column 'x0' is infinite"},
      {"missing", "d.csv", "x0,x1,label\n1,2,a\n,3,b\n", ":3:1: a value in column 'x0' is missing; remove"},
      {"text_feature", "d.csv", "x0,label\n1,a\n1 000,b\n", ":3:1: '1 000' in column 'x0' is not a number; correct"},
      {"missing_class", "d.csv", "x0,label\n1,a\n2,\n", ":3:2: the class in column 'label' is missing; remove"},
      {"one_class", "d.csv", "x0,label\n1,a\n2,a\n", "one class only ('a')"},
      {"duplicate_header", "d.csv", "x0,x0,label\n1,2,a\n", ":1:2: two columns are called 'x0'; rename"},
      {"open_quote", "d.csv", "x0,label\n1,\"a\n2,b\n", ":2:2: the quotation that begins here never ends; add"},
      {"text_after_quote", "d.csv", "x0,label\n1,\"a\"b\n", ":2:2: text follows the closing quotation mark; write"},
      {"zero_bytes", "d.csv", std::string("x0,label\n1,a\n\0,b\n", 17), ":3: this is not a text file"},
      {"not_utf8", "d.csv", "x0,label\n1,\xE9t\xE9\n", ":2: this line is not UTF-8; convert"},
      {"fractions_as_classes", "d.csv", "x0,z\n1,0.5\n2,0.7\n", ":2:2: column 'z' would be the class label"},
      {"both_kinds_of_target", "d.csv", "x0,y0,label\n1,2,a\n", "both label and y0; say"},
      {"no_feature", "d.csv", "label\na\nb\n", "no feature columns beside the target; add"},
      {"tsv_with_commas", "d.tsv", "x0,label\n1,a\n2,b\n", "no feature columns"},
      {"gzip_cut", "d.csv.gz", gzipped(good).substr(0, 20), "the gzip file is cut off after 20 bytes; fetch"},
      {"gzip_checksum", "d.csv.gz", changed(gzipped(good), gzipped(good).size() - 6), "the gzip file is damaged"},
      {"gzip_body", "d.csv.gz", changed(gzipped(good), 10), "the gzip file is damaged"},
      {"gzip_ragged", "d.csv.gz", gzipped("x0,label\n1,a\n2\n"), ":3: this row has 1 fields"},
      {"excel", "d.xlsx", "PK\x03\x04", "does not read .xlsx files; convert"},
      {"svm_empty", "d.svm", "", "is empty"},
      {"svm_negative_index", "d.svm", "1 1:2\n2 -3:1\n", ":2:2: the index -3 is below 1"},
      {"svm_zero_index", "d.svm", "1 0:2\n", ":1:2: the index 0 is below 1"},
      {"svm_huge_index", "d.svm", "1 1099511627776:1\n2 1:1\n", ":1:2: the index 1099511627776 is above"},
      {"svm_repeated_index", "d.svm", "1 3:1 3:2\n", ":1:3: the index 3 does not increase"},
      {"svm_no_label", "d.svm", "1:1 2:2\n", ":1:1: the line begins with '1:1', no label"},
      {"svm_no_pair", "d.svm", "1 2\n", ":1:2: '2' is no index:value pair"},
      {"svm_infinity", "d.libsvm", "1 2:inf\n", ":1:2: the value of index 2 is NaN or infinite"},
      {"svm_gzip_cut", "d.svm.gz", gzipped("1 1:1\n2 1:2\n").substr(0, 25), "cut off"},
  };
}

std::vector<Malformed> binary_files() {
  const std::string matrix = array({1, 0, 2, 1}, {2, 2});
  const std::string labels = idx(8, {2}, std::string("\0\1", 2));
  return {
      {"npy_empty", "d.npy", "", "cut off in its header"},
      {"npy_magic", "d.npy", changed(matrix, 1), "no NPY array"},
      {"npy_version", "d.npy", changed(matrix, 6), "version 84 of NPY is unknown"},
      {"npy_cut", "d.npy", matrix.substr(0, matrix.size() - 9), "cut off; its header promises 32 bytes"},
      {"npy_gzip_cut", "d.npy.gz", gzipped(matrix.substr(0, matrix.size() - 9)), "cut off"},
      {"npy_trailing", "d.npy", matrix + "x", "bytes after the array; save"},
      {"npy_columns", "d.npy", npy("<f8", false, "(1, 1099511627776)", ""), "1099511627776 along axis 1"},
      {"npy_rows", "d.npy", npy("<f8", false, "(1099511627776, 1)", ""), "1099511627776 along axis 0"},
      {"npy_product", "d.npy", npy("<f8", false, "(9, 99999, 9999)", ""),
       "the rows are longer than the 1048576 columns"},
      {"npy_negative", "d.npy", npy("<f8", false, "(-1, 2)", ""), "the shape is malformed"},
      {"npy_objects", "d.npy", npy("|O", false, "(2, 2)", "x"), "'|O' is unknown"},
      {"npy_complex", "d.npy", npy("<c16", false, "(2, 2)", "x"), "'<c16' is not read"},
      {"npy_text", "d.npy", npy("<U1", false, "(1, 1)", "abcd"), "text where numbers belong"},
      {"npy_zero_rows", "d.npy", npy("<f8", false, "(0, 2)", ""), "has no rows"},
      {"npy_zero_columns", "d.npy", npy("<f8", false, "(2, 0)", ""), "has no columns"},
      {"npy_nan", "d.npy", npy("<f8", false, "(2, 2)", doubles({1, 0, std::nan(""), 1})),
       ":2:1: the value in column 'x0' is NaN"},
      {"npz_no_zip", "d.npz", "hello", "no zip archive"},
      {"npz_no_X", "d.npz", zip_bytes({{"A.npy", matrix}}), "no array X (it has A.npy)"},
      {"npz_no_targets", "d.npz", zip_bytes({{"X.npy", matrix}}), "holds features only; add"},
      {"npz_lengths", "d.npz", zip_bytes({{"X.npy", matrix}, {"y.npy", array({1, 2, 3}, {3})}}),
       "X has 2 rows but the targets have 3"},
      {"npz_checksum", "d.npz", changed(zip_bytes({{"X.npy", matrix}, {"y.npy", array({1, 2}, {2})}}), 160),
       "(X.npy): the check sum differs"},
      {"npz_cut", "d.npz", zip_bytes({{"X.npy", matrix}}).substr(0, 150), "no zip archive, or it is cut off"},
      {"npz_infinity", "d.npz",
       zip_bytes({{"X.npy", array({1, 2, INFINITY, 3}, {2, 2})}, {"y.npy", array({1, 2}, {2})}}),
       ":2:1: the value in column 'x0' is infinite"},
      {"idx_magic", "d-ubyte", changed(labels, 0), "wrong magic"},
      {"idx_type", "d-ubyte", changed(labels, 2), "the type of its numbers (93) is unknown"},
      {"idx_cut", "d-images-idx3-ubyte", idx(8, {2, 2, 2}, "abc"),
       "the file is cut off: it declares 8 numbers and holds 3"},
      {"idx_gzip_cut", "d-images-idx3-ubyte.gz", gzipped(idx(8, {2, 2, 2}, "abc")), "the file is cut off"},
      {"idx_huge", "d-ubyte", idx(8, {1, 0xffffffff, 0xffffffff}, ""), "columns that burelu takes"},
      {"idx_no_labels", "d-images-idx3-ubyte", idx(8, {1, 1, 1}, "a"), "holds features only; add"},
      {"idx_trailing", "d-ubyte", labels + "x", "bytes after the 2 entries"},
  };
}

std::vector<Malformed> files() {
  std::vector<Malformed> all = text_files();
  for (Malformed& file : binary_files()) all.push_back(std::move(file));
  return all;
}

void PrintTo(const Malformed& bad, std::ostream* out) { *out << bad.name; }

class MalformedFile : public testing::TestWithParam<Malformed> {};

TEST_P(MalformedFile, OneLineExitCodeThreeNothingWritten) {
  const Malformed& bad = GetParam();
  const ScratchFolder folder;
  folder.write(bad.file, bad.bytes);
  const Outcome outcome = run_burelu(folder, "train " + bad.file +
                                                 " --out m.safetensors --report r.json --certificate c.cert "
                                                 "--save-data used.csv");
  EXPECT_EQ(outcome.exit_code, 3) << outcome.err;
  EXPECT_EQ(outcome.err.rfind("burelu: " + bad.file, 0), 0U) << outcome.err;
  EXPECT_NE(outcome.err.find(bad.message), std::string::npos) << outcome.err;
  EXPECT_NE(outcome.err.find("; "), std::string::npos) << "no remedy: " << outcome.err;
  EXPECT_EQ(line_count(outcome.err), 1U) << outcome.err;
  EXPECT_EQ(outcome.out, "");
  EXPECT_EQ(folder.files(), 1U);
}

INSTANTIATE_TEST_SUITE_P(Program, MalformedFile, testing::ValuesIn(files()),
                         [](const testing::TestParamInfo<Malformed>& one) { return one.param.name; });

TEST(MalformedFiles, AreManyEnough) { EXPECT_GE(files().size(), 40U); }

}  // namespace
}  // namespace burelu::test
