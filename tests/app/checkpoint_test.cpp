// A solve killed in its middle, again and again, and resumed ends as one that ran through.
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "app/run_program.hpp"

namespace burelu::test {
namespace {

constexpr const char* kProblem = "bound 'builtin:teacher?n=60&d=3&c=2&seed=4' --gamma 0.02 --threads 1 --quiet ";
const std::string kSolve = std::string(kProblem) + "--tol 1e-5 --max-evaluations 3000 --bound relaxation ";

nlohmann::json report_in(const ScratchFolder& folder, const std::string& name) {
  std::ifstream in(folder.path(name));
  return nlohmann::json::parse(in);
}

bool there(const ScratchFolder& folder, const std::string& name) { return std::ifstream(folder.path(name)).good(); }

/// Runs burelu and kills it as soon as the file `state` is another one than before, so that a machine of any speed is
/// in the middle; or lets it end.
Outcome run_and_kill(const ScratchFolder& folder, const std::string& arguments) {
  return run_shell(folder,
                   "age() { stat -c '%i %z' state 2>&1; }\n"
                   "before=$(age)\n"
                   "burelu " +
                       arguments +
                       " &\n"
                       "for k in $(seq 6000); do [ \"$(age)\" = \"$before\" ] || break; sleep 0.005; done\n"
                       "kill -KILL $! && wait $!");
}

TEST(CheckpointProgram, KilledAndResumedRunsEndLikeOneThatRanThrough) {
  const ScratchFolder folder;
  const Outcome whole = run_burelu(folder, kSolve + "--report whole.json");
  const std::string saving = kSolve + "--checkpoint state --checkpoint-interval 0 --report killed.json";
  int kills = 0;
  for (int run = 0; run < 4; ++run) {
    run_and_kill(folder, saving + (run > 0 ? " --resume state" : ""));
    ASSERT_TRUE(there(folder, "state")) << run;
    if (there(folder, "killed.json")) break;
    ++kills;
  }
  ASSERT_GE(kills, 1) << "every run ended before it was killed";
  const Outcome last = run_burelu(folder, saving + " --resume state");
  EXPECT_EQ(last.exit_code, whole.exit_code) << last.err;
  const nlohmann::json a = report_in(folder, "whole.json");
  const nlohmann::json b = report_in(folder, "killed.json");
  EXPECT_EQ(a.at("status"), b.at("status"));
  const double bound = a.at("relaxation").at("lower_bound");
  EXPECT_NEAR(b.at("relaxation").at("lower_bound"), bound, 1e-2 * std::fabs(bound));
}

TEST(CheckpointProgram, AnInterruptedSolveLeavesACheckpointAndOthersAreRefused) {
  const ScratchFolder folder;
  EXPECT_EQ(run_burelu(folder, std::string(kProblem) + "--tol 1e-9 --max-evaluations 300 --checkpoint state").exit_code,
            4);
  EXPECT_TRUE(there(folder, "state"));
  const Outcome other = run_burelu(
      folder, "bound 'builtin:teacher?n=60&d=3&c=2&seed=5' --gamma 0.02 --threads 1 --resume state --report r.json");
  EXPECT_EQ(other.exit_code, 3);
  EXPECT_NE(other.err.find("other data"), std::string::npos) << other.err;
  EXPECT_FALSE(there(folder, "r.json"));
}

}  // namespace
}  // namespace burelu::test
