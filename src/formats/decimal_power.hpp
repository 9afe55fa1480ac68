// m 10^e with m < 10^19 and |e| <= 27, in one multiplication (a short form of Lemire, "Number Parsing at a Gigabyte per
// Second", 2021): 10^e = g 2^t with 64 bits of g, cut off, so that m g is too small by less than m. Where that could
// change the rounded result the answer is left to others.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace burelu::decimal {

constexpr int kMostPower = 27;  // 5^27 < 2^63

__extension__ using Wide = unsigned __int128;

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

inline constexpr auto kPowers = [] {
  std::array<Power, 2 * kMostPower + 1> powers{};
  for (int e = -kMostPower; e <= kMostPower; ++e) powers[static_cast<unsigned>(e + kMostPower)] = power_of_ten(e);
  return powers;
}();

/// m 10^e, rounded to nearest; false where the 64 bits do not decide.
inline bool scaled(std::uint64_t m, int e, double& value) {
  if (m == 0) {
    value = 0.0;
    return true;
  }
  const Power& power = kPowers[static_cast<unsigned>(e + kMostPower)];
  const int shift = std::countl_zero(m);
  const auto high = static_cast<std::uint64_t>(static_cast<Wide>(m << shift) * power.digits >> 64U);
  const int normal = std::countl_zero(high);  // 0 or 1
  // The product lies in [high, high + 2) 2^64. Of the 64 - normal bits of `high` 53 stay.
  const int dropped = 11 - normal;
  const std::uint64_t low = high & ((std::uint64_t{1} << dropped) - 1);
  const std::uint64_t half = std::uint64_t{1} << (dropped - 1);
  if (low + 1 == half || low == half) return false;
  const std::uint64_t kept = (high >> dropped) + (low > half ? 1 : 0);
  const int exponent = 64 + power.exponent - shift + dropped;  // value = kept 2^exponent, kept <= 2^53: always normal
  value = static_cast<double>(static_cast<std::int64_t>(kept)) *
          std::bit_cast<double>(static_cast<std::uint64_t>(exponent + 1023) << 52U);
  return true;
}

}  // namespace burelu::decimal
