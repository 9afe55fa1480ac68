// The program under mpirun: the same results on any number of ranks, one line where something is wrong, an end with the
// last proven bound where a rank is killed. Skipped where there is no mpirun or the program has no MPI.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "app/run_program.hpp"

namespace burelu::test {
namespace {

const char* const kMpirun = "mpirun --allow-run-as-root --oversubscribe ";
const char* const kProblem = "'builtin:teacher?n=600&d=5&c=2' --gamma 20 --bound relaxation --threads 1 ";

const std::filesystem::path kOnDouble = program_path("tests") / "burelu_on_double";

class Mpi : public ::testing::Test {
 protected:
  void SetUp() override {
    if (run_shell(folder_, "command -v mpirun").exit_code != 0) GTEST_SKIP() << "no mpirun here";
    const Outcome said = run_burelu(folder_, "info");
    if (said.out.find("no MPI") != std::string::npos) GTEST_SKIP() << "this build has no MPI";
  }

  Outcome run(int ranks, const std::string& arguments) const {
    return run_shell(folder_, kMpirun + ("-n " + std::to_string(ranks)) + " burelu " + arguments);
  }

  nlohmann::json report(const std::string& name) const { return nlohmann::json::parse(folder_.read(name)); }

  const ScratchFolder folder_;
};

/// Lines of the program itself, not of the launcher.
std::size_t own_lines(const std::string& text) {
  std::size_t count = 0;
  for (std::size_t at = text.find("burelu: "); at != std::string::npos; at = text.find("burelu: ", at + 1)) ++count;
  return count;
}

TEST_F(Mpi, GivesTheSameBoundsAndNetworksOnAnyNumberOfRanks) {
  const std::string command = std::string("train ") + kProblem + "--tol 1e-2 --width 30 --starts 1 --report ";
  ASSERT_EQ(run_burelu(folder_, command + "alone.json --out alone.model.json").exit_code, 0);
  const nlohmann::json alone = report("alone.json");
  for (const int ranks : {2, 4}) {
    const std::string name = std::to_string(ranks);
    const Outcome said = run(
        ranks, command + name + ".json --out model.json --certificate " + name + ".cert --save-data " + name + ".csv");
    ASSERT_EQ(said.exit_code, 0) << said.err;
    const nlohmann::json together = report(name + ".json");
    const auto near = [&](const char* part, const char* key) {
      const double one = alone.at(part).at(key).get<double>();
      EXPECT_NEAR(together.at(part).at(key).get<double>(), one, 1e-9 * std::abs(one)) << ranks << " " << key;
    };
    near("relaxation", "lower_bound");
    near("relaxation", "objective");
    near("network", "objective");
    EXPECT_EQ(run_shell(folder_, "burelu-verify " + name + ".cert " + name + ".csv").exit_code, 0);
  }
}

/// The program on the host double of CUDA, with so many devices on this machine.
std::string on_double(int devices, const std::string& arguments) {
  return "env BURELU_DOUBLE_DEVICES=" + std::to_string(devices) + " '" + kOnDouble.string() + "' " + arguments;
}

TEST_F(Mpi, SharesARelaxationAmongGpus) {
  if (!std::filesystem::exists(kOnDouble)) GTEST_SKIP() << "this build has no program on the host double";
  const std::string command =
      "bound 'builtin:teacher?n=256&d=2&c=1' --gamma 30 --rank 4 --bound relaxation --threads 1 --device cuda "
      "--max-evaluations 40 --report ";
  ASSERT_EQ(run_shell(folder_, on_double(1, command + "alone.json")).exit_code, 4);
  const nlohmann::json alone = report("alone.json").at("relaxation");
  EXPECT_GT(alone.at("lower_bound").get<double>(), 0.0);
  for (const int ranks : {2, 4}) {
    const Outcome said =
        run_shell(folder_, kMpirun + ("-n " + std::to_string(ranks) + " ") + on_double(4, command + "together.json"));
    ASSERT_EQ(said.exit_code, 4) << said.err;
    const nlohmann::json whole = report("together.json");
    EXPECT_NE(whole.dump().find("cuda:0"), std::string::npos);
    const nlohmann::json& together = whole.at("relaxation");
    for (const char* key : {"lower_bound", "objective", "evaluations"})
      EXPECT_EQ(together.at(key), alone.at(key)) << ranks << " " << key;
  }
  const Outcome absent = run_shell(folder_, std::string(kMpirun) + "-n 2 " + on_double(1, command + "absent.json"));
  EXPECT_EQ(absent.exit_code, 5);
  EXPECT_EQ(own_lines(absent.err), 1U) << absent.err;
  EXPECT_NE(absent.err.find("rank 1: CUDA device 1 was asked for"), std::string::npos) << absent.err;
}

TEST_F(Mpi, SharesAnArrayByACollectiveOrByMessages) {
  const auto check = program_path("tests") / "burelu_mpi_check";
  if (!std::filesystem::exists(check)) GTEST_SKIP() << "this build has no such program";
  for (const int ranks : {3, 5}) {
    const Outcome said = run_shell(folder_, kMpirun + ("-n " + std::to_string(ranks) + " '") + check.string() + "'");
    EXPECT_EQ(said.exit_code, 0) << said.out << said.err;
  }
}

TEST_F(Mpi, SaysInOneLineWhatIsWrong) {
  const Outcome absent = run(3, "bound nowhere.csv");
  EXPECT_EQ(absent.exit_code, 3);
  EXPECT_EQ(own_lines(absent.err), 1U) << absent.err;
  folder_.write("three.csv", "1,2\n2,1\n3,5\n");
  const Outcome few = run(4, "bound three.csv --gamma 0.1");
  EXPECT_EQ(few.exit_code, 3);
  EXPECT_EQ(own_lines(few.err), 1U) << few.err;
  EXPECT_NE(few.err.find("4 ranks for 3 rows"), std::string::npos) << few.err;
  const Outcome unlike = run_shell(folder_, std::string(kMpirun) +
                                                "-n 1 burelu bound builtin:spiral : -n 1 burelu bound "
                                                "builtin:spiral --gamma 2");
  EXPECT_EQ(unlike.exit_code, 2);
  EXPECT_EQ(own_lines(unlike.err), 1U) << unlike.err;
  const Outcome device = run(2, "bound builtin:spiral --device cuda:99");
  EXPECT_EQ(device.exit_code, 5);
  EXPECT_EQ(own_lines(device.err), 1U) << device.err;
}

TEST_F(Mpi, SharesTheJobsOfAStudy) {
  const std::string study =
      "study tightness --datasets builtin:spiral?n=9 --gamma 0.1,1 --methods none --starts 2 "
      "--epochs 50 --tol 1e-2 --threads 1 --out ";
  ASSERT_EQ(run_burelu(folder_, study + "alone").exit_code, 0);
  const Outcome said = run(2, study + "together");
  ASSERT_EQ(said.exit_code, 0) << said.err;
  const auto bounds = [&](const std::string& out) {
    std::vector<double> found;
    const nlohmann::json results = nlohmann::json::parse(folder_.read(out + "/results.json"));
    for (const auto& record : results.at("records"))
      if (record.contains("lower_bound") && record.at("lower_bound").is_number())
        found.push_back(record.at("lower_bound"));
    return found;
  };
  EXPECT_FALSE(bounds("alone").empty());
  EXPECT_EQ(bounds("together"), bounds("alone"));
}

TEST_F(Mpi, EndsWithTheLastBoundWhereARankIsKilled) {
  // Rank 1 starts a clock of its own and is killed by it, once there is a bound.
  folder_.write("rank.sh",
                "if [ \"$OMPI_COMM_WORLD_RANK\" = 1 ]; then\n"
                "  burelu \"$@\" & child=$!\n"
                "  while ! grep -q 'gap  [0-9]' log 2>/dev/null; do sleep 0.1; done\n"
                "  kill -KILL $child; date +%s >killed; kill -KILL $$\n"
                "fi\n"
                "exec burelu \"$@\"\n");
  const Outcome said = run_shell(folder_, std::string("timeout 120 ") + kMpirun + "-n 3 sh rank.sh bound " + kProblem +
                                              "--tol 1e-9 --report r.json --certificate c.cert 2>log; code=$?; "
                                              "date +%s >ended; exit $code");
  EXPECT_NE(said.exit_code, 0);
  EXPECT_NE(said.exit_code, 124);
  EXPECT_LE(std::stoll(folder_.read("ended")) - std::stoll(folder_.read("killed")), 10);
  const nlohmann::json r = report("r.json");
  EXPECT_EQ(r.at("status"), "device_failed");
  EXPECT_GT(r.at("relaxation").at("lower_bound").get<double>(), 0.0);
}

}  // namespace
}  // namespace burelu::test
