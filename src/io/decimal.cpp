// m 10^e with m < 10^19 and |e| <= 27, in one multiplication (a short form of Lemire, "Number Parsing at a Gigabyte per
// Second", 2021): 10^e = g 2^t with 64 bits of g, cut off, so that m g is too small by less than m. Where that could
// change the rounded result, and for all other numbers, std::from_chars decides.
#include "io/decimal.hpp"

#include <array>
#include <bit>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <system_error>

namespace burelu {
namespace {

constexpr int kMostPower = 27;  // 5^27 < 2^63
constexpr int kMostDigits = 19;

__extension__ typedef unsigned __int128 Wide;

struct Power {
  std::uint64_t digits = 0;  ///< g, top bit set: the first 64 bits of 5^e
  int exponent = 0;          ///< 10^e = g 2^exponent, but for what was cut off
};

constexpr Power power_of_ten(int e) {
  std::uint64_t five = 1;
  for (int k = 0; k < (e < 0 ? -e : e); ++k) five *= 5;
  if (e >= 0) {
    const int shift = std::countl_zero(five);
    return {five << shift, e - shift};
  }
  Power power{0, e};  // long division of 1 by 5^-e, bit by bit
  std::uint64_t remainder = 1;
  while (power.digits >> 63U == 0) {
    remainder *= 2;
    const bool fits = remainder >= five;
    if (fits) remainder -= five;
    power.digits = power.digits * 2 + (fits ? 1 : 0);
    --power.exponent;
  }
  return power;
}

constexpr auto kPowers = [] {
  std::array<Power, 2 * kMostPower + 1> powers{};
  for (int e = -kMostPower; e <= kMostPower; ++e) powers[static_cast<std::size_t>(e + kMostPower)] = power_of_ten(e);
  return powers;
}();

/// m 10^e; false where the 64 bits do not decide.
bool scaled(std::uint64_t m, int e, double& value) {
  if (m == 0) {
    value = 0.0;
    return true;
  }
  const Power& power = kPowers[static_cast<std::size_t>(e + kMostPower)];
  const int shift = std::countl_zero(m);
  auto high = static_cast<std::uint64_t>(static_cast<Wide>(m << shift) * power.digits >> 64U);
  const int normal = std::countl_zero(high);  // 0 or 1
  // The product lies in [high, high + 2) 2^64. Of the 64 - normal bits of `high` 53 stay.
  const int dropped = 11 - normal;
  const std::uint64_t low = high & ((std::uint64_t{1} << dropped) - 1);
  const std::uint64_t half = std::uint64_t{1} << (dropped - 1);
  if (low + 1 == half || low == half) return false;
  const std::uint64_t kept = (high >> dropped) + (low > half ? 1 : 0);
  const int exponent = 64 + power.exponent - shift + dropped;  // value = kept 2^exponent, kept <= 2^53: always normal
  value = static_cast<double>(kept) * std::bit_cast<double>(static_cast<std::uint64_t>(exponent + 1023) << 52U);
  return true;
}

/// Whether all eight bytes are digits, and their number if so (SWAR, as in the paper).
bool eight_digits(const char* at, std::uint64_t& number) {
  std::uint64_t word = 0;
  std::memcpy(&word, at, sizeof word);
  if constexpr (std::endian::native == std::endian::big) return false;
  if (((word & 0xF0F0F0F0F0F0F0F0ULL) | (((word + 0x0606060606060606ULL) & 0xF0F0F0F0F0F0F0F0ULL) >> 4U)) !=
      0x3333333333333333ULL)
    return false;
  word -= 0x3030303030303030ULL;
  word = word * 10 + (word >> 8U);
  constexpr std::uint64_t kMask = 0x000000FF000000FFULL;
  number = (((word & kMask) * 0x000F424000000064ULL) + ((word >> 16U & kMask) * 0x0000271000000001ULL)) >> 32U;
  return true;
}

bool is_digit(char letter) { return letter >= '0' && letter <= '9'; }

/// Appends digits to m; how many bytes that were.
const char* digits(const char* at, const char* end, std::uint64_t& m, int& significant) {
  while (m == 0 && at < end && *at == '0') ++at;
  for (std::uint64_t eight = 0; end - at >= 8 && significant <= kMostDigits - 8 && eight_digits(at, eight); at += 8) {
    m = m * 100'000'000 + eight;
    significant += 8;
  }
  for (; at < end && is_digit(*at); ++at, ++significant)
    if (significant < kMostDigits) m = m * 10 + static_cast<std::uint64_t>(*at - '0');
  return at;
}

[[gnu::noinline, gnu::cold]] const char* standard(const char* at, const char* end, double& value) {
  const auto [stop, error] = std::from_chars(at, end, value);
  return error == std::errc() ? stop : nullptr;
}

}  // namespace

const char* parse_decimal(const char* at, const char* end, double& value) {
  const char* const begin = at;
  const bool negative = at < end && *at == '-';
  if (negative) ++at;
  std::uint64_t m = 0;
  int significant = 0;
  const char* const whole = at;
  at = digits(at, end, m, significant);
  bool any = at != whole;
  int exponent = 0;
  if (at < end && *at == '.') {
    const char* const fraction = ++at;
    at = digits(at, end, m, significant);
    any = any || at != fraction;
    if (at - fraction > 1000) return standard(begin, end, value);
    exponent = -static_cast<int>(at - fraction);
  }
  if (!any || significant > kMostDigits) return standard(begin, end, value);
  if (at < end && (*at == 'e' || *at == 'E')) {
    const char* power = at + 1;
    const bool down = power < end && *power == '-';
    if (power < end && (*power == '-' || *power == '+')) ++power;
    const char* const first = power;
    int number = 0;
    for (; power < end && is_digit(*power) && power - first < 4; ++power) number = number * 10 + (*power - '0');
    if (power == first || (power < end && is_digit(*power))) return standard(begin, end, value);
    exponent += down ? -number : number;
    at = power;
  }
  if (exponent < -kMostPower || exponent > kMostPower || !scaled(m, exponent, value))
    return standard(begin, end, value);
  if (negative) value = -value;
  return at;
}

}  // namespace burelu
