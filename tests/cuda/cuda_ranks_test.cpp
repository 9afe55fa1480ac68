// A relaxation that several ranks share, each on a host double of its own: the same bits on any number of them, little
// traffic, equal shares of the work, and an end where a rank computes otherwise.
#include <array>
#include <limits>

#include "burelu/errors.hpp"
#include "cuda/cuda_support.hpp"
#include "driver/solve_with.hpp"
#include "ranks/lead.hpp"
#include "ranks/serve.hpp"
#include "row_share.hpp"
#include "support/thread_ranks.hpp"

namespace burelu::test {
namespace {

BackendOptions with(Ranks& ranks, std::int64_t pairs = 0) {
  BackendOptions options = small_memory();
  options.ranks = &ranks;
  options.pairs = pairs;
  return options;
}

/// Two samples a direction apart from the few classes that a short problem has: 300 lines are 5 tiles.
RelaxationData some_tiles() { return prepare(presolve(teacher(300, 4, 2, 5, 3.0).problem())); }

/// What rank 0 has at the end of `work(backend)` on each rank.
Snapshot shared(int size, const RelaxationData& data, std::int64_t pairs, const std::function<void(Backend&)>& work) {
  Snapshot seen;
  ThreadRanks(size).run([&](Ranks& ranks) {
    const auto backend = make_cuda_on_host_backend(data, with(ranks, pairs), 0);
    work(*backend);
    const Snapshot own = look(*backend);
    if (ranks.rank() == 0) seen = own;
  });
  return seen;
}

TEST(CudaRanks, HaveTheBitsOfOneDevice) {
  const RelaxationData data = some_tiles();
  for (const std::int64_t pairs : {0, 900}) {  // a list with room, and one that is cut
    const auto work = [&](Backend& backend) {
      const Point z = random_point(data, 7, 3);
      backend.write_point(z.Shat, z.Ut);
      list_pairs(backend);
      for (int k = 0; k < 3; ++k) {
        descend(backend, 8);
        update(backend);
        if (k == 1) backend.reweigh();
      }
    };
    BackendOptions options = small_memory();
    options.pairs = pairs;
    const auto backend = make_cuda_on_host_backend(data, options, 0);
    work(*backend);
    const Snapshot alone = look(*backend);
    ASSERT_GT(alone.multipliers.size(), 100U);
    EXPECT_EQ(alone.control.lists.cut > 0, pairs > 0);
    for (const int size : {2, 3, 4}) {
      const Snapshot together = shared(size, data, pairs, work);
      EXPECT_TRUE(bitwise_equal(together, alone)) << size;
      EXPECT_EQ(together.multipliers.size(), alone.multipliers.size()) << size;
      EXPECT_EQ(together.control.lists.pairs, alone.control.lists.pairs) << size;
      EXPECT_EQ(together.control.lists.wanted, alone.control.lists.wanted) << size;
      EXPECT_EQ(together.control.dual.change, alone.control.dual.change) << size;
    }
  }
}

}  // namespace
}  // namespace burelu::test
