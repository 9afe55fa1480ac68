// Signals and terminals: results after the first SIGINT, an end at the second, a live line where there is a terminal.
#include <gtest/gtest.h>
#include <pty.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <nlohmann/json.hpp>
#include <thread>

#include "app/run_program.hpp"

namespace burelu::test {
namespace {

using namespace std::chrono_literals;

/// A long solve whose standard error is a pseudo-terminal.
class Background {
 public:
  explicit Background(const ScratchFolder& folder) {
    const std::string program = program_path("burelu").string();
    child_ = ::forkpty(&terminal_, nullptr, nullptr, nullptr);
    if (child_ != 0) return;
    if (::chdir(folder.path().c_str()) != 0) ::_exit(99);
    ::execl(program.c_str(), "burelu", "train", "builtin:teacher?n=80&d=4&c=2", "--tol", "1e-12", "--report",
            "report.json", static_cast<char*>(nullptr));
    ::_exit(99);
  }
  ~Background() {
    if (child_ > 0) {
      ::kill(child_, SIGKILL);
      ::waitpid(child_, nullptr, 0);
    }
    ::close(terminal_);
  }
  Background(const Background&) = delete;
  Background& operator=(const Background&) = delete;

  /// Waits until the program has written a progress line.
  bool wait_for_progress() { return read_until("evals"); }
  void signal(int number) const { ::kill(child_, number); }

  int exit_code() {
    read_until(nullptr);
    int status = 0;
    ::waitpid(child_, &status, 0);
    child_ = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

  const std::string& said() const { return said_; }

 private:
  bool read_until(const char* word) {
    char buffer[4096];
    while (word == nullptr || said_.find(word) == std::string::npos) {
      const ssize_t got = ::read(terminal_, buffer, sizeof buffer);
      if (got <= 0) return false;
      said_.append(buffer, static_cast<std::size_t>(got));
    }
    return true;
  }

  int terminal_ = -1;
  pid_t child_ = -1;
  std::string said_;
};

class Interrupt : public testing::TestWithParam<int> {};

TEST_P(Interrupt, WritesResultsAndExitsWith130) {
  const ScratchFolder folder;
  Background program(folder);
  ASSERT_TRUE(program.wait_for_progress()) << program.said();
  program.signal(GetParam());
  EXPECT_EQ(program.exit_code(), 130) << program.said();
  const auto report = nlohmann::json::parse(folder.read("report.json"));
  EXPECT_EQ(report.at("status"), "interrupted");
  EXPECT_EQ(folder.files(), 1U);
}

INSTANTIATE_TEST_SUITE_P(Program, Interrupt, testing::Values(SIGINT, SIGTERM, SIGHUP));

TEST(SecondInterrupt, EndsAtOnceAndLeavesNoPieces) {
  const ScratchFolder folder;
  Background program(folder);
  ASSERT_TRUE(program.wait_for_progress()) << program.said();
  program.signal(SIGINT);
  std::this_thread::sleep_for(1ms);
  program.signal(SIGINT);
  EXPECT_EQ(program.exit_code(), 130);
  EXPECT_LE(folder.files(), 1U);
}

// A named pipe that nobody writes to: reading has no end of its own, and there is nothing to save.
TEST(EarlyInterrupt, EndsTheReadingAtOnce) {
  const ScratchFolder folder;
  const Outcome outcome = run_shell(folder,
                                    "mkfifo data.csv; sleep 60 > data.csv & burelu train data.csv --report r.json & "
                                    "pid=$!; sleep 0.5; kill -TERM $pid; wait $pid; code=$?; kill %1; exit $code");
  EXPECT_EQ(outcome.exit_code, 130) << outcome.err;
}

TEST(Terminal, ProgressIsOneLiveLine) {
  const ScratchFolder folder;
  Background program(folder);
  ASSERT_TRUE(program.wait_for_progress()) << program.said();
  program.signal(SIGINT);
  program.exit_code();
  const std::string& said = program.said();
  const auto first = said.find("evals");
  const auto summary = said.find("problem ");
  ASSERT_NE(summary, std::string::npos) << said;
  EXPECT_EQ(said.substr(first, summary - first).find('\n'), std::string::npos);
  EXPECT_NE(said.find("\r\x1b[K"), std::string::npos);  // cleared before the summary
}

}  // namespace
}  // namespace burelu::test
