// Reading the data and the model of a command: progress where that takes long, warnings where something was chosen.
#pragma once

#include "app/arguments.hpp"

namespace burelu::app {

/// `least_features`: what a model needs of a sparse file. Throws `DataError`.
Table read_data(const Arguments& arguments, index_t least_features = 0);

/// The model, with --bias, --layers and --ignore-arrays. Throws `DataError`.
Model read_model(const Arguments& arguments);

}  // namespace burelu::app
