#include "relaxation/parts.hpp"

#include <algorithm>
#include <numeric>
#include <random>

namespace burelu {
namespace {

constexpr double kBelow = 1.0 - 0x1p-40;  // of gamma, for all parts together

std::size_t at(index_t i) { return static_cast<std::size_t>(i); }

// Lines in a random order. std::shuffle is not the same everywhere.
std::vector<index_t> shuffled(index_t m, std::uint64_t seed) {
  std::vector<index_t> order(at(m));
  std::iota(order.begin(), order.end(), index_t{0});
  std::mt19937_64 engine(seed);
  for (index_t k = m; k > 1; --k)
    std::swap(order[at(k - 1)], order[static_cast<std::size_t>(engine() % static_cast<std::uint64_t>(k))]);
  return order;
}

// Rows of X and Y: (x_k, y_k) of each line, (-q x_k, y) of each negative side.
void fill(Part& part, const Presolved& whole) {
  const auto rows = static_cast<index_t>(part.lines.size());
  part.X = Matrix(rows, whole.features());
  part.Y = Matrix(rows, whole.outputs());
  for (index_t k = 0; k < rows; ++k) {
    const index_t line = part.lines[at(k)];
    const index_t side = k < part.own() ? -1 : part.negative[at(k - part.own())];
    const double scale = side < 0 ? 1.0 : -whole.negative_scale[at(side)];
    for (index_t j = 0; j < whole.features(); ++j) part.X(k, j) = scale * whole.X(line, j);
    std::copy_n(whole.Y.row(side < 0 ? line : whole.rows() + side), whole.outputs(), part.Y.row(k));
  }
}

}  // namespace

std::vector<Part> split(const Presolved& whole, int count, std::uint64_t seed) {
  const index_t m = whole.rows();
  const std::vector<index_t> order = shuffled(m, seed);
  std::vector<index_t> negative_of(at(m), -1);
  for (std::size_t i = 0; i < whole.negative.size(); ++i) negative_of[at(whole.negative[i])] = static_cast<index_t>(i);
  std::vector<Part> parts(static_cast<std::size_t>(count));
  for (int p = 0; p < count; ++p) {
    Part& part = parts[static_cast<std::size_t>(p)];
    part.lines.assign(order.begin() + p * m / count, order.begin() + (p + 1) * m / count);
    std::sort(part.lines.begin(), part.lines.end());
    const std::size_t own = part.lines.size();
    part.gamma = kBelow * whole.gamma * static_cast<double>(own) / static_cast<double>(m);
    for (std::size_t k = 0; k < own; ++k)
      if (const index_t i = negative_of[at(part.lines[k])]; i >= 0) {
        part.negative.push_back(i);
        part.lines.push_back(part.lines[k]);
      }
    fill(part, whole);
  }
  return parts;
}

}  // namespace burelu
