// burelu path killed outright, amid a write: the same command goes on from its journal, and its report is that of a run
// in one piece.
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <nlohmann/json.hpp>
#include <sstream>

#include "app/run_program.hpp"

namespace burelu::test {
namespace {

using Json = nlohmann::json;

constexpr const char* kCommand =
    "path 'builtin:blobs?n=60&seed=3' --bias --bound relaxation --gammas 8 --folds 2 --jobs 1 --threads 1 --quiet "
    "--report r.json --journal j";
constexpr std::size_t kPieces = 24;

/// Lines of the journal that are whole and pieces of the path.
std::vector<Json> pieces(const ScratchFolder& folder) {
  std::vector<Json> out;
  std::istringstream lines(folder.read("j"));
  for (std::string line; std::getline(lines, line) && !lines.eof();)
    if (Json piece = Json::parse(line); piece.contains("key")) out.push_back(std::move(piece));
  return out;
}

/// Runs the command until its journal would pass so many bytes: the system kills it there, in the middle of a write, at
/// whatever speed it runs. False where it came to its end before.
bool killed_at(const ScratchFolder& folder, std::size_t bytes) {
  const std::string line =
      "cd '" + folder.path() + "' && exec '" + program_path("burelu").string() + "' " + kCommand + " >/dev/null 2>&1";
  const pid_t child = ::fork();
  if (child == 0) {
    const rlimit none{0, 0};
    const rlimit size{bytes, bytes};
    ::setrlimit(RLIMIT_CORE, &none);
    ::setrlimit(RLIMIT_FSIZE, &size);
    std::signal(SIGXFSZ, SIG_DFL);
    ::execl("/bin/sh", "sh", "-c", line.c_str(), static_cast<char*>(nullptr));
    ::_exit(99);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFSIGNALED(status) && WTERMSIG(status) == SIGXFSZ;
}

/// What a report says of the path, times left out.
Json said(const ScratchFolder& folder) {
  Json path = Json::parse(folder.read("r.json")).at("path");
  for (Json& point : path.at("points")) point.erase("seconds");
  return path;
}

TEST(PathKill, GoesOnWithTheSameReport) {
  const ScratchFolder whole;
  const Outcome outcome = run_burelu(whole, kCommand);
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  ASSERT_EQ(pieces(whole).size(), kPieces);

  const ScratchFolder folder;
  std::size_t before_last = 0;
  for (const double part : {.15, .6}) {  // amid the gammas of all rows, and amid a fold
    ASSERT_TRUE(killed_at(folder, static_cast<std::size_t>(part * static_cast<double>(whole.read("j").size()))));
    EXPECT_FALSE(folder.has("r.json"));
    EXPECT_GT(pieces(folder).size(), before_last);
    before_last = pieces(folder).size();
  }
  const std::vector<Json> before = pieces(folder);
  ASSERT_LT(before.size(), kPieces);
  ASSERT_EQ(run_burelu(folder, kCommand).exit_code, 0);
  EXPECT_EQ(said(folder), said(whole));
  const std::vector<Json> after = pieces(folder);
  ASSERT_EQ(after.size(), kPieces) << "what was finished is not done again";
  EXPECT_TRUE(std::equal(before.begin(), before.end(), after.begin()));
}

}  // namespace
}  // namespace burelu::test
