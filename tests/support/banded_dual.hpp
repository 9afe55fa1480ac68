// A dual point of any size whose pairs are few and near each other, so that its K has a sparse factor.
#pragma once

#include "support/certificate_cases.hpp"

namespace burelu::test {

struct BandedDual {
  std::vector<Multiplier> pairs;
  std::vector<double> tau;
  Matrix W;
  DualPoint point() const { return {&pairs, &tau, &W}; }

  /// About two pairs a row, up to `width` rows apart; ties of the size of those that prove W = -Y small.
  BandedDual(Random& random, const Presolved& p, std::int32_t width = 20) {
    std::uniform_real_distribution<double> uniform(0.0, 1.0);
    double squares = 0.0;
    for (const double x : p.X.data) squares += x * x;
    const double unit = p.gamma / squares;
    const auto m = static_cast<std::int32_t>(p.rows());
    for (std::int32_t i = 0; i < 2 * m; ++i) {
      std::int32_t j = i % m - 1 - static_cast<std::int32_t>(uniform(random) * static_cast<double>(width));
      if (j < 0) continue;
      if (i >= m && uniform(random) < 0.5) j += m;
      pairs.push_back({i, j, unit * uniform(random)});
    }
    for (std::int32_t k = 0; k < m; ++k) tau.push_back(-unit * uniform(random));
    W = Matrix(p.Y.rows, p.outputs());
    for (std::size_t i = 0; i < W.data.size(); ++i) W.data[i] = -uniform(random) * p.Y.data[i];
  }
};

}  // namespace burelu::test
