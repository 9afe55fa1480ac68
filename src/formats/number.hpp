// Text to double and back, independent of the locale.
#pragma once

#include <string>
#include <string_view>

namespace burelu {

/// The whole of `text` as a number ("1", "+2.5e-3", "nan", "inf"), or false. Too large becomes infinity, too small
/// zero.
bool parse_number(std::string_view text, double& value);

/// Shortest text that reads back to the same double: "1" for 1.0.
std::string short_number(double value);

/// 17 significant digits: reads back to the same double everywhere.
std::string full_number(double value);

/// At most `digits` (below 17) significant digits, never a larger number than `value`: for lower bounds.
std::string rounded_down(double value, int digits);

}  // namespace burelu
