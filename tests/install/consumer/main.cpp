// Solves a small problem with an installed burelu and checks that the bound is below the network it comes with.
#include <burelu/burelu.hpp>

#include <cmath>
#include <cstdio>
#include <vector>

int main() {
  const std::vector<double> x = {1.0, 0.5, -0.5, 1.0, -1.0, -0.25, 0.75, -1.0};  // 4 x 2
  const std::vector<double> y = {1.0, 0.0, 1.0, 0.0};                            // 4 x 1
  burelu::Problem problem;
  problem.X = burelu::MatrixView::row_major(x.data(), 4, 2);
  problem.Y = burelu::MatrixView::row_major(y.data(), 4, 1);
  problem.gamma = 0.1;
  const burelu::Training result = burelu::train(problem);
  std::printf("burelu %s: %.6f <= optimum <= %.6f\n", burelu::kVersion, result.relaxation.lower_bound,
              result.objective);
  const bool in_order = std::isfinite(result.objective) && result.relaxation.lower_bound <= result.objective;
  return in_order ? 0 : 1;
}
