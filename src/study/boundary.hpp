// The class that a network gives to each point of the plane: data for a picture.
#pragma once

#include <nlohmann/json.hpp>

#include "burelu/network.hpp"
#include "data/dataset.hpp"

namespace burelu::study {

/// Whether the data are classes of points with two features.
bool has_boundary(const Dataset& data);

/// {"x": [low, high], "y": [low, high], "steps": m, "classes": "m rows of m digits", "samples": [[x, y, class], ...]},
/// in the coordinates of the prepared features.
nlohmann::ordered_json boundary_json(const Dataset& data, const Network& network);

}  // namespace burelu::study
