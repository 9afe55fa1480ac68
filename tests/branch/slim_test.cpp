// Fewer neurons at nearly the same objective.
#include <gtest/gtest.h>

#include "branch/slim.hpp"
#include "support/instances.hpp"

namespace burelu::test {
namespace {

// Each neuron three times, a little turned, and some without use.
TEST(Slim, JoinsWhatIsNearlyOneNeuron) {
  Instance instance{gaussian(40, 3, 1), Matrix(40, 1), 0.2};
  for (index_t i = 0; i < 40; ++i) instance.Y(i, 0) = std::max(instance.X(i, 0), 0.0) - std::max(instance.X(i, 1), 0.0);
  const Matrix noise = gaussian(3, 9, 2);
  Network wide{Matrix(3, 9), Matrix(1, 9)};
  for (index_t k = 0; k < 9; ++k) {
    for (index_t j = 0; j < 3; ++j) wide.U(j, k) = (j == k / 3 ? 0.55 : 0.0) + 1e-3 * noise(j, k);
    wide.V(0, k) = k < 3 ? 0.55 : k < 6 ? -0.55 : 1e-4;
  }
  const Problem problem = instance.problem();
  const double before = objective(problem, wide);
  const Network slim = slimmed(problem, wide, before * (1.0 + 1e-3), 100);
  EXPECT_LE(slim.width(), 4);
  EXPECT_GE(slim.width(), 2);
  EXPECT_LE(objective(problem, slim), before * (1.0 + 1e-3));
}

TEST(Slim, KeepsANetworkThatHasNothingToSpare) {
  const Instance instance = teacher(30, 3, 1, 5);
  const Network network{gaussian(3, 2, 3), gaussian(1, 2, 4)};
  const Network same = slimmed(instance.problem(), network, 0.0, 100);
  EXPECT_EQ(same.U.data, network.U.data);
  const Network none{Matrix(3, 0), Matrix(1, 0)};
  EXPECT_EQ(slimmed(instance.problem(), none, 1.0, 100).width(), 0);
}

}  // namespace
}  // namespace burelu::test
