#include "app/gamma.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <memory>

#include "app/interrupt.hpp"
#include "app/messages.hpp"
#include "linalg/clock.hpp"
#include "linalg/team.hpp"
#include "study/html.hpp"

namespace burelu::app {
namespace {

constexpr double kWithoutTargets = 0.1;  // where gamma_max is 0 any gamma will do
constexpr double kRoughly = 1.0;         // beside a given number gamma_max is for a warning and the report alone
constexpr int kAutoGammas = 15;
constexpr int kAutoFolds = 5;

// Shares of gamma_max, and whether a number is small, need it; an estimate of memory and a saved bound do not.
bool needs_largest(const Arguments& arguments) {
  if (arguments.gamma_share || arguments.gamma_auto) return true;
  return !arguments.dry_run && arguments.bound.empty();
}

std::string score_text(const PathPoint& point, bool by_accuracy) {
  if (by_accuracy)
    return fmt::format("{:.2f} % ± {:.2f} %", 100.0 * point.accuracy.mean, 100.0 * point.accuracy.standard_error);
  return fmt::format("{:.4g} ± {:.2g}", point.squared_error.mean, point.squared_error.standard_error);
}

}  // namespace

ChosenGamma chosen_gamma(const Arguments& arguments, const Dataset& data, std::optional<double> models) {
  ChosenGamma out;
  if (needs_largest(arguments))
    out.largest = gamma_max(data.problem(1.0), arguments.options.solve, arguments.gamma ? kRoughly : kGammaMaxClose);
  const double upper = out.largest.upper;
  if (arguments.gamma)
    out.gamma = *arguments.gamma;
  else if (models && !arguments.gamma_share)
    out.gamma = *models;
  else
    out.gamma = upper > 0.0 ? arguments.gamma_share.value_or(kDefaultGammaShare) * upper : kWithoutTargets;
  return out;
}

void warn_of_small_gamma(const Arguments& arguments, const ChosenGamma& chosen) {
  const double upper = chosen.largest.upper;
  if (!(upper > 0.0) || chosen.gamma >= kSmallGammaShare * upper || arguments.gamma_auto) return;
  warn(warnings(arguments.level()),
       fmt::format(
           "gamma {:.3g} is {:.2g} % of gamma_max ({:.4g}): so little that networks nearly interpolate, the bound "
           "is loose and the solve slow; --gamma 5% is a usual share, --gamma auto chooses one",
           chosen.gamma, 100.0 * chosen.gamma / upper, upper));
}

Path cross_validated(const Arguments& arguments, const Dataset& data) {
  PathOptions options;
  const double tolerance = std::max(arguments.options.solve.tolerance, options.train.solve.tolerance);
  options.train = arguments.options;
  options.train.solve.tolerance = tolerance;
  options.train.solve.stop = interrupted;
  options.train.solve.time_limit *= 0.5;  // the other half is for the network that is wanted
  options.count = kAutoGammas;
  options.folds = kAutoFolds;
  options.bounds = false;
  options.labels = data.labels;
  options.jobs = std::min(resolve_threads(arguments.options.solve.threads), kAutoFolds);
  options.progress = path_progress(arguments.level());
  return path(data.problem(1.0), options);
}

std::string choice_text(const Path& path, PathRule rule) {
  if (path.chosen < 0) return "no gamma was chosen: cross-validation came to no end";
  const PathPoint& point = path.points[static_cast<std::size_t>(path.chosen)];
  const PathPoint& other =
      path.points[static_cast<std::size_t>(rule == PathRule::best ? path.one_standard_error : path.best)];
  const std::string what = path.by_accuracy ? "accuracy" : "squared error";
  const std::string why = rule == PathRule::best ? "the best held-out " + what
                                                 : "the largest within one standard error of the best " + what;
  return fmt::format("{:.4g} ({:.2g} % of gamma_max): {} of {} gammas in {} folds, {}; {} would take {:.4g}",
                     point.gamma, 100.0 * point.share, why, path.points.size(), point.folds.size(),
                     score_text(point, path.by_accuracy), rule == PathRule::best ? "1se" : "best", other.gamma);
}

std::function<bool(const PathProgress&)> path_progress(LogLevel level) {
  if (level < LogLevel::info) return [](const PathProgress&) { return !interrupted(); };
  const bool live = ::isatty(STDERR_FILENO) == 1;
  const auto last = std::make_shared<double>(-1e9);
  return [live, last](const PathProgress& seen) {
    // in a pipe the folds' networks are many and quick: a line for each of all rows, and one every few seconds
    const bool end = seen.done == seen.total;
    if (!end && seen.fold >= 0 && seen.seconds - *last < (live ? 0.1 : 5.0)) return !interrupted();
    *last = seen.seconds;
    const std::string what = seen.fold < 0 ? "all rows" : fmt::format("fold {}", seen.fold + 1);
    const std::string left =
        end || std::isnan(seen.seconds_left) ? "" : ", about " + study::duration(seen.seconds_left) + " left";
    const std::string line = fmt::format("[{:>3}/{}] {:>8}  gamma {:<9.4g} {:>8}{}", seen.done, seen.total, what,
                                         seen.gamma, study::duration(seen.seconds), left);
    std::fputs((live ? "\r\033[K" + line + (end ? "\n" : "") : line + "\n").c_str(), stderr);
    std::fflush(stderr);
    return !interrupted();
  };
}

}  // namespace burelu::app
