// JSON as burelu writes it: numbers with up to 17 digits that read back to the same double, NaN and infinity as null.
#pragma once

#include <cmath>
#include <nlohmann/json.hpp>
#include <string>

namespace burelu {

inline nlohmann::ordered_json number_or_null(double value) {
  return std::isfinite(value) ? nlohmann::ordered_json(value) : nlohmann::ordered_json(nullptr);
}

/// Indented text; the innermost arrays of numbers stay on one line. Bytes that are no UTF-8 are replaced.
std::string to_text(const nlohmann::ordered_json& json);

}  // namespace burelu
