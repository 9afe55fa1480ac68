// The CUDA backend's sources on the host double: order of threads, recorded windows, resuming, launches.
#include <algorithm>

#include "burelu/errors.hpp"
#include "cuda/cuda_support.hpp"

namespace burelu::test {
namespace {

bool bitwise_equal(const Snapshot& a, const Snapshot& b) {
  const auto same = [](const std::vector<Multiplier>& x, const std::vector<Multiplier>& y) {
    return std::equal(x.begin(), x.end(), y.begin(), y.end(), [](const Multiplier& s, const Multiplier& t) {
      return s.i == t.i && s.j == t.j && s.value == t.value;
    });
  };
  return a.A.data == b.A.data && a.Ut.data == b.Ut.data && a.tau == b.tau && same(a.multipliers, b.multipliers) &&
         a.gradient_Ut.data == b.gradient_Ut.data && a.control.value.accepted == b.control.value.accepted &&
         a.control.search.step == b.control.search.step;
}

TEST(CudaOnHost, ResultsDoNotDependOnTheOrderOfThreads) {
  const RelaxationData data = medium();
  std::vector<Snapshot> runs;
  for (const Order order : {Order::forward, Order::backward, Order::shuffled}) {
    cuda_double::set_order(order);
    const auto backend = make_cuda_on_host_backend(data, small_memory(), 0, {32});
    drill(*backend, data, 7, nullptr);
    descend(*backend, 20);
    update(*backend);
    runs.push_back(look(*backend));
  }
  cuda_double::set_order(Order::forward);
  EXPECT_TRUE(bitwise_equal(runs[0], runs[1]));
  EXPECT_TRUE(bitwise_equal(runs[0], runs[2]));
}

// A backend whose repeat() calls the body each time.
void run_body(Backend& backend) {
  backend.step();
  backend.activations();
  backend.output_layer();
  backend.interaction_pass();
  backend.pull_back();
  backend.judge();
  backend.accept();
  backend.direction();
}

TEST(CudaOnHost, ReplayEqualsTheImmediateRunBitwise) {
  const RelaxationData data = medium();
  const Point z = random_point(data, 7, 3);
  Snapshot runs[2];
  for (const bool replayed : {false, true}) {
    const auto backend = make_cuda_on_host_backend(data, small_memory(), 0);
    backend->write_point(z.Shat, z.Ut);
    const auto before = counters();
    for (int window = 0; window < 4; ++window) {
      backend->open_window();
      if (replayed) backend->repeat(20, [&] { run_body(*backend); });
      for (int k = 0; k < 20 && !replayed; ++k) run_body(*backend);
      update(*backend);
    }
    EXPECT_EQ(counters().graphs - before.graphs, replayed ? 1 : 0);
    EXPECT_EQ(counters().replays - before.replays, replayed ? 79 : 0);  // the first body runs by itself
    EXPECT_EQ(counters().waits, before.waits);
    runs[replayed ? 1 : 0] = look(*backend);
  }
  EXPECT_TRUE(bitwise_equal(runs[0], runs[1]));
}

// A checkpoint in memory.
class MemoryArchive final : public Archive {
 public:
  bool loading() const override { return loading_; }
  void rewind() {
    loading_ = true;
    at_ = 0;
  }
  void raw(void* data, std::size_t size) override {
    auto* bytes = static_cast<char*>(data);
    if (!loading_) {
      content_.insert(content_.end(), bytes, bytes + size);
      return;
    }
    if (size > available()) refuse();
    std::copy_n(content_.data() + at_, size, bytes);
    at_ += size;
  }

 protected:
  std::size_t available() const override { return content_.size() - at_; }

 private:
  std::vector<char> content_;
  std::size_t at_ = 0;
  bool loading_ = false;
};

TEST(CudaOnHost, ResumesBitForBitFromItsState) {
  const RelaxationData data = medium();
  const Point z = random_point(data, 7, 3);
  const auto first = make_cuda_on_host_backend(data, small_memory(), 0);
  const auto second = make_cuda_on_host_backend(data, small_memory(), 0);
  first->write_point(z.Shat, z.Ut);
  for (int k = 0; k < 3; ++k) {
    descend(*first, 10);
    update(*first);
  }
  first->reweigh();
  MemoryArchive archive;
  first->exchange(archive);
  archive.rewind();
  second->exchange(archive);
  for (Backend* backend : {first.get(), second.get()}) {
    descend(*backend, 10);
    update(*backend);
  }
  EXPECT_TRUE(bitwise_equal(look(*first), look(*second)));
  archive = MemoryArchive();
  first->exchange(archive);
  archive.rewind();
  const RelaxationData other = prepare(presolve(teacher(20, 3, 2, 7).problem()));
  EXPECT_THROW(make_cuda_on_host_backend(other, small_memory(), 0)->exchange(archive), DataError);
  archive.rewind();
  try {
    make_cuda_on_host_backend(data, small_memory(true), 0)->exchange(archive);
    FAIL() << "multipliers of another precision were accepted";
  } catch (const DataError& error) {
    EXPECT_NE(std::string(error.what()).find("--multipliers"), std::string::npos) << error.what();
  }
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
  run_body(*backend);
  // step 1, activations 2, output layer 7, pass 5, pull back 6, judge 1, accept 5, direction 2; and a row of negatives
  EXPECT_LE(counters().launches - before, 30);
  look(*backend);
}

}  // namespace
}  // namespace burelu::test
