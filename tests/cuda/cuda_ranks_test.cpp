// A relaxation that several ranks share, each on a host double of its own: the bits of one device on any number of
// them, little traffic, one wait an evaluation, and an end where a rank computes otherwise.
#include <exception>
#include <limits>

#include "burelu/errors.hpp"
#include "cuda/ranks_support.hpp"

namespace burelu::test {
namespace {

class CudaRanksTest : public ::testing::TestWithParam<BackendKind> {
 protected:
  void SetUp() override { require(GetParam()); }
};

// Ranks that no tile is left for as well. On a machine with a GPU they share that one.
TEST_P(CudaRanksTest, HaveTheBitsOfOneDevice) {
  const RelaxationData data = four_tiles();
  const Work work = some_windows(data);
  const Snapshot one = alone(data, 0, {}, work, GetParam());
  ASSERT_GT(one.multipliers.size(), 100U);
  for (const int size : {2, 3, 4, 6})
    expect_the_same(shared(ThreadRanks(size), data, 0, {}, work, GetParam()), one, size);
}

INSTANTIATE_TEST_SUITE_P(Kinds, CudaRanksTest, ::testing::ValuesIn(kCudaKinds), backend_kind_name);

TEST(CudaRanks, CutAndLengthenListsAsOneDeviceDoes) {
  const RelaxationData data = four_tiles();
  const Work work = some_windows(data);
  const Snapshot cut = alone(data, 900, {}, work);
  ASSERT_GT(cut.control.lists.cut, 0);
  expect_the_same(shared(ThreadRanks(3), data, 900, {}, work), cut, 3);
  const Snapshot grown = alone(data, 0, {900}, work);
  ASSERT_GT(grown.control.lists.capacity, 900);
  expect_the_same(shared(ThreadRanks(3), data, 0, {900}, work), grown, 3);
}

TEST(CudaRanks, ExchangeWhatLiesOnDevicesWhereTheRanksReadIt) {
  const RelaxationData data = four_tiles();
  const Work work = some_windows(data);
  expect_the_same(shared(ThreadRanks(3, true), data, 0, {}, work), alone(data, 0, {}, work), 3);
}

// By NCCL, where each has a device; where two have one, through the host.
TEST(CudaRanks, ExchangeByNcclWhereItJoinsThem) {
  const RelaxationData data = four_tiles();
  const Work work = some_windows(data);
  const Snapshot one = alone(data, 0, {}, work);
  std::int64_t shared_by_ranks[] = {0, 0};
  for (const bool apart : {true, false}) {
    Snapshot seen;
    ThreadRanks(3).run([&](Ranks& ranks) {
      on_doubles(ranks, [&] {
        cuda_double::machine().nccl = true;
        const auto backend = make_cuda_on_host_backend(data, of_ranks(&ranks, 0), apart ? ranks.rank() : 0);
        work(*backend);
        const Snapshot own = look(*backend);
        EXPECT_GT(ranks.traffic().bytes, 12 * 2 * 400 * 7 * 8 / 2);  // all is counted, however it comes
        if (ranks.rank() == 0) seen = own;
        if (ranks.rank() == 0) shared_by_ranks[apart ? 0 : 1] = ranks.traffic().calls;
      });
    });
    expect_the_same(seen, one, 3);
  }
  EXPECT_EQ(shared_by_ranks[1] - shared_by_ranks[0], 3 * (4 + 1));  // rows of each evaluation and update
}

/// Ranks to which a signal comes while they wait for the device.
class Signalled final : public Ranks {
 public:
  explicit Signalled(Ranks& ranks) : ranks_(ranks) {}
  int rank() const override { return ranks_.rank(); }
  int size() const override { return ranks_.size(); }
  void share(double* data, const std::vector<std::int64_t>& ends, std::int64_t unit) override {
    ranks_.share(data, ends, unit);
  }
  void collect(double* data, const std::vector<std::int64_t>& ends, std::int64_t unit) override {
    ranks_.collect(data, ends, unit);
  }
  std::vector<std::string> collect(const std::string& mine) override { return ranks_.collect(mine); }
  std::vector<std::string> swap(const std::vector<std::string>& to) override { return ranks_.swap(to); }
  void tell(void* data, std::int64_t bytes) override { ranks_.tell(data, bytes); }
  void look() override {
    if (coming && --looks_ == 0) throw RanksLost("a signal came");
    ranks_.look();
  }
  bool coming = false;

