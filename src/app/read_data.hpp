// Reading the data of a command, with a line of progress where that takes long.
#pragma once

#include "app/arguments.hpp"

namespace burelu::app {

/// `least_features`: what a model needs of a sparse file. Throws `DataError`.
Table read_data(const Arguments& arguments, index_t least_features = 0);

}  // namespace burelu::app
