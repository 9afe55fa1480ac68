// Formats and prints checks.
#include "app/progress_printer.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>

#include "app/interrupt.hpp"
#include "formats/number.hpp"
#include "problem/gap.hpp"

namespace burelu::app {
namespace {

/// NaN is what has not been computed yet.
std::string number(double value, const char* format) {
  return std::isnan(value) ? "-" : fmt::format(fmt::runtime(format), value);
}

/// The gap, once the objective means something: far from feasible it may be anything, and on either side of the bound.
/// "~": it is still below the bound, by that much.
std::string gap_text(const Progress& progress) {
  constexpr double kMeaningful = 1e-2;  // infeasibility
  constexpr double kClose = 1e-3;
  const double gap = relative_gap(progress.objective, progress.lower_bound);
  if (std::isnan(gap) || !(progress.infeasibility <= (gap < 0.0 ? kClose : kMeaningful))) return "-";
  return (gap < 0.0 ? "~" : "") + fmt::format("{:.1e}", std::fabs(gap));
}

std::string solve_line(const Progress& progress) {
  return fmt::format("{:>7} evals {:>8.2f} s  objective {:>10}  bound {:>10}  gap {:>8}  infeasible {:>8}  rank {}",
                     progress.evaluations, progress.seconds, number(progress.objective, "{:.6g}"),
                     std::isnan(progress.lower_bound) ? "-" : rounded_down(progress.lower_bound, 6), gap_text(progress),
                     number(progress.infeasibility, "{:.1e}"), progress.rank);
}

/// Branch and bound compares its best network with the bound; there is no factor.
std::string branch_line(const Progress& progress) {
  return fmt::format("{:>7} cells {:>8.2f} s  objective {:>10}  bound {:>10}  gap {:>8}", progress.evaluations,
                     progress.seconds, number(progress.objective, "{:.6g}"),
                     std::isnan(progress.lower_bound) ? "-" : rounded_down(progress.lower_bound, 6),
                     number(relative_gap(progress.objective, progress.lower_bound), "{:.1e}"));
}

/// While networks are trained only theirs changes.
std::string network_line(const Progress& progress) {
  std::string line = fmt::format("{:>13} {:>8.2f} s  objective {:>10}", "network", progress.seconds,
                                 number(progress.network_objective, "{:.6g}"));
  const double gap = relative_gap(progress.network_objective, progress.lower_bound);
  if (!std::isnan(gap)) line += fmt::format("  at most {:.3g} % above the best", 100.0 * gap);
  return line;
}

std::size_t terminal_width() {
  winsize size{};
  const bool known = ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1;
  return known ? size.ws_col : 80;
}

double clock_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

void print(std::string line, bool live) {
  if (live) line.resize(std::min(line.size(), terminal_width() - 1));
  std::fputs((live ? "\r" + line + "\x1b[K" : line + "\n").c_str(), stderr);
  std::fflush(stderr);
}

void clear_line() { std::fputs("\r\x1b[K", stderr); }

}  // namespace

std::string progress_line(const Progress& progress, bool debug) {
  const std::string_view phase(progress.phase);
  std::string line = phase == "network"  ? network_line(progress)
                     : phase == "branch" ? branch_line(progress)
                                         : solve_line(progress);
  if (debug)
    line += fmt::format("  {}  penalty {:.3g}  primal {:.1e}  dual {:.1e}", progress.phase, progress.penalty,
                        progress.primal_residual, progress.dual_residual);
  return line;
}

bool ProgressThrottle::due_in_pipe(const Progress& progress, double now) {
  constexpr int kFirst = 20;
  constexpr double kFurther = 1.1;
  constexpr double kShare = 0.1;
  constexpr double kLeastPeriod = 60.0;
  constexpr double kNetworkPeriod = 1.0;
  constexpr double kImprovement = 1e-4;
  if (start_ < 0.0) start_ = now;
  if (phase_ != progress.phase) {
    phase_ = progress.phase;
    shown_ = 0;
  }
  const double waited = now - last_;
  if (phase_ == "network") {
    const double best = progress.network_objective;
    const bool better = !network_seen_ ? !std::isnan(best) : best < network_ - kImprovement * std::fabs(network_);
    if (!better && waited < std::max(kNetworkPeriod, kShare * (now - start_))) return false;
    if (better) network_ = best;
    network_seen_ = network_seen_ || better;
    if (better && shown_ > kFirst && waited < kShare * (now - start_)) return false;
  } else if (shown_ >= kFirst &&
             static_cast<double>(progress.evaluations) < kFurther * static_cast<double>(evaluations_) &&
             waited < std::max(kLeastPeriod, kShare * (now - start_))) {
    return false;
  }
  ++shown_;
  evaluations_ = progress.evaluations;
  return true;
}

bool ProgressThrottle::due(const Progress& progress, double now) {
  constexpr double kLivePeriod = 0.1;
  const bool print = live_ ? now - last_ >= kLivePeriod : due_in_pipe(progress, now);
  if (print) last_ = now;
  return print;
}

ProgressPrinter::ProgressPrinter(LogLevel level)
    : level_(level), live_(::isatty(STDERR_FILENO) != 0), throttle_(live_) {}

ProgressPrinter::~ProgressPrinter() {
  if (shown_ && live_) clear_line();
  if (!held_.empty() && !live_) print(held_, live_);
}

bool ProgressPrinter::operator()(const Progress& progress) {
  if (level_ < LogLevel::info) return !interrupted();
  const bool all = level_ == LogLevel::debug && !live_;
  std::string line = progress_line(progress, level_ == LogLevel::debug);
  if (throttle_.due(progress, clock_seconds()) || all) {
    print(line, live_);
    shown_ = true;
    held_.clear();
  } else {
    held_ = std::move(line);
  }
  return !interrupted();
}

std::string reading_line(const std::string& source, std::uint64_t done, std::uint64_t total) {
  const auto megabytes = [](std::uint64_t bytes) { return static_cast<double>(bytes) / 1e6; };
  if (total == 0) return fmt::format("reading {}: {:.0f} MB", source, megabytes(done));
  return fmt::format("reading {}: {:.0f} of {:.0f} MB", source, megabytes(done), megabytes(total));
}

ReadPrinter::ReadPrinter(LogLevel level, std::string source)
    : level_(level),
      source_(std::move(source)),
      live_(::isatty(STDERR_FILENO) != 0),
      start_(clock_seconds()),
      last_(start_) {}

ReadPrinter::~ReadPrinter() {
  if (shown_ && live_) clear_line();
}

void ReadPrinter::operator()(std::uint64_t done, std::uint64_t total) {
  const double now = clock_seconds();
  const double period = live_ ? 0.1 : 1.0;
  if (level_ < LogLevel::info || now - start_ < 1.0 || now - last_ < period) return;
  last_ = now;
  print(reading_line(source_, done, total), live_);
  shown_ = true;
}

}  // namespace burelu::app
