// burelu path and train --gamma auto from data to model: the report, the proof, the page, and going on after a kill.
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "app/run_program.hpp"

namespace burelu::test {
namespace {

using Json = nlohmann::json;

constexpr const char* kData = "'builtin:blobs?n=60&seed=3'";

Json report(const ScratchFolder& folder, const std::string& name) { return Json::parse(folder.read(name)); }

TEST(PathCommand, WritesTheChosenModelItsProofAReportAndAPage) {
  const ScratchFolder folder;
  const Outcome outcome = run_burelu(
      folder, std::string("path ") + kData +
                  " --bias --gammas 5 --ratio 0.01 --folds 3 --jobs 2 --threads 2 --out m.npz --report r.json --page "
                  "p.html --certificate c.cert --save-data used.csv");
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_NE(outcome.err.find("[ 20/20]"), std::string::npos) << outcome.err;
  const Json json = report(folder, "r.json");
  const Json& path = json.at("path");
  ASSERT_EQ(path.at("points").size(), 5U);
  EXPECT_EQ(path.at("score"), "accuracy");
  const double chosen = path.at("chosen");
  EXPECT_EQ(path.at("best"), chosen);
  EXPECT_GE(path.at("one_standard_error").get<double>(), chosen);
  double last = 1e300;
  for (const Json& point : path.at("points")) {
    EXPECT_LT(point.at("gamma").get<double>(), last);
    last = point.at("gamma");
    EXPECT_LE(point.at("lower_bound").get<double>(), point.at("objective").get<double>());
    EXPECT_EQ(point.at("folds").size(), 3U);
  }
  EXPECT_NEAR(last, 0.01 * path.at("gamma_max").at("upper").get<double>(), 1e-9 * last);
  EXPECT_NE(outcome.out.find("gamma_max"), std::string::npos);
  const Outcome verified = run_burelu(folder, "verify c.cert used.csv");
  EXPECT_EQ(verified.exit_code, 0) << verified.err;
  EXPECT_EQ(run_burelu(folder, std::string("evaluate m.npz ") + kData).exit_code, 0);
  const std::string page = folder.read("p.html");
  EXPECT_NE(page.find("<table>"), std::string::npos);
  EXPECT_NE(page.find("gap"), std::string::npos);
  EXPECT_EQ(folder.files(), 5U) << "nothing but what was asked for is left behind";
}

TEST(PathCommand, GoesOnWhereItWasKilled) {
  const ScratchFolder folder;
  const std::string command = std::string("path ") + kData + " --gammas 6 --folds 2 --threads 1 --report r.json";
  ASSERT_EQ(run_burelu(folder, command + " --journal j").exit_code, 0);
  const std::string whole = folder.read("j");
  const Json first = report(folder, "r.json");
  // cut in the middle of a line, as a kill may leave it
  folder.write("j", whole.substr(0, whole.size() / 2));
  const Outcome second = run_burelu(folder, command + " --journal j");
  ASSERT_EQ(second.exit_code, 0) << second.err;
  const Json again = report(folder, "r.json");
  ASSERT_EQ(again.at("path").at("points").size(), 6U);
  EXPECT_EQ(again.at("path").at("points").at(0).at("objective"), first.at("path").at("points").at(0).at("objective"));
  EXPECT_EQ(again.at("path").at("points").at(0).at("seconds"), first.at("path").at("points").at(0).at("seconds"))
      << "what was done is not done again";
  const Outcome other = run_burelu(folder, command + " --journal j --seed 5");
  EXPECT_EQ(other.exit_code, 3);
  EXPECT_NE(other.err.find("seed (journal: 0, now: 5)"), std::string::npos) << other.err;
}

TEST(PathCommand, WithoutFoldsThereAreBoundsAlone) {
  const ScratchFolder folder;
  const Outcome outcome =
      run_burelu(folder, std::string("path ") + kData + " --gamma 1,3,30 --folds 0 --threads 1 --report r.json");
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  const Json path = report(folder, "r.json").at("path");
  EXPECT_EQ(path.at("points").size(), 3U);
  EXPECT_EQ(path.at("points").at(0).at("gamma"), 30.0);
  EXPECT_TRUE(path.at("chosen").is_null());
  EXPECT_EQ(run_burelu(folder, std::string("path ") + kData + " --folds 0 --out m").exit_code, 2);
}

TEST(PathCommand, TrainTakesTheChosenGamma) {
  const ScratchFolder folder;
  const Outcome outcome =
      run_burelu(folder, std::string("train ") + kData +
                             " --bias --gamma auto --tol 1e-2 --threads 2 --report r.json --out m.npz");
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_NE(outcome.out.find("held-out accuracy"), std::string::npos) << outcome.out;
  const Json json = report(folder, "r.json");
  EXPECT_EQ(json.at("problem").at("gamma"), json.at("gamma_choice").at("chosen"));
  EXPECT_NEAR(
      json.at("problem").at("gamma_share").get<double>(),
      json.at("problem").at("gamma").get<double>() / json.at("problem").at("gamma_max").at("upper").get<double>(),
      1e-12);
}

TEST(PathCommand, ValuesHaveASquaredErrorAndR2) {
  const ScratchFolder folder;
  std::string rows = "x0,y0\n";
  for (int i = 0; i < 40; ++i) rows += std::to_string(i - 20) + "," + std::to_string(std::fabs(i - 20.0)) + "\n";
  folder.write("d.csv", rows);
  const Outcome outcome = run_burelu(folder, "path d.csv --target y0 --gammas 6 --folds 4 --threads 1 --report r.json");
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  const Json path = report(folder, "r.json").at("path");
  EXPECT_EQ(path.at("score"), "squared_error");
  EXPECT_GT(path.at("points").back().at("r2").at("mean").get<double>(), 0.99);
  EXPECT_TRUE(path.at("points").back().at("accuracy").at("mean").is_null());
}

TEST(GammaShares, TwoHundredPercentIsTheProvenZeroNetwork) {
  const ScratchFolder folder;
  const Outcome outcome =
      run_burelu(folder, std::string("train ") + kData + " --gamma 200% --threads 1 --report r.json");
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  const Json json = report(folder, "r.json");
  EXPECT_EQ(json.at("network").at("width"), 0);
  EXPECT_NEAR(json.at("problem").at("gamma_share").get<double>(), 2.0, 1e-9);
  EXPECT_LE(json.at("network").at("relative_gap").get<double>(), 1e-3);
}

// Ties alone prove it beside a number, a short solve adds to them where a share is asked for.
TEST(GammaShares, BesideANumberGammaMaxIsFoundRoughly) {
  const ScratchFolder folder;
  const auto upper = [&](const std::string& gamma) {
    const Outcome outcome =
        run_burelu(folder,
                   "bound 'builtin:teacher?n=60&d=10&c=2&seed=4' --bound relaxation --max-evaluations 200 "
                   "--threads 1 --report r.json --gamma " +
                       gamma);
    EXPECT_TRUE(outcome.exit_code == 0 || outcome.exit_code == 4) << outcome.err;
    const Json largest = report(folder, "r.json").at("problem").at("gamma_max");
    EXPECT_LE(largest.at("lower").get<double>(), largest.at("upper").get<double>());
    return largest.at("upper").get<double>();
  };
  EXPECT_GT(upper("10"), upper("50%"));
}

TEST(GammaShares, FivePercentIsTheDefaultAndASmallOneIsWarnedOf) {
  const ScratchFolder folder;
  ASSERT_EQ(run_burelu(folder, std::string("bound ") + kData + " --threads 1 --report r.json").exit_code, 0);
  EXPECT_NEAR(report(folder, "r.json").at("problem").at("gamma_share").get<double>(), 0.05, 1e-12);
  const Outcome small = run_burelu(folder, std::string("train ") + kData + " --gamma 0.01% --threads 1 --time-limit 2");
  EXPECT_NE(small.err.find("% of gamma_max"), std::string::npos) << small.err;
  EXPECT_NE(small.err.find("--gamma auto"), std::string::npos) << small.err;
  const Outcome info = run_burelu(folder, std::string("info ") + kData);
  EXPECT_EQ(info.exit_code, 0);
  EXPECT_NE(info.out.find("gamma_max   at least "), std::string::npos) << info.out;
}

}  // namespace
}  // namespace burelu::test
