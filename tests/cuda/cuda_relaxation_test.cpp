// The relaxation of the CUDA backend on the host double: order of threads, launches and recordings.
#include "cuda/cuda_support.hpp"

namespace burelu::test {
namespace {

TEST(CudaOnHost, ResultsDoNotDependOnTheOrderOfThreads) {
  const RelaxationData data = medium();
  std::vector<Snapshot> runs;
  for (const Order order : {Order::forward, Order::backward, Order::shuffled}) {
    cuda_double::set_order(order);
    const auto backend = make_cuda_on_host_backend(data, small_memory(), 0);
    drill(*backend, data, 7, nullptr);
    descend(*backend, 20);
    update(*backend);
    runs.push_back(look(*backend));
  }
  cuda_double::set_order(Order::forward);
  EXPECT_TRUE(bitwise_equal(runs[0], runs[1]));
  EXPECT_TRUE(bitwise_equal(runs[0], runs[2]));
}

TEST(CudaOnHost, AnotherBodyOrRankIsRecordedAgain) {
  const RelaxationData data = medium();
  const auto backend = make_cuda_on_host_backend(data, small_memory(), 0);
  const auto graphs = counters().graphs;
  for (const int rank : {5, 5, 6}) {
    const Point z = random_point(data, rank, 3);
    backend->write_point(z.Shat, z.Ut);
    descend(*backend, 3);
  }
  EXPECT_EQ(counters().graphs - graphs, 2);
  backend->repeat(3, [&] { backend->step(); });
  EXPECT_EQ(counters().graphs - graphs, 3);
  look(*backend);
}

TEST(CudaOnHost, AnEvaluationTakesFewLaunches) {
  const RelaxationData data = medium();
  const auto backend = make_cuda_on_host_backend(data, small_memory(), 0);
  const Point z = random_point(data, 7, 3);
  backend->write_point(z.Shat, z.Ut);
  backend->open_window();
  const auto before = counters().launches;
  evaluation(*backend);
  // step 1, activations 2, output layer 7, pass 2, pull back 6 (a row of negatives), judge 1, accept 5, direction 2
  EXPECT_EQ(counters().launches - before, 26);
  look(*backend);
}

}  // namespace
}  // namespace burelu::test
