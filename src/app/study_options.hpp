// `burelu study`: its options.
#pragma once

#include <CLI/CLI.hpp>

#include "app/arguments.hpp"

namespace burelu::app {

void add_study(CLI::App& app, Arguments& arguments);

}  // namespace burelu::app
