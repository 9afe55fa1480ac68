// Certificate files: bit-exact round trip, nothing half-written, one clear refusal per kind of damage.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>

#include "burelu/certificate.hpp"
#include "burelu/errors.hpp"

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

TEST_F(CertificateFile, WithoutCutsItIsVersionOne) {
  EXPECT_EQ(text().rfind("burelu-certificate 1\n", 0), 0U);
  EXPECT_EQ(text().find("cut"), std::string::npos);
}

/// The same certificate with three cuts: two terms, none, one.
class CertificateFileWithCuts : public CertificateFile {
 protected:
  void SetUp() override {
    CertificateFile::SetUp();
    c_.cuts = {{1, {{0, 1.0 / 3.0}, {2, 5e-324}}}, {0, {}}, {0, {{3, 1e300}}}};
    c_.multipliers.push_back({5, 3, 0.25});
    c_.multipliers.push_back({6, 6, 1.0 / 3.0});
    write_certificate(path_, c_);
  }
  void expect_refused(const std::string& from, const std::string& to) const {
    const std::string whole = text();
    std::string changed = whole;
    ASSERT_NE(whole.find(from), std::string::npos) << from;
    changed.replace(changed.find(from), from.size(), to);
    rewrite(changed);
    EXPECT_THROW(read_certificate(path_), DataError) << to;
    rewrite(whole);
  }
};

TEST_F(CertificateFileWithCuts, RoundTripIsBitExact) {
  EXPECT_EQ(text().rfind("burelu-certificate 2\n", 0), 0U);
  const Certificate r = read_certificate(path_);
  ASSERT_EQ(r.cuts.size(), 3U);
  for (std::size_t t = 0; t < 3; ++t) {
    EXPECT_EQ(r.cuts[t].line, c_.cuts[t].line);
    ASSERT_EQ(r.cuts[t].terms.size(), c_.cuts[t].terms.size());
    for (std::size_t k = 0; k < r.cuts[t].terms.size(); ++k) {
      EXPECT_EQ(r.cuts[t].terms[k].form, c_.cuts[t].terms[k].form);
      EXPECT_EQ(r.cuts[t].terms[k].coefficient, c_.cuts[t].terms[k].coefficient);
    }
  }
  ASSERT_EQ(r.multipliers.size(), 4U);
  EXPECT_EQ(r.multipliers[3].i, 6);
  EXPECT_EQ(r.W.data, c_.W.data);
  const std::string before = text();
  write_certificate(path_, r);
  EXPECT_EQ(text(), before);
}

TEST_F(CertificateFileWithCuts, EveryTruncationIsRefused) {
  const std::string whole = text();
  for (std::size_t size = 0; size + 1 < whole.size(); size += 11) {
    rewrite(whole.substr(0, size));
    EXPECT_THROW(read_certificate(path_), DataError) << size;
  }
}

TEST_F(CertificateFileWithCuts, MalformedCutsAreNamed) {
  const std::string first = "cuts\n1 2 0 0x1.5555555555555p-2 2 0x0.0000000000001p-1022\n";
  ASSERT_NE(text().find(first), std::string::npos) << text();
  const auto cut = [&](const std::string& line) { expect_refused(first, "cuts\n" + line + "\n"); };
  cut("2 1 0 0x1p+0");              // no such line
  cut("-1 1 0 0x1p+0");             //
  cut("1 1 4 0x1p+0");              // no such form: 2m = 4 would be a cut
  cut("1 1 -1 0x1p+0");             //
  cut("1 1 0 0x0p+0");              // coefficients that are not positive, not finite, not hexadecimal
  cut("1 1 0 -0x1p+0");             //
  cut("1 1 0 nan");                 //
  cut("1 1 0 inf");                 //
  cut("1 1 0 1.0");                 //
  cut("1 2 0 0x1p+0");              // counts that lie
  cut("1 1 0 0x1p+0 2 0x1p+0");     //
  cut("1 -1");                      //
  cut("1 1000000000000 0 0x1p+0");  //
  expect_refused("\"cuts\":3", "\"cuts\":2");
  expect_refused("\"cuts\":3", "\"cuts\":4");
  expect_refused("\"cuts\":3", "\"cuts\":-3");
  expect_refused("\"cuts\":3", "\"cuts\":3000000000000000000");
  expect_refused("\"cuts\":3", "\"cats\":3");
  expect_refused("\ncuts\n", "\n");
  expect_refused("certificate 2", "certificate 1");
  expect_refused("certificate 2", "certificate 3");
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
