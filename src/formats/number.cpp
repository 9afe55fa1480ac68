// std::from_chars with the few things it leaves out: a leading plus, and what to do outside the range of doubles.
#include "formats/number.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <cstdlib>

namespace burelu {

bool parse_number(std::string_view text, double& value) {
  if (text.size() > 1 && text.front() == '+' && text[1] != '-' && text[1] != '+') text.remove_prefix(1);
  const char* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, value);
  if (error == std::errc::invalid_argument || stopped != end) return false;
  if (error == std::errc::result_out_of_range) value = std::strtod(std::string(text).c_str(), nullptr);
  return true;
}

std::string short_number(double value) { return fmt::format("{}", value); }

std::string full_number(double value) { return fmt::format("{:.17g}", value); }

std::string rounded_down(double value, int digits) {
  std::string text = fmt::format("{:.{}g}", value, digits);
  if (!std::isfinite(value)) return text;
  const double step = std::fabs(value) * std::pow(10.0, -digits);  // a tenth to one unit of the last digit
  double read = 0.0;
  for (double lower = value - step; parse_number(text, read) && read > value; lower -= step)
    text = fmt::format("{:.{}g}", lower, digits);
  return text;
}

}  // namespace burelu
