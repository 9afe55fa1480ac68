// The checker's own readers: good files, the library's certificate files bit for bit, and one refusal per kind of
// damage.
#include "verify/files.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "support/certificate_cases.hpp"
#include "support/places.hpp"

namespace burelu {
namespace {

TEST(VerifyFiles, ReadsTargets) {
  const verify::Data data = verify::parse_data("x0,x1,y0\r\n1,-2.5,3\r\n\n4e-3,0x1p-3,6", "text");
  ASSERT_EQ(data.X.rows, 2U);
  EXPECT_EQ(data.X.cols, 2U);
  EXPECT_EQ(data.X(0, 1), -2.5);
  EXPECT_EQ(data.X(1, 1), 0.125);
  EXPECT_EQ(data.Y(1, 0), 6.0);
}

TEST(VerifyFiles, ReadsLabelsAsOneHot) {
  const verify::Data data = verify::parse_data("x0,label\n1,2\n2,0\n", "text");
  ASSERT_EQ(data.Y.cols, 3U);
  EXPECT_EQ(data.Y.values, (std::vector<double>{0, 0, 1, 1, 0, 0}));
}

TEST(VerifyFiles, RefusesBadTables) {
  for (const char* text :
       {"", "x0,y0\n", "y0\n1\n", "x0\n1\n", "x0,z\n1,2\n", "x0,y0\n1\n", "x0,y0\n1,2,3\n", "x0,y0\n1,a\n",
        "x0,y0\n1,nan\n", "x0,y0\n1,\n", "x0,label\n1,0.5\n", "x0,label\n1,-1\n", "x1,y0\n1,2\n"})
    EXPECT_THROW(verify::parse_data(text, "text"), verify::FileError) << text;
  EXPECT_THROW(verify::read_data("/nonexistent/data.csv"), verify::FileError);
  EXPECT_THROW(verify::read_data("/"), verify::FileError);
}

std::string read(const std::string& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// A certificate written by the library, and the programs beside it.
class VerifyProgram : public ::testing::Test {
 protected:
  std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() / ("burelu-verify-" + std::to_string(getpid()));
  test::OwnedProblem p_ = test::planted_problem(4, 10, 2, 2);
  std::string certificate_ = folder_ / "a.cert";
  std::string data_ = folder_ / "a.csv";
  Certificate proof_;

  void SetUp() override {
    std::filesystem::create_directories(folder_);
    const Problem view = p_.view();
    const Presolved reduced = presolve(view);
    test::Random random(1);
    const test::RandomDual dual(random, reduced, 0.5);
    Certifier certifier(view, reduced);
    proof_ = certifier.prove(certifier.propose(dual.point())).value();
    write_certificate(certificate_, proof_);
    std::ofstream out(data_);
    out.precision(17);
    out << "x0,x1,y0,y1\n";
    for (index_t i = 0; i < p_.X.rows; ++i)
      out << p_.X(i, 0) << "," << p_.X(i, 1) << "," << p_.Y(i, 0) << "," << p_.Y(i, 1) << "\n";
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  int run(const std::string& arguments) const {
    const std::string command =
        test::program_path("burelu-verify").string() + " " + arguments + " >" + (folder_ / "log").string() + " 2>&1";
    const int status = std::system(command.c_str());
    return WEXITSTATUS(status);
  }
};

TEST_F(VerifyProgram, ReadsWhatTheLibraryWrites) {
  const verify::Claim claim = verify::read_claim(certificate_);
  EXPECT_EQ(claim.lower_bound, proof_.lower_bound);
  EXPECT_EQ(claim.gamma, proof_.gamma);
  EXPECT_EQ(claim.data_hash, proof_.data_hash);
  EXPECT_EQ(claim.W.values, proof_.W.data);
  EXPECT_EQ(claim.ratio, proof_.ratio);
  ASSERT_EQ(claim.pairs.size(), proof_.multipliers.size());
  for (std::size_t k = 0; k < claim.pairs.size(); ++k) EXPECT_EQ(claim.pairs[k].value, proof_.multipliers[k].value);
  EXPECT_EQ(verify::hash(verify::read_data(data_), claim.gamma), claim.data_hash);
}

TEST_F(VerifyProgram, SaysWhereACertificateHasTheConeCutsOfOlderVersions) {
  const std::string text = read(certificate_);
  std::ofstream(certificate_) << "burelu-certificate 2" << text.substr(text.find('\n'));
  EXPECT_EQ(run(certificate_ + " " + data_), 3);
  const std::string said = read(folder_ / "log");
  EXPECT_NE(said.find("was made with cone cuts by an older version"), std::string::npos) << said;
  EXPECT_EQ(std::count(said.begin(), said.end(), '\n'), 1);
}

TEST_F(VerifyProgram, RefusesDamagedCertificates) {
  const std::string text = read(certificate_);
  EXPECT_NO_THROW(verify::parse_claim(text, "text"));
  EXPECT_THROW(verify::parse_claim("", "text"), verify::FileError);
  EXPECT_THROW(verify::parse_claim("x" + text, "text"), verify::FileError);
  EXPECT_THROW(verify::parse_claim(text + "1\n", "text"), verify::FileError);
  for (std::size_t cut = 0; cut + 4 < text.size(); cut += 37)
    EXPECT_THROW(verify::parse_claim(text.substr(0, cut), "text"), verify::FileError) << cut;
}

TEST_F(VerifyProgram, ExitCodes) {
  if (!std::filesystem::exists(test::program_path("burelu-verify"))) GTEST_SKIP() << "burelu-verify is not built";
  EXPECT_EQ(run(certificate_ + " " + data_), 0);
  EXPECT_EQ(read(folder_ / "log").find("PROVEN: "), 0U);
  EXPECT_EQ(run(certificate_ + " " + data_ + " --gamma 0.1"), 0);
  EXPECT_EQ(run(certificate_ + " " + data_ + " --gamma 0.2"), 1);
  EXPECT_EQ(run("--help"), 0);
  EXPECT_EQ(run(certificate_), 2);
  EXPECT_EQ(run(certificate_ + " " + data_ + " --gamma"), 2);
  EXPECT_EQ(run(certificate_ + " " + data_ + " --gamma -1"), 2);
  EXPECT_EQ(run(certificate_ + " " + data_ + " --wrong"), 2);
  EXPECT_EQ(run("/nonexistent " + data_), 3);
  EXPECT_EQ(run(data_ + " " + data_), 3);

  Certificate forged = proof_;
  forged.lower_bound *= 1.0 + 1e-9;
  write_certificate(certificate_, forged);
  EXPECT_EQ(run(certificate_ + " " + data_), 1);
  EXPECT_EQ(read(folder_ / "log").find("NOT PROVEN: "), 0U);
}

}  // namespace
}  // namespace burelu