 private:
  Ranks& ranks_;
  int looks_ = 20;
};

TEST(CudaRanks, LeaveNcclWhereOthersAreLost) {
  const RelaxationData data = four_tiles();
  const Point z = random_point(data, 5, 3);
  const auto body = [&](Ranks& ranks) {
    on_doubles(ranks, [&] {
      cuda_double::machine().nccl = true;
      Signalled signalled(ranks);
      const auto before = counters().allocated;
      std::exception_ptr thrown;
      {
        const auto backend = make_cuda_on_host_backend(data, of_ranks(&signalled, 0), ranks.rank());
        EXPECT_GT(cuda_double::nccl_members(), 0);
        signalled.coming = ranks.rank() == 0;
        backend->write_point(z.Shat, z.Ut);
        try {
          descend(*backend, 1000);
        } catch (const RanksLost&) {
          thrown = std::current_exception();
        }
      }
      EXPECT_EQ(counters().allocated, before);
      if (thrown) std::rethrow_exception(thrown);
    });
  };
  EXPECT_THROW(ThreadRanks(2).run(body), RanksLost);
  EXPECT_EQ(cuda_double::nccl_members(), 0);
}

TEST(CudaRanks, GoOnFromTheStateOfAnotherNumberOfRanks) {
  const RelaxationData data = four_tiles();
  BackendState state;
  const Work first = some_windows(data);
  shared(ThreadRanks(3), data, 0, {}, [&](Backend& backend) {
    first(backend);
    BackendState own;
    backend.save(own);
    if (!own.Shat.data.empty()) state = own;
  });
  ASSERT_GT(state.pairs.size(), 100U);
  const Work on = [&state](Backend& backend) {
    backend.load(state);
    list_pairs(backend);
    descend(backend, 4);
    update(backend);
  };
  expect_the_same(shared(ThreadRanks(2), data, 0, {}, on), alone(data, 0, {}, on), 2);
}

/// Of one evaluation, not recorded.
std::int64_t launches(Backend& backend) {
  backend.open_window();
  const auto before = counters().launches;
  evaluation(backend);
  return counters().launches - before;
}

// The bar: no rank receives more than 1.2 times F in an evaluation, with scans and updates. The host waits once for
// each. Rows, sums and scalars are packed, the first two unpacked: five launches more than on one device.
TEST(CudaRanks, ExchangeOnceInAnEvaluation) {
  const RelaxationData data = four_tiles();
  constexpr int kRank = 9;
  constexpr int kEvaluations = 20;
  const Point z = random_point(data, kRank, 3);
  const auto one = make_cuda_on_host_backend(data, of_ranks(nullptr, 0), 0);
  one->write_point(z.Shat, z.Ut);
  const std::int64_t of_one = launches(*one);
  for (const int size : {2, 4})
    ThreadRanks(size).run([&](Ranks& ranks) {
      on_doubles(ranks, [&] {
        const auto backend = make_cuda_on_host_backend(data, of_ranks(&ranks, 0), ranks.rank());
        backend->write_point(z.Shat, z.Ut);
        list_pairs(*backend);
        const Traffic traffic = ranks.traffic();
        const auto before = counters();
        descend(*backend, kEvaluations);
        EXPECT_EQ(counters().waits - before.waits, kEvaluations);
        EXPECT_EQ(counters().graphs - before.graphs, 2);
        EXPECT_EQ(counters().replays - before.replays, 2 * (kEvaluations - 1));
        update(*backend);
        EXPECT_LE(counters().waits - before.waits, kEvaluations + 1 + 3);  // the scan waits for what it found
        const double bytes = static_cast<double>(ranks.traffic().bytes - traffic.bytes) / (kEvaluations + 1);
        const double factor = 2.0 * static_cast<double>(data.m) * kRank * sizeof(double);
        EXPECT_LE(bytes, 1.2 * factor);
        EXPECT_GE(bytes, 0.4 * factor);  // it is counted
        EXPECT_EQ(launches(*backend), of_one + 5);
        look(*backend);
      });
    });
}

TEST(CudaRanks, TakeTheMemoryThatIsEstimated) {
  const RelaxationData data = four_tiles();
  const Point z = random_point(data, 9, 3);
  ThreadRanks(3).run([&](Ranks& ranks) {
    on_doubles(ranks, [&] {
      BackendOptions options = of_ranks(&ranks, 4000);
      options.rank = 9;
      const auto before = counters().allocated;
      const auto backend = make_cuda_on_host_backend(data, options, ranks.rank());
      backend->write_point(z.Shat, z.Ut);
      EXPECT_NEAR(static_cast<double>(counters().allocated - before),
                  static_cast<double>(cuda_on_host_memory(cuda_on_host_shape(data, options))), 64.0);
      Snapshot now;
      backend->read(now, kScalars);
    });
  });
}

TEST(CudaRanks, EndWhereOneComputesOtherwise) {
  const RelaxationData data = four_tiles();
  const Point z = random_point(data, 5, 3);
  const auto body = [&](Ranks& ranks) {
    on_doubles(ranks, [&] {
      BackendOptions options = of_ranks(&ranks, 0);
      if (ranks.rank() == 1) options.sigma *= 1.0 + std::numeric_limits<double>::epsilon();
      const auto backend = make_cuda_on_host_backend(data, options, ranks.rank());
      backend->write_point(z.Shat, z.Ut);
      descend(*backend, 3);
    });
  };
  try {
    ThreadRanks(3).run(body);
    ADD_FAILURE();
  } catch (const DeviceError& error) {
    EXPECT_NE(std::string(error.what()).find("rank 1 computes otherwise than rank 0"), std::string::npos)
        << error.what();
  }
}

}  // namespace
}  // namespace burelu::test
