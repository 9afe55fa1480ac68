// The program under OpenMP's environment: it ends, tells the number of threads, and its result is that of the number.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "app/run_program.hpp"

namespace burelu::test {
namespace {

using Json = nlohmann::json;

// OpenBLAS waits for ever for threads that are not there: `timeout` turns that into a failure.
Json report_of(const std::string& environment, int threads) {
  const ScratchFolder folder;
  const Outcome outcome =
      run_shell(folder, environment +
                            " timeout 60 burelu bound 'builtin:teacher?n=190&d=3&c=2&seed=1' "
                            "--bound relaxation --max-evaluations 60 --quiet --report r.json --threads " +
                            std::to_string(threads));
  EXPECT_NE(outcome.exit_code, 124) << environment << " hangs";
  EXPECT_TRUE(folder.has("r.json")) << outcome.err;
  return folder.has("r.json") ? Json::parse(folder.read("r.json")) : Json();
}

TEST(ProgramThreads, FewerThanAskedForGiveTheResultOfThatNumber) {
  for (const char* environment : {"OMP_DYNAMIC=true", "OMP_THREAD_LIMIT=1", "OMP_THREAD_LIMIT=2", "OMP_NUM_THREADS=1",
                                  "OMP_DYNAMIC=true OMP_THREAD_LIMIT=1"}) {
    const Json found = report_of(environment, 4);
    ASSERT_FALSE(found.is_null()) << environment;
    const int threads = found.at("environment").at("threads");
    EXPECT_GE(threads, 1);
    EXPECT_LE(threads, std::string(environment).ends_with("LIMIT=1") ? 1 : 4) << environment;
    const Json wanted = report_of("OMP_DYNAMIC=false", threads);
    EXPECT_EQ(wanted.at("environment").at("threads"), threads);
    for (const char* value : {"objective", "infeasibility", "lower_bound"})
      EXPECT_EQ(found.at("relaxation").at(value), wanted.at("relaxation").at(value)) << environment << ", " << value;
  }
}

/// Products outside of the solve: predictions of a batch.
TEST(ProgramThreads, ALimitDoesNotHangPredictions) {
  const ScratchFolder folder;
  const Outcome trained = run_shell(folder,
                                    "OMP_THREAD_LIMIT=1 timeout 60 burelu train 'builtin:teacher?n=30&d=40&c=2' "
                                    "--bound relaxation --max-evaluations 20 --width 60 --quiet --out m.safetensors");
  EXPECT_TRUE(folder.has("m.safetensors")) << trained.exit_code << trained.err;
  const Outcome outcome = run_shell(
      folder, "OMP_THREAD_LIMIT=1 timeout 60 burelu evaluate m.safetensors 'builtin:teacher?n=2000&d=40&c=2'");
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
}

}  // namespace
}  // namespace burelu::test
