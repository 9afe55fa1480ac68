// Certificate files: bit-exact round trip, nothing half-written, one clear refusal per kind of damage.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>

#include "burelu/certificate.hpp"
#include "burelu/errors.hpp"
#include "support/scratch_folder.hpp"

namespace burelu {
namespace {

class CertificateFile : public ::testing::Test {
 protected:
  std::filesystem::path folder_ = std::filesystem::temp_directory_path() / ("burelu-cert-" + std::to_string(getpid()));
  std::string path_ = folder_ / "a.cert";
  Certificate c_;

  void SetUp() override {
    std::filesystem::create_directories(folder_);
    c_.lower_bound = 0.1 + 0.2;
    c_.gamma = std::numeric_limits<double>::denorm_min();
    c_.data_hash = 0xfedcba9876543210ULL;
    c_.W = Matrix(3, 2);
    c_.W.data = {1.0 / 3.0, -0.0, 1e300, -1e-300, std::numeric_limits<double>::max(), 0.0};
    c_.representatives = {0, 2};
    c_.line = {0, -1, 1};
    c_.ratio = {1.0, 0.0, -2.0 / 3.0};
    c_.multipliers = {{2, 0, -1.0 / 7.0}, {3, 2, 5e-324}};
    write_certificate(path_, c_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string text() const {
    std::ifstream in(path_);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  void rewrite(const std::string& bytes) const { std::ofstream(path_) << bytes; }
};

TEST_F(CertificateFile, OfBranchAndBoundIsWAlone) {
  c_.branched = true;
  c_.representatives.clear();
  c_.line.clear();
  c_.ratio.clear();
  c_.multipliers.clear();
  write_certificate(path_, c_);
  EXPECT_EQ(text().substr(0, 21), "burelu-certificate 3\n");
  const Certificate r = read_certificate(path_);
  EXPECT_TRUE(r.branched);
  EXPECT_EQ(r.lower_bound, c_.lower_bound);
  EXPECT_EQ(r.data_hash, c_.data_hash);
  EXPECT_EQ(r.W.data, c_.W.data);
  EXPECT_TRUE(r.multipliers.empty());
}

TEST_F(CertificateFile, RoundTripIsBitExact) {
  const Certificate r = read_certificate(path_);
  EXPECT_EQ(r.lower_bound, c_.lower_bound);
  EXPECT_EQ(r.gamma, c_.gamma);
  EXPECT_EQ(r.data_hash, c_.data_hash);
  EXPECT_EQ(r.W.rows, 3);
  EXPECT_EQ(r.W.data, c_.W.data);
  EXPECT_TRUE(std::signbit(r.W.data[1]));
  EXPECT_EQ(r.representatives, c_.representatives);
  EXPECT_EQ(r.line, c_.line);
  EXPECT_EQ(r.ratio, c_.ratio);
  ASSERT_EQ(r.multipliers.size(), 2U);
  for (std::size_t k = 0; k < 2; ++k) {
    EXPECT_EQ(r.multipliers[k].i, c_.multipliers[k].i);
    EXPECT_EQ(r.multipliers[k].j, c_.multipliers[k].j);
    EXPECT_EQ(r.multipliers[k].value, c_.multipliers[k].value);
  }
}

TEST_F(CertificateFile, ADominantFeatureIsKept) {
  EXPECT_EQ(read_certificate(path_).dominant, -1);
  c_.dominant = 3;
  c_.dominant_power = -21;
  write_certificate(path_, c_);
  EXPECT_EQ(read_certificate(path_).dominant, 3);
  EXPECT_EQ(read_certificate(path_).dominant_power, -21);
}

TEST_F(CertificateFile, WritingTwiceGivesTheSameBytes) {
  const std::string before = text();
  write_certificate(path_, read_certificate(path_));
  EXPECT_EQ(text(), before);
}

TEST_F(CertificateFile, EveryTruncationIsRefused) {
  const std::string whole = text();
  for (std::size_t size = 0; size + 1 < whole.size(); size += 5) {
    rewrite(whole.substr(0, size));
    EXPECT_THROW(read_certificate(path_), DataError) << size;
  }
}

TEST_F(CertificateFile, DamageIsNamed) {
  const std::string whole = text();
  const auto damaged = [&](const std::string& from, const std::string& to) {
    std::string changed = whole;
    changed.replace(changed.find(from), from.size(), to);
    rewrite(changed);
    EXPECT_THROW(read_certificate(path_), DataError) << from;
  };
  damaged("certificate 1", "certificate 9");
  damaged("\"rows\":3", "\"rows\":-3");
  damaged("\"rows\":3", "\"rows\":3000000000000000000");
  damaged("\"gamma\"", "\"gmma\"");
  damaged("multipliers\n", "multiplier\n");
  damaged("0x0p+0", "zero");
  damaged("0x0p+0", "inf");
  damaged("end\n", "end\n1\n");
}

TEST_F(CertificateFile, OneWithTheConeCutsOfOlderVersionsIsToldApart) {
  const std::string whole = text();
  ASSERT_EQ(whole.rfind("burelu-certificate 1\n", 0), 0U);
  rewrite("burelu-certificate 2" + whole.substr(whole.find('\n')));
  const std::string message = test::message_of<DataError>([&] { read_certificate(path_); });
  EXPECT_NE(message.find("made with cone cuts by an older version"), std::string::npos) << message;
  EXPECT_EQ(message.find('\n'), std::string::npos);
}

TEST_F(CertificateFile, IncompleteOnesAreNotWritten) {
  const std::string before = text();
  Certificate short_W = c_;
  short_W.W.data.pop_back();
  Certificate short_lines = c_;
  short_lines.line.pop_back();
  Certificate short_ratios = c_;
  short_ratios.ratio.clear();
  for (const Certificate& bad : {Certificate{}, short_W, short_lines, short_ratios})
    EXPECT_THROW(write_certificate(path_, bad), DataError);
  EXPECT_EQ(text(), before);
}

TEST_F(CertificateFile, UnwritablePlacesAreRefused) {
  EXPECT_THROW(write_certificate((folder_ / "absent" / "a.cert").string(), c_), DataError);
  EXPECT_THROW(write_certificate(folder_.string(), c_), DataError);
  EXPECT_THROW(read_certificate((folder_ / "absent").string()), DataError);
}

}  // namespace
}  // namespace burelu
