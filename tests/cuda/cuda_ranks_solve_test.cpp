// Whole solves that ranks share, each with a host double as its device; devices that do not fit together.
#include "burelu/errors.hpp"
#include "cuda/ranks_support.hpp"
#include "driver/solve_with.hpp"
#include "ranks/lead.hpp"
#include "ranks/serve.hpp"

namespace burelu::test {
namespace {

/// With few L-BFGS pairs, in which most of the double's time goes.
std::shared_ptr<const Device> double_of(int number) {
  auto device = std::make_shared<StandIn>(make_cuda_on_host_device(number, cpu_device()));
  device->make_relaxation = [number](const RelaxationData& data, BackendOptions options) {
    options.memory = 8;
    return make_cuda_on_host_backend(data, options, number);
  };
  return device;
}

void serve_doubles(Ranks& ranks) {
  serve(
      ranks, [&ranks](const std::string&) { return double_of(ranks.rank()); }, {}, 1);
}

TEST(CudaRanks, SolveAsOneDeviceDoes) {
  const Instance instance = teacher(260, 3, 1, 5, 20.0);
  SolveOptions options;
  options.threads = 1;
  options.rank = 5;
  options.max_evaluations = 40;
  options.bound = BoundMethod::relaxation;
  const Relaxation one = solve_with(instance.problem(), options, *double_of(0));
  EXPECT_GT(one.lower_bound, 0.0);
  Relaxation together;
  std::int64_t bytes = 0;
  ThreadRanks(3).run([&](Ranks& ranks) {
    on_doubles(ranks, [&] {
      if (ranks.rank() > 0) return serve_doubles(ranks);
      Lead lead(ranks);
      const auto device = lead.device("cuda", double_of(0));
      together = solve_with(instance.problem(), options, *device);
      bytes = ranks.traffic().bytes;
    });
  });
  EXPECT_GT(bytes, 40 * 520 * 5 * 8 / 2);  // the others had their part in it
  EXPECT_EQ(together.evaluations, one.evaluations);
  EXPECT_EQ(together.lower_bound, one.lower_bound);
  EXPECT_EQ(together.objective, one.objective);
  EXPECT_EQ(together.factor.U.data, one.factor.U.data);
}

/// Two ranks, the second of which does something to its machine first; what rank 0 makes of it.
void with_another_machine(const std::function<void()>& change, const std::function<void(const Device&)>& work) {
  ThreadRanks(2).run([&](Ranks& ranks) {
    on_doubles(ranks, [&] {
      if (ranks.rank() > 0) change();
      if (ranks.rank() > 0) return serve_doubles(ranks);
      Lead lead(ranks);
      work(*lead.device("cuda", double_of(0)));
      EXPECT_FALSE(lead.lost());
    });
  });
}

TEST(CudaRanks, OfAnotherKindLeaveTheRelaxationToRank0) {
  const RelaxationData data = prepare(presolve(teacher(260, 3, 1, 5, 20.0).problem()));
  const Work work = some_windows(data);
  with_another_machine([] { cuda_double::machine().multiprocessors = 3; },
                       [&](const Device& device) {
                         const auto backend = device.relaxation(data, small_memory());
                         work(*backend);
                         const auto one = double_of(0)->relaxation(data, small_memory());
                         work(*one);
                         expect_the_same(look(*backend), look(*one), 2);
                       });
}

TEST(CudaRanks, NeedRoomOnEach) {
  const RelaxationData data = prepare(presolve(teacher(260, 3, 1, 5, 20.0).problem()));
  with_another_machine([] { cuda_double::machine().memory = std::size_t{1} << 20U; },
                       [&](const Device& device) {
                         try {
                           device.relaxation(data, small_memory());
                           ADD_FAILURE();
                         } catch (const MemoryError& error) {
                           EXPECT_STREQ(error.what(), "rank 1 has no room for its part of the problem");
                         }
                       });
}

}  // namespace
}  // namespace burelu::test
