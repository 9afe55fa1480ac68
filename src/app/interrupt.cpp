// A signal handler can reach nothing but a global; this flag is the program's only one.
#include "app/interrupt.hpp"

#include <unistd.h>

#include <atomic>
#include <csignal>

#include "app/exit_codes.hpp"

namespace burelu::app {
namespace {

std::atomic<bool> interrupt_flag{false};
static_assert(std::atomic<bool>::is_always_lock_free);

void on_signal(int /*signal*/) {
  if (interrupt_flag.exchange(true)) ::_exit(kInterrupted);
}

}  // namespace

void catch_interrupts() {
  struct sigaction action {};
  action.sa_handler = on_signal;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

bool interrupted() { return interrupt_flag.load(); }

}  // namespace burelu::app
