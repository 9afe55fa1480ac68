// NPZ archives: X, y and Y in all their forms; archives that are wrong.
#include "formats/npz.hpp"

#include <gtest/gtest.h>

#include "burelu/errors.hpp"
#include "data/dataset.hpp"
#include "data/formats.hpp"
#include "formats/npy.hpp"
#include "formats/zip_archive.hpp"
#include "support/binary.hpp"
#include "support/gzipped.hpp"
#include "support/scratch_folder.hpp"

namespace burelu {
namespace {

using Members = std::vector<std::pair<std::string, std::string>>;

const std::vector<double> kX = {1, 2, 3, 4, 5, 6};

std::string features() { return npy_bytes(kX.data(), {3, 2}); }

Table read(const Members& members) {
  const test::ScratchFolder folder;
  return read_npz(folder.write("a.npz", zip_bytes(members)));
}

std::string refusal(const Members& members) {
  return test::message_of<DataError>([&members] { read(members); });
}

TEST(Npz, OneColumnOfTargetsIsTheLabel) {
  const std::string labels = test::npy("<i8", false, "(3,)", test::raw_all<std::int64_t>({7, -1, 7}));
  const Table table = read({{"y.npy", labels}, {"X.npy", features()}});
  EXPECT_EQ(table.names, (std::vector<std::string>{"x0", "x1", "label"}));
  EXPECT_EQ(table.values, (std::vector<double>{1, 2, 7, 3, 4, -1, 5, 6, 7}));
  const Table text = read({{"X.npy", features()}, {"Y.npy", npy_bytes({"dog", "cat", "dog"})}});
  EXPECT_EQ(training_data(text, {}).train.outputs.names, (std::vector<std::string>{"cat", "dog"}));
  EXPECT_EQ(training_data(text, {}).train.X.data, kX);
}

TEST(Npz, SeveralColumnsAreRealValues) {
  const std::vector<double> Y = {0.5, 1, 1.5, 2, 2.5, 3};
  const Table table = read({{"X.npy", features()}, {"Y.npy", npy_bytes(Y.data(), {3, 2})}});
  EXPECT_EQ(table.names.back(), "y1");
  EXPECT_EQ(training_data(table, {}).train.Y.data, Y);
}

TEST(Npz, FeaturesAloneAreForPrediction) {
  const Table table = read({{"X.npy", features()}, {"other.npy", "anything"}});
  EXPECT_EQ(table.values, kX);
  EXPECT_NE(test::message_of<DataError>([&table] { training_data(table, {}); }).find("features only"),
            std::string::npos);
}

TEST(Npz, AsNumpyWritesIt) {
  // numpy.savez_compressed(f, X=numpy.array([[1.5, -2]]), y=numpy.array(["b"])): deflated members, sizes in front.
  const test::ScratchFolder folder;
  const std::string path = folder.path("n.npz");
  const std::string script = "import numpy; numpy.savez_compressed('" + path +
                             "', X=numpy.asfortranarray([[1.5, -2], [3, 4]], dtype='f4'), y=numpy.array(['b', 'a']))";
  if (std::system(("python3 -c \"" + script + "\" 2>/dev/null").c_str()) != 0) GTEST_SKIP() << "no numpy in python3";
  const Table table = read_table(path);
  EXPECT_EQ(training_data(table, {}).train.X.data, (std::vector<double>{1.5, -2, 3, 4}));
  EXPECT_EQ(*table.text(0, 2), "b");
  EXPECT_EQ(read_table(folder.write("n.npz.gz", test::gzipped(folder.read("n.npz")))).rows, 2);
}

TEST(Npz, MistakesAreNamed) {
  const std::string labels = npy_bytes(kX.data(), {2});
  EXPECT_NE(refusal({{"A.npy", features()}}).find("no array X (it has A.npy)"), std::string::npos);
  EXPECT_NE(refusal({{"X.npy", features()}, {"y.npy", labels}}).find("X has 3 rows but the targets have 2"),
            std::string::npos);
  EXPECT_NE(refusal({{"X.npy", features()}, {"y.npy", labels}, {"Y.npy", labels}}).find("both y and Y"),
            std::string::npos);
  EXPECT_NE(refusal({{"X.npy", npy_bytes({"a"})}}).find("(X.npy): the array holds text"), std::string::npos);
  EXPECT_NE(refusal({{"X.npy", features().substr(0, 150)}}).find("(X.npy): the array is cut off"), std::string::npos);
  const test::ScratchFolder folder;
  std::string bytes = zip_bytes({{"X.npy", features()}});
  bytes[100] = static_cast<char>(bytes[100] ^ 1);
  const std::string bad = folder.write("bad.npz", bytes);
  EXPECT_NE(test::message_of<DataError>([&] { read_npz(bad); }).find("bad.npz (X.npy): "), std::string::npos);
  const std::string cut = folder.write("cut.npz", bytes.substr(0, 60));
  EXPECT_NE(test::message_of<DataError>([&] { read_npz(cut); }).find("no zip archive"), std::string::npos);
}

}  // namespace
}  // namespace burelu
