// Lists of the CUDA backend that grow, that may not, and that go to another backend, on the host double and on a
// device.
#include "cpu/cpu_backend.hpp"
#include "cuda/cuda_support.hpp"

namespace burelu::test {
namespace {

class CudaListsTest : public ::testing::TestWithParam<BackendKind> {
 protected:
  void SetUp() override { require(kind_); }
  std::unique_ptr<Backend> backend(std::int64_t first, std::int64_t most = 0) const {
    BackendOptions options = small_memory();
    options.pairs = most;
    auto made = make_backend(kind_, data_, options, {first});
    made->write_point(start_.Shat, start_.Ut);
    return made;
  }
  static Lists lists(Backend& backend) {
    Snapshot s;
    backend.read(s, kScalars);
    return s.control.lists;
  }

  const BackendKind kind_ = GetParam();
  const RelaxationData data_ = medium();
  const Point start_ = random_point(data_, 7, 3);
};

INSTANTIATE_TEST_SUITE_P(All, CudaListsTest, ::testing::ValuesIn(kCudaKinds), backend_kind_name);

// The read after a scan that was cut makes room; what was recorded before is replayed with the longer list.
TEST_P(CudaListsTest, AListGrowsAtTheNextReadAndRecordingsGoOn) {
  constexpr std::int64_t kFew = 30;
  CpuBackend cpu(data_, small_memory().memory, 1, small_memory().sigma);
  cpu.write_point(start_.Shat, start_.Ut);
  list_pairs(cpu);
  const Lists right = lists(cpu);
  ASSERT_GT(right.pairs, kFew);
  const auto grown = backend(kFew);
  const auto before = counters();
  list_pairs(*grown);
  descend(*grown, 3);
  const Lists cut = lists(*grown);
  EXPECT_EQ(cut.wanted, right.wanted);
  EXPECT_EQ(cut.capacity, kFew);
  EXPECT_EQ(cut.cut, 1);
  EXPECT_LE(cut.pairs, kFew);
  grown->write_point(start_.Shat, start_.Ut);
  list_pairs(*grown);
  descend(*grown, 3);
  const Lists whole = lists(*grown);
  EXPECT_EQ(whole.pairs, right.pairs);
  EXPECT_EQ(whole.cut, 1);
  EXPECT_GE(whole.capacity, right.wanted);
  if (kind_ == BackendKind::cuda_on_host) {
    EXPECT_EQ(counters().waits - before.waits, 2);  // the reads
    EXPECT_EQ(counters().graphs - before.graphs, 1);
  }
  descend(cpu, 3);
  Snapshot here;
  Snapshot there;
  cpu.read(here, kScalars);
  grown->read(there, kScalars);
  EXPECT_NEAR(there.control.value.accepted, here.control.value.accepted, 1e-10 * here.control.value.accepted);
}

TEST_P(CudaListsTest, MultipliersStayWhereAListGrows) {
  const auto grown = backend(200);
  for (int k = 0; k < 3; ++k) {
    descend(*grown, 10);
    update(*grown);
  }
  const Snapshot before = look(*grown);
  ASSERT_GT(before.control.lists.cut, 0);
  const Snapshot after = look(*grown);
  EXPECT_GT(after.control.lists.capacity, before.control.lists.capacity);
  EXPECT_TRUE(bitwise_equal(before, after));
}

TEST_P(CudaListsTest, AListOfGivenLengthDoesNotGrow) {
  constexpr std::int64_t kMost = 40;
  const auto short_list = backend(0, kMost);
  for (int k = 0; k < 4; ++k) {
    descend(*short_list, 10);
    update(*short_list);
    const Lists now = lists(*short_list);
    EXPECT_LE(now.pairs, kMost);
    EXPECT_EQ(now.capacity, kMost);
  }
  EXPECT_GT(lists(*short_list).cut, 0);
}

// More than there is room for, more than is fetched at first.
TEST_P(CudaListsTest, AnyMultipliersWrittenAreRead) {
  const RelaxationData large = prepare(presolve(teacher(220, 3, 2, 7).problem()));
  std::vector<Multiplier> pairs;
  for (std::int32_t i = 0; i < static_cast<std::int32_t>(large.factor_rows()); ++i)
    for (std::int32_t j = 0; j < i; ++j)
      if (!large.tied(i, j) && (i * 7 + j * 3) % 5 < 4) pairs.push_back({i, j, 1.0 + 0.01 * i + 0.0001 * j});
  ASSERT_GT(pairs.size(), 65536U);
  const auto written = make_backend(kind_, large, small_memory(), {1000});
  const Point z = random_point(large, 3, 3);
  written->write_point(z.Shat, z.Ut);
  written->write_multipliers({pairs.rbegin(), pairs.rend()});
  const std::vector<Multiplier> seen = look(*written).multipliers;
  ASSERT_EQ(seen.size(), pairs.size());
  for (std::size_t k = 0; k < pairs.size(); ++k) {
    ASSERT_TRUE(seen[k].i == pairs[k].i && seen[k].j == pairs[k].j) << k;
    ASSERT_NEAR(seen[k].value, pairs[k].value, 1e-14 * pairs[k].value);
  }
}

// T of the running window and T+ of the last update both.
TEST_P(CudaListsTest, AStateThatWasLoadedIsSavedTheSame) {
  const auto first = backend(0);
  for (int k = 0; k < 4; ++k) {
    descend(*first, 15);
    update(*first);
  }
  first->reweigh();
  BackendState state;
  first->save(state);
  ASSERT_FALSE(state.pairs.empty());
  BackendState again;
  const auto second = backend(10);
  second->load(state);
  second->save(again);
  EXPECT_EQ(again.importance, state.importance);
  EXPECT_EQ(again.tau, state.tau);
  EXPECT_EQ(again.Shat.data, state.Shat.data);
  ASSERT_EQ(again.pairs.size(), state.pairs.size());
  for (std::size_t k = 0; k < state.pairs.size(); ++k) {
    EXPECT_EQ(again.pairs[k].i, state.pairs[k].i);
    EXPECT_EQ(again.pairs[k].j, state.pairs[k].j);
    EXPECT_NEAR(again.pairs[k].multiplier, state.pairs[k].multiplier, 1e-14 * state.pairs[k].multiplier);
    EXPECT_NEAR(again.pairs[k].previous, state.pairs[k].previous, 1e-14 * state.pairs[k].previous);
  }
}

// A list that may grow begins as long as fits, one of given length is refused.
TEST(CudaOnHost, AListBeginsAsLongAsFits) {
  const Pretend pretend;
  const RelaxationData data = medium();
  BackendOptions options = small_memory();
  options.rank = 7;
  const CudaShape whole = cuda_on_host_shape(data, options);
  cuda_double::machine().memory = static_cast<std::size_t>(cuda_on_host_memory(whole)) - 50000;
  {
    const auto backend = make_cuda_on_host_backend(data, options, 0);
    const Point z = random_point(data, 7, 3);
    backend->write_point(z.Shat, z.Ut);
    Snapshot s;
    backend->read(s, kScalars);
    EXPECT_LT(s.control.lists.capacity, whole.pairs);
    EXPECT_GT(s.control.lists.capacity, whole.pairs - 500);
  }
  options.pairs = whole.pairs;
  EXPECT_THROW(make_cuda_on_host_backend(data, options, 0), MemoryError);
}

// Where the device is full, lists stay as short as they are.
TEST(CudaOnHost, AListGrowsIntoTheMemoryThereIs) {
  const Pretend pretend;
  const RelaxationData data = medium();
  const auto backend = make_cuda_on_host_backend(data, small_memory(), 0, {30});
  const Point z = random_point(data, 7, 3);
  backend->write_point(z.Shat, z.Ut);
  list_pairs(*backend);
  cuda_double::machine().memory = static_cast<std::size_t>(counters().allocated) + 4000;
  Snapshot s;
  backend->read(s, kScalars);
  list_pairs(*backend);
  backend->read(s, kScalars);
  EXPECT_GT(s.control.lists.capacity, 30);
  EXPECT_LT(s.control.lists.capacity, s.control.lists.wanted);
  EXPECT_EQ(s.control.lists.cut, 2);
}

}  // namespace
}  // namespace burelu::test
