// The page of a path: held-out score against gamma, objective and bound with the gap between them, neurons; a table.
#pragma once

#include <string>

#include "burelu/path.hpp"
#include "data/dataset.hpp"
#include "study/html.hpp"

namespace burelu::app {

/// Pictures are gnuplot's; their scripts go to `folder`.
std::string path_page(const Dataset& data, const Path& path, const PathOptions& options, const std::string& command,
                      const std::string& folder);

/// The pictures alone.
std::vector<study::Plot> path_plots(const Path& path, const PathOptions& options);

}  // namespace burelu::app
