// A relaxation that several ranks share, each on a host double of its own: the bits of one device on any number of
// them, little traffic, one wait an evaluation, equal shares, and an end where a rank computes otherwise.
#include <limits>
#include <set>

#include "burelu/errors.hpp"
#include "cuda/cuda_support.hpp"
#include "driver/solve_with.hpp"
#include "ranks/lead.hpp"
#include "ranks/serve.hpp"
#include "row_share.hpp"
#include "support/thread_ranks.hpp"

namespace burelu::test {
namespace {

using cuda::RowShare;
using Work = std::function<void(Backend&)>;

/// 400 rows of F: four tiles, the last one short.
RelaxationData four_tiles() { return prepare(presolve(teacher(200, 4, 2, 5, 3.0).problem())); }

BackendOptions of_ranks(Ranks* ranks, std::int64_t pairs) {
  BackendOptions options = small_memory();
  options.ranks = ranks;
  options.pairs = pairs;
  return options;
}

/// On each rank, on a device of its own number.
void on_doubles(Ranks& ranks, const std::function<void()>& work) {
  const Pretend pretend;
  cuda_double::machine().devices = ranks.size();
  work();
  EXPECT_EQ(counters().strays, 0);
}

/// What rank 0 sees after `work`.
Snapshot shared(ThreadRanks ranks_of_test, const RelaxationData& data, std::int64_t pairs, const CudaTuning& tuning,
                const Work& work, BackendKind kind = BackendKind::cuda_on_host) {
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

Snapshot alone(const RelaxationData& data, std::int64_t pairs, const CudaTuning& tuning, const Work& work,
               BackendKind kind = BackendKind::cuda_on_host) {
  const auto backend = cuda_makers(kind).backend(data, of_ranks(nullptr, pairs), 0, tuning);
  work(*backend);
  return look(*backend);
}

Work some_windows(const RelaxationData& data) {
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

void expect_the_same(const Snapshot& together, const Snapshot& one, int size) {
  EXPECT_TRUE(bitwise_equal(together, one)) << size;
  EXPECT_EQ(together.multipliers.size(), one.multipliers.size()) << size;
  EXPECT_EQ(together.control.lists.pairs, one.control.lists.pairs) << size;
  EXPECT_EQ(together.control.lists.wanted, one.control.lists.wanted) << size;
  EXPECT_EQ(together.control.lists.capacity, one.control.lists.capacity) << size;
  EXPECT_EQ(together.control.dual.change, one.control.dual.change) << size;
  EXPECT_EQ(together.control.dual.violation, one.control.dual.violation) << size;
}

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

// Rows, blocks of a pass and tiles of the scan are each of one rank, none of which has much more than its share.
TEST(RowShare, DealsOutRowsBlocksAndTiles) {
  for (const std::int64_t rows : {std::int64_t{400}, std::int64_t{20000}, std::int64_t{200000}})
    for (const int size : {1, 2, 3, 4, 8, 16}) {
      const auto edge = static_cast<double>((rows + 127) / 128);
      std::set<std::pair<int, std::int64_t>> places;
      std::int64_t all_rows = 0;
      std::int64_t all_blocks = 0;
      double most_pairs = 0.0;
      for (int rank = 0; rank < size; ++rank) {
        const RowShare share{rank, size};
        all_rows += share.rows(rank, rows);
        all_blocks += share.blocks(rank, rows);
        double pairs = 0.0;
        for (std::int64_t i = 0; i < share.tiles(rank, rows); ++i) {
          EXPECT_TRUE(share.has(share.tile(i) * 128));
          pairs += edge - static_cast<double>(share.tile(i));
        }
        most_pairs = std::max(most_pairs, pairs);
      }
      EXPECT_EQ(all_rows, rows);
      EXPECT_EQ(all_blocks, cuda::pass_blocks(rows));
      const double mean = edge * (edge + 1.0) / 2.0 / size;
      EXPECT_LE(most_pairs, rows < 20000 ? mean + edge : 1.15 * mean) << rows << " " << size;
      const RowShare share{0, size};
      for (std::int64_t row = 0; row<rows; row += rows> 400 ? 37 : 1) {
        const int owner = share.owner(row);
        EXPECT_EQ(share.block_owner(static_cast<int>(row / 8 % 2048)), owner);
        EXPECT_LT(share.place(row), share.rows(owner, rows));
        EXPECT_TRUE(rows > 400 || places.emplace(owner, share.place(row)).second);
      }
    }
}

}  // namespace
}  // namespace burelu::test
