// How lines are shared out: all of them, with what belongs to them.
#include "relaxation/parts.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "support/certificate_cases.hpp"

namespace burelu {
namespace {

using test::OwnedProblem;

TEST(Parts, ShareOutEveryLineWithItsSidesAndGamma) {
  for (int seed = 0; seed < 40; ++seed) {
    const OwnedProblem p = test::planted_problem(static_cast<std::uint64_t>(seed), 12 + seed, 3, 2);
    const Presolved whole = presolve(p.view());
    const int count = 2 + seed % 4;
    if (whole.rows() < count) continue;
    std::vector<int> lines(static_cast<std::size_t>(whole.rows())), sides(whole.negative.size());
    double gamma = 0.0;
    for (const Part& part : split(whole, count, 7)) {
      EXPECT_GE(part.own() + 1, whole.rows() / count);
      EXPECT_LE(part.own() - 1, whole.rows() / count);
      gamma += part.gamma;
      for (index_t k = 0; k < part.X.rows; ++k) {
        const bool own = k < part.own();
        const index_t line = part.lines[static_cast<std::size_t>(k)];
        const auto side = own ? 0 : static_cast<std::size_t>(part.negative[static_cast<std::size_t>(k - part.own())]);
        ++(own ? lines[static_cast<std::size_t>(line)] : sides[side]);
        if (!own) {
          EXPECT_EQ(whole.negative[side], line);
        }
        const double scale = own ? 1.0 : -whole.negative_scale[side];
        for (index_t j = 0; j < whole.features(); ++j) EXPECT_EQ(part.X(k, j), scale * whole.X(line, j));
        const index_t row = own ? line : whole.rows() + static_cast<index_t>(side);
        for (index_t j = 0; j < whole.outputs(); ++j) EXPECT_EQ(part.Y(k, j), whole.Y(row, j));
      }
    }
    EXPECT_EQ(lines, std::vector<int>(lines.size(), 1));
    EXPECT_EQ(sides, std::vector<int>(sides.size(), 1));
    EXPECT_LE(gamma, whole.gamma);
    EXPECT_NEAR(gamma, whole.gamma, 1e-11 * whole.gamma);
  }
}

TEST(Parts, AreTheSameForASeedAndOthersForAnother) {
  const OwnedProblem p = test::planted_problem(3, 40, 3, 1);
  const Presolved whole = presolve(p.view());
  const auto lines = [&](std::uint64_t seed) { return split(whole, 3, seed).front().lines; };
  EXPECT_EQ(lines(1), lines(1));
  EXPECT_NE(lines(1), lines(2));
}

}  // namespace
}  // namespace burelu
