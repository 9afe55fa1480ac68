// Decimal text to double, several times faster than std::from_chars for the numbers that tables hold, and the same
// bits. Inline, with few branches that depend on the digits, and with a short way from the first byte of a number to
// its end, where the next one begins: a gigabyte of short numbers is a hundred million of them.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "formats/decimal_power.hpp"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace burelu {

/// Bytes behind the text that `parse_decimal` may look at.
constexpr std::size_t kDecimalPadding = 32;

namespace decimal {

constexpr unsigned kMostDigits = 19;                           // 10^19 < 2^64
constexpr std::uint64_t kSentinels = std::uint64_t{3} << 32U;  // no number is that long
constexpr int kExactPower = 22;  // 5^22 < 2^53: one operation on two exact numbers is rounded correctly

/// 10^k, and behind them -10^k: a quotient with those has the other sign, that of zero too.
inline constexpr auto kExactPowers = [] {
  std::array<double, kExactPower + 1 + kExactPower + 1> powers{};
  double power = 1.0;
  for (std::size_t k = 0; k <= kExactPower; ++k, power *= 10.0) powers[k] = power;
  for (std::size_t k = 0; k <= kExactPower; ++k) powers[kExactPower + 1 + k] = -powers[k];
  return powers;
}();
inline constexpr std::array<std::uint64_t, 9> kTens = {1,       10,        100,        1000,       10'000,
                                                       100'000, 1'000'000, 10'000'000, 100'000'000};

/// Eight letters, the first one in the lowest byte, less '0' each.
inline std::uint64_t eight_letters(const char* at) {
  std::uint64_t word = 0;
  std::memcpy(&word, at, sizeof word);
  if constexpr (std::endian::native == std::endian::big) word = __builtin_bswap64(word);
  return word ^ 0x3030303030303030ULL;
}

/// Bit k: at[k] is no digit, k < 32.
inline std::uint64_t other_letters(const char* at) {
#ifdef __SSE2__
  const auto sixteen = [at](std::size_t k) {
    const __m128i letters = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at + k));
    const __m128i shifted = _mm_sub_epi8(letters, _mm_set1_epi8('0' - 128));  // digits become -128 ... -119
    return static_cast<std::uint32_t>(_mm_movemask_epi8(_mm_cmpgt_epi8(shifted, _mm_set1_epi8(9 - 128))));
  };
  return sixteen(0) | sixteen(16) << 16U;
#else
  std::uint64_t others = 0;
  for (unsigned k = 0; k < 32; k += 8) {
    const std::uint64_t word = eight_letters(at + k);
    const std::uint64_t tops =
        (word | ((word & 0x7F7F7F7F7F7F7F7FULL) + 0x7676767676767676ULL)) & 0x8080808080808080ULL;
    others |= ((tops >> 7U) * 0x0102040810204080ULL >> 56U) << k;
  }
  return others;
#endif
}

/// SWAR, as in the paper of decimal_power.hpp.
inline std::uint64_t number_of(std::uint64_t eight_digits) {
  constexpr std::uint64_t kMask = 0x000000FF000000FFULL;
  const std::uint64_t pairs = eight_digits * 10 + (eight_digits >> 8U);
  return (((pairs & kMask) * 0x000F424000000064ULL) + ((pairs >> 16U & kMask) * 0x0000271000000001ULL)) >> 32U;
}

/// Appends 1 to 19 digits to m. Zeros are put before the last ones to make them eight.
inline void append_digits(const char* at, unsigned count, std::uint64_t& m) {
  for (; count > 8; count -= 8, at += 8) m = m * kTens[8] + number_of(eight_letters(at));
  m = m * kTens[count] + number_of(eight_letters(at) << (64 - 8 * count));
}

inline bool is_digit(char letter) { return letter >= '0' && letter <= '9'; }

/// Reads e-05 and the like at the front; false where it is no exponent of one or two digits.
inline bool add_exponent(const char*& at, int& exponent) {
  const char* power = at + 1;
  const int down = *power == '-' ? -1 : 0;
  if (*power == '-' || *power == '+') ++power;
  if (!is_digit(*power)) return false;
  int number = *power++ - '0';
  if (is_digit(*power)) number = number * 10 + (*power++ - '0');
  if (is_digit(*power)) return false;
  exponent += (number ^ down) - down;
  at = power;
  return true;
}

/// m 10^e, negated where `negative` is 1; false where it takes more than 64 bits to tell.
inline bool rounded(std::uint64_t m, int e, unsigned negative, double& value) {
  if (m >> 53U == 0 && e <= 0 && e >= -kExactPower) {
    value = static_cast<double>(static_cast<std::int64_t>(m)) /
            kExactPowers[static_cast<unsigned>(-e) + negative * (kExactPower + 1)];
    return true;
  }
  if (e < -kMostPower || e > kMostPower || !scaled(m, e, value)) return false;
  value = std::bit_cast<double>(std::bit_cast<std::uint64_t>(value) | std::uint64_t{negative} << 63U);
  return true;
}

}  // namespace decimal

/// Reads the number at the front of `at` as std::from_chars would; the first byte after it, or null where it takes
/// std::from_chars to tell. The text must end with a byte that belongs to no number, and `kDecimalPadding` bytes more.
inline const char* parse_decimal(const char* at, double& value) {
  using namespace decimal;
  const unsigned negative = *at == '-' ? 1 : 0;
  std::uint64_t others = (other_letters(at) | kSentinels) ^ negative;
  const auto point = static_cast<unsigned>(__builtin_ctzll(others));  // or the end
  const unsigned whole = point - negative;
  if (whole - 1 >= kMostDigits) return nullptr;
  std::uint64_t m = 0;
  int exponent = 0;
  const char* stop = at + point;
  if (*stop == '.') {
    others &= others - 1;
    const auto end = static_cast<unsigned>(__builtin_ctzll(others));
    const unsigned fraction = end - point - 1;
    if (fraction - 1 >= kMostDigits - whole) return nullptr;
    append_digits(at + negative, whole, m);
    append_digits(at + point + 1, fraction, m);
    exponent = -static_cast<int>(fraction);
    stop = at + end;
  } else {
    append_digits(at + negative, whole, m);
  }
  if ((*stop == 'e' || *stop == 'E') && !add_exponent(stop, exponent)) return nullptr;
  return rounded(m, exponent, negative, value) ? stop : nullptr;
}

}  // namespace burelu
