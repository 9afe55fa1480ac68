// m, d, r, sigma, gamma; Shat, Ut; i, j, value of each pair.
#include "relaxation/warm_start.hpp"

#include <algorithm>
#include <cmath>

namespace burelu {
namespace {

constexpr std::size_t kHead = 5;
constexpr double kMost = 1e9;  // rows or columns

bool counts(double value) { return value >= 0.0 && value <= kMost && value == std::floor(value); }

bool fits(const Multiplier& pair, index_t m) {
  return pair.j >= 0 && pair.j < pair.i && pair.i < 2 * m && pair.i != pair.j + m && pair.value >= 0.0;
}

}  // namespace

std::vector<double> numbers_of(const WarmStart& warm) {
  if (warm.empty()) return {};
  const Matrix& S = warm.point.Shat;
  const Matrix& U = warm.point.Ut;
  std::vector<double> out = {static_cast<double>(S.rows), static_cast<double>(U.rows), static_cast<double>(S.cols),
                             warm.sigma, warm.gamma};
  out.insert(out.end(), S.data.begin(), S.data.end());
  out.insert(out.end(), U.data.begin(), U.data.end());
  for (const Multiplier& pair : warm.multipliers)
    out.insert(out.end(), {static_cast<double>(pair.i), static_cast<double>(pair.j), pair.value});
  return out;
}

WarmStart warm_start_of(const std::vector<double>& numbers) {
  if (numbers.size() < kHead || !counts(numbers[0]) || !counts(numbers[1]) || !counts(numbers[2])) return {};
  const auto m = static_cast<index_t>(numbers[0]);
  const auto d = static_cast<index_t>(numbers[1]);
  const auto r = static_cast<index_t>(numbers[2]);
  const auto given = static_cast<double>(numbers.size() - kHead);
  if (static_cast<double>(r) * static_cast<double>(m + d) > given) return {};
  WarmStart out;
  out.sigma = numbers[3];
  out.gamma = numbers[4];
  if (!(out.sigma > 0.0) || !(out.gamma > 0.0)) return {};
  auto next = numbers.begin() + kHead;
  const auto take = [&next](Matrix& M) {
    std::copy_n(next, M.data.size(), M.data.begin());
    next += static_cast<std::ptrdiff_t>(M.data.size());
  };
  out.point = {Matrix(m, r), Matrix(d, r)};
  take(out.point.Shat);
  take(out.point.Ut);
  for (; numbers.end() - next >= 3; next += 3) {
    if (!counts(next[0]) || !counts(next[1])) return {};
    const Multiplier pair{static_cast<std::int32_t>(next[0]), static_cast<std::int32_t>(next[1]), next[2]};
    if (!fits(pair, m)) return {};
    out.multipliers.push_back(pair);
  }
  return out;
}

}  // namespace burelu
