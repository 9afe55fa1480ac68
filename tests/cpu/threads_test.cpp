// The CPU backend's numbers do not depend on the number of threads, bit for bit.
#include <gtest/gtest.h>

#include "cpu/cpu_backend.hpp"
#include "relaxation/iteration.hpp"
#include "relaxation/start.hpp"
#include "support/instances.hpp"

namespace burelu::test {
namespace {

TEST(CpuBackend, DoesNotDependOnTheNumberOfThreads) {
  const RelaxationData data = prepare(presolve(teacher(900, 5, 2, 71).problem()));
  const Point start = random_point(data, 20, 3);  // large enough for lists and panel to be shared out
  Snapshot runs[3];
  for (int k = 0; k < 3; ++k) {
    CpuBackend backend(data, 12, k + 1, 0.01);
    backend.write_point(start.Shat, start.Ut);
    list_pairs(backend);
    for (int window = 0; window < 3; ++window) {
      descend(backend, 12);
      update(backend);
    }
    backend.reweigh();
    descend(backend, 3);
    backend.read(runs[k], kDual | kPoint | kGradient);
  }
  for (int k = 1; k < 3; ++k) {
    EXPECT_EQ(runs[0].Shat.data, runs[k].Shat.data);
    EXPECT_EQ(runs[0].gradient_Shat.data, runs[k].gradient_Shat.data);
    EXPECT_EQ(runs[0].control.value.accepted, runs[k].control.value.accepted);
    ASSERT_EQ(runs[0].multipliers.size(), runs[k].multipliers.size());
    for (std::size_t e = 0; e < runs[0].multipliers.size(); ++e)
      EXPECT_EQ(runs[0].multipliers[e].value, runs[k].multipliers[e].value);
  }
}

}  // namespace
}  // namespace burelu::test
