// Formats and prints checks.
#include "app/progress_printer.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cmath>
#include <cstdio>

#include "app/interrupt.hpp"
#include "io/number.hpp"

namespace burelu::app {
namespace {

/// NaN is what has not been computed yet.
std::string number(double value, const char* format) {
  return std::isnan(value) ? "-" : fmt::format(fmt::runtime(format), value);
}

std::size_t terminal_width() {
  winsize size{};
  const bool known = ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1;
  return known ? size.ws_col : 80;
}

}  // namespace

std::string progress_line(const Progress& progress, bool debug) {
  const double gap = (progress.objective - progress.lower_bound) / std::fabs(progress.objective);
  std::string line =
      fmt::format("{:>7} evals {:>8.2f} s  objective {:>10}  bound {:>10}  gap {:>8}  infeasible {:>8}  rank {}",
                  progress.evaluations, progress.seconds, number(progress.objective, "{:.6g}"),
                  std::isnan(progress.lower_bound) ? "-" : rounded_down(progress.lower_bound, 6), number(gap, "{:.1e}"),
                  number(progress.infeasibility, "{:.1e}"), progress.rank);
  if (std::isfinite(progress.network_objective) && std::string_view(progress.phase) == "network")
    line += fmt::format("  network {:.6g}", progress.network_objective);
  if (debug)
    line += fmt::format("  {}  penalty {:.3g}  primal {:.1e}  dual {:.1e}", progress.phase, progress.penalty,
                        progress.primal_residual, progress.dual_residual);
  return line;
}

ProgressPrinter::ProgressPrinter(LogLevel level) : level_(level), live_(::isatty(STDERR_FILENO) != 0) {}

ProgressPrinter::~ProgressPrinter() {
  if (shown_ && live_) std::fputs("\r\x1b[K", stderr);
}

bool ProgressPrinter::operator()(const Progress& progress) {
  if (level_ >= LogLevel::info) {
    std::string line = progress_line(progress, level_ == LogLevel::debug);
    if (live_) line.resize(std::min(line.size(), terminal_width() - 1));
    std::fputs((live_ ? "\r" + line + "\x1b[K" : line + "\n").c_str(), stderr);
    std::fflush(stderr);
    shown_ = true;
  }
  return !interrupted();
}

}  // namespace burelu::app
