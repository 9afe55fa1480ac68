// What the tests of several ranks on host doubles share: a problem of a few tiles, ranks that each have a double, what
// one device and what all of them have at the end.
#pragma once

#include "cuda/cuda_support.hpp"
#include "support/thread_ranks.hpp"

namespace burelu::test {

using Work = std::function<void(Backend&)>;

/// 400 rows of F: four tiles, the last one short.
inline RelaxationData four_tiles() { return prepare(presolve(teacher(200, 4, 2, 5, 3.0).problem())); }

inline BackendOptions of_ranks(Ranks* ranks, std::int64_t pairs) {
  BackendOptions options = small_memory();
  options.ranks = ranks;
  options.pairs = pairs;
  return options;
}

/// On each rank, on a device of its own number.
inline void on_doubles(Ranks& ranks, const std::function<void()>& work) {
  const Pretend pretend;
  cuda_double::machine().devices = ranks.size();
  work();
  EXPECT_EQ(counters().strays, 0);
}

/// What rank 0 sees after `work`.
inline Snapshot shared(ThreadRanks ranks_of_test, const RelaxationData& data, std::int64_t pairs,
                       const CudaTuning& tuning, const Work& work, BackendKind kind = BackendKind::cuda_on_host) {
  Snapshot seen;
  ranks_of_test.run([&](Ranks& ranks) {
    on_doubles(ranks, [&] {
      const int device = kind == BackendKind::cuda_on_host ? ranks.rank() : 0;
      const auto backend = cuda_makers(kind).backend(data, of_ranks(&ranks, pairs), device, tuning);
      work(*backend);
      const Snapshot own = look(*backend);
      if (ranks.rank() == 0) seen = own;
    });
  });
  return seen;
}

inline Snapshot alone(const RelaxationData& data, std::int64_t pairs, const CudaTuning& tuning, const Work& work,
                      BackendKind kind = BackendKind::cuda_on_host) {
  const auto backend = cuda_makers(kind).backend(data, of_ranks(nullptr, pairs), 0, tuning);
  work(*backend);
  return look(*backend);
}

inline Work some_windows(const RelaxationData& data) {
  return [&data](Backend& backend) {
    const Point z = random_point(data, 7, 3);
    backend.write_point(z.Shat, z.Ut);
    list_pairs(backend);
    for (int k = 0; k < 3; ++k) {
      descend(backend, 4);
      update(backend);
      if (k == 1) backend.reweigh();
      look(backend);
    }
  };
}

inline void expect_the_same(const Snapshot& together, const Snapshot& one, int size) {
  EXPECT_TRUE(bitwise_equal(together, one)) << size;
  EXPECT_EQ(together.multipliers.size(), one.multipliers.size()) << size;
  EXPECT_EQ(together.control.lists.pairs, one.control.lists.pairs) << size;
  EXPECT_EQ(together.control.lists.wanted, one.control.lists.wanted) << size;
  EXPECT_EQ(together.control.lists.capacity, one.control.lists.capacity) << size;
  EXPECT_EQ(together.control.dual.change, one.control.dual.change) << size;
  EXPECT_EQ(together.control.dual.violation, one.control.dual.violation) << size;
}

}  // namespace burelu::test
