// The gamma of a command: a number, a share of gamma_max, the model's, the default, or what cross-validation chooses.
#pragma once

#include <optional>
#include <string>

#include "app/arguments.hpp"
#include "burelu/gamma_max.hpp"
#include "burelu/path.hpp"

namespace burelu::app {

struct ChosenGamma {
  double gamma = 0.0;
  GammaMax largest;  ///< zero where it was not looked for
};

/// `models`: that of a model, where there is one. Throws `DataError` for data that cannot be.
ChosenGamma chosen_gamma(const Arguments& arguments, const Dataset& data, std::optional<double> models);

/// On standard error, where it hardly regularises.
void warn_of_small_gamma(const Arguments& arguments, const ChosenGamma& chosen);

/// Cross-validation without bounds. Throws as `path`.
Path cross_validated(const Arguments& arguments, const Dataset& data);

/// "gamma 2.8, 5 % of gamma_max: the best of 15 by accuracy in 5 folds, 97.3 % +- 1.2 % ...".
std::string choice_text(const Path& path, PathRule rule);

/// One line per gamma and fold as they end; false after an interrupt.
std::function<bool(const PathProgress&)> path_progress(LogLevel level);

}  // namespace burelu::app
