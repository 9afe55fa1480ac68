// A signal handler can reach nothing but globals; these flags are the program's only ones.
#include "app/interrupt.hpp"

#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdint>
#include <ctime>

#include "app/exit_codes.hpp"

namespace burelu::app {
namespace {

std::atomic<bool> interrupt_flag{false};
std::atomic<bool> results_flag{false};
std::atomic<bool> patient_flag{false};
std::atomic<std::int64_t> first_at{0};  // seconds
static_assert(std::atomic<bool>::is_always_lock_free && std::atomic<std::int64_t>::is_always_lock_free);

constexpr std::int64_t kPatience = 2;  // seconds

std::int64_t now() {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC, &time);  // which a signal handler may
  return time.tv_sec;
}

void on_signal(int /*signal*/) {
  if (!interrupt_flag.exchange(true)) {
    first_at = now();
    if (!results_flag) ::_exit(kInterrupted);
    return;
  }
  if (!patient_flag || now() > first_at + kPatience) ::_exit(kInterrupted);
}

}  // namespace

void catch_interrupts() {
  struct sigaction action {};
  action.sa_handler = on_signal;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  struct sigaction hangup {};
  sigaction(SIGHUP, nullptr, &hangup);
  if (hangup.sa_handler != SIG_IGN) sigaction(SIGHUP, &action, nullptr);  // nohup means it
}

void keep_results() { results_flag = true; }

void be_patient() { patient_flag = true; }

bool interrupted() { return interrupt_flag.load(); }

}  // namespace burelu::app
