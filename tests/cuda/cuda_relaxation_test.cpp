// The CUDA backend's sources on the host double against the CPU backend, verb by verb and over whole solves.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "burelu/errors.hpp"
#include "cuda_double.hpp"
#include "cuda_on_host.hpp"
#include "solver/iteration.hpp"
#include "solver/solve_with.hpp"
#include "solver/start.hpp"
#include "support/backends.hpp"
#include "support/instances.hpp"

namespace burelu::test {
namespace {

using cuda_double::counters;
using cuda_double::Order;

constexpr double kEpsilon = std::numeric_limits<double>::epsilon();
constexpr double kFactor = 2000.0;  // of eps sqrt(n): sums of n r terms in other orders, cancelling parts

BackendOptions small_memory(bool single = false) {
  BackendOptions options;
  options.memory = 12;
  options.sigma = 0.7;
  options.multipliers_float = single;
  return options;
}

Matrix as_row(const std::vector<double>& x) {
  Matrix out(1, static_cast<index_t>(x.size()));
  out.data = x;
  return out;
}

// max |a - b| over max |b|, or over `scale` where that is larger.
double distance(const Matrix& a, const Matrix& b, double scale = 0.0) {
  EXPECT_EQ(a.data.size(), b.data.size());
  double largest = scale;
  double difference = 0.0;
  for (std::size_t i = 0; i < b.data.size(); ++i) {
    largest = std::max(largest, std::fabs(b.data[i]));
    difference = std::isnan(a.data[i]) ? kInfinity : std::max(difference, std::fabs(a.data[i] - b.data[i]));
  }
  return largest > 0.0 ? difference / largest : difference;
}

Matrix dense(const std::vector<Multiplier>& multipliers, index_t rows) {
  Matrix out(rows, rows);
  for (const Multiplier& t : multipliers) {
    EXPECT_GT(t.i, t.j);
    out(t.i, t.j) = t.value;
  }
  return out;
}

struct Bound {
  double value;
  void near(double a, double b, const char* what) const { EXPECT_NEAR(a, b, value * (std::fabs(b) + 1e-300)) << what; }
  void near(const Matrix& a, const Matrix& b, const char* what, double scale = 0.0) const {
    EXPECT_LE(distance(a, b, scale), value) << what;
  }
};

void expect_same(const Snapshot& a, const Snapshot& b, index_t m, Bound bound) {
  bound.near(a.control.value.loss, b.control.value.loss, "loss");
  bound.near(a.control.value.decay, b.control.value.decay, "decay");
  bound.near(a.control.value.penalty, b.control.value.penalty, "penalty");
  bound.near(a.control.value.dual, b.control.value.dual, "dual value");
  bound.near(a.control.value.gradient, b.control.value.gradient, "gradient norm");
  bound.near(a.A, b.A, "A");
  bound.near(a.U, b.U, "U");
  bound.near(a.V, b.V, "V");
  bound.near(a.E, b.E, "E");
  bound.near(as_row(a.tau), as_row(b.tau), "tau");
  bound.near(a.Shat, b.Shat, "Shat");
  // With one column nothing depends on |s|, and what is left is cancellation.
  bound.near(a.gradient_Shat, b.gradient_Shat, "gradient in Shat", b.control.value.gradient);
  bound.near(a.gradient_Ut, b.gradient_Ut, "gradient in Ut");
  bound.near(dense(a.multipliers, 2 * m), dense(b.multipliers, 2 * m), "multipliers");
  EXPECT_EQ(a.control.count.evaluations, b.control.count.evaluations);
}

Snapshot look(Backend& backend) {
  Snapshot s;
  backend.read(s, kDual | burelu::kFactor | kPoint | kGradient);
  return s;
}

// Every verb: evaluation without and with multipliers, the update and its sums, row importance.
Snapshot drill(Backend& backend, const RelaxationData& data, int rank, std::vector<Snapshot>* seen) {
  Point z = random_point(data, rank, 3);
  for (int round = 0; round < 3; ++round) {
    backend.write_point(z.Shat, z.Ut);
    descend(backend, 1);
    if (seen != nullptr) seen->push_back(look(backend));
    update(backend);
    if (seen != nullptr) seen->push_back(look(backend));
    if (round == 1) backend.reweigh();
    z.Shat = gaussian(z.Shat.rows, z.Shat.cols, 90 + static_cast<std::uint64_t>(round));
  }
  return look(backend);
}

struct Size {
  index_t rows;
  int rank;
};

class CudaVerbs : public ::testing::TestWithParam<Size> {};

void compare_drill(const RelaxationData& data, int rank, index_t panel_rows, bool single, double bound) {
  const auto host = make_cuda_on_host_backend(data, small_memory(single), 0, {panel_rows});
  CpuBackend cpu(data, small_memory().memory, 1, small_memory().sigma);
  std::vector<Snapshot> a;
  std::vector<Snapshot> b;
  a.push_back(drill(*host, data, rank, &a));
  b.push_back(drill(cpu, data, rank, &b));
  for (std::size_t k = 0; k < a.size(); ++k) {
    SCOPED_TRACE(k);
    expect_same(a[k], b[k], data.m, {bound});
    const Dual& x = a[k].control.dual;
    const Dual& y = b[k].control.dual;
    Bound{bound}.near(x.change, y.change, "change");
    Bound{bound}.near(x.mass, y.mass, "mass");
    Bound{bound}.near(x.shortfall, y.shortfall, "shortfall");
    Bound{bound}.near(x.violation, y.violation, "violation");
    Bound{bound}.near(x.largest, y.largest, "largest");
    EXPECT_NEAR(x.restart, y.restart, bound * y.change);
    Bound{bound}.near(x.sigma, y.sigma, "sigma");
  }
}

TEST_P(CudaVerbs, AgreeWithTheCpu) {
  const Size size = GetParam();
  // Antiparallel rows, duplicates and a zero row where there is room for them.
  const Instance instance = size.rows >= 9 ? degenerate(size.rows, 3, 2, 7) : teacher(size.rows, 3, 2, 7);
  const RelaxationData data = prepare(presolve(instance.problem()));
  const double bound = kFactor * kEpsilon * std::sqrt(static_cast<double>(size.rows));
  compare_drill(data, size.rank, 0, false, bound);
  compare_drill(data, size.rank, 32, false, bound);  // many panels
}

TEST_P(CudaVerbs, WithSinglePrecisionMultipliersAgreeToTheirRounding) {
  const Size size = GetParam();
  const Instance instance = teacher(size.rows, 3, 2, 7);
  const RelaxationData data = prepare(presolve(instance.problem()));
  compare_drill(data, size.rank, 64, true, 2e-5);
}

std::vector<Size> sizes() {
  std::vector<Size> out;
  for (const index_t rows : {1, 31, 32, 33})
    for (const int rank : {1, 7, 20, 33}) out.push_back({rows, rank});
  out.push_back({257, 7});
  return out;
}

INSTANTIATE_TEST_SUITE_P(Sizes, CudaVerbs, ::testing::ValuesIn(sizes()), [](const auto& one) {
  return "rows" + std::to_string(one.param.rows) + "_rank" + std::to_string(one.param.rank);
});

RelaxationData medium() { return prepare(presolve(degenerate(40, 3, 2, 7).problem())); }

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

std::int64_t estimate(const RelaxationData& data, int rank, const BackendOptions& options, const CudaTuning& tuning) {
  return cuda_on_host_memory(
      {data.m, data.d, data.c, data.loss_rows(), rank, options.memory, options.multipliers_float}, tuning);
}

TEST(CudaOnHost, TheEstimateIsWhatIsAllocated) {
  for (const index_t rows : {1, 33, 100})
    for (const bool single : {false, true})
      for (const int rank : {1, 20}) {
        const Instance instance = rows >= 9 ? degenerate(rows, 4, 3, 7) : teacher(rows, 4, 3, 7);
        const RelaxationData data = prepare(presolve(instance.problem()));
        const BackendOptions options = small_memory(single);
        const auto before = counters().allocated;
        const auto backend = make_cuda_on_host_backend(data, options, 0);
        for (const int r : {rank + 3, rank}) {  // a change of rank gives its memory back
          const Point z = random_point(data, r, 3);
          backend->write_point(z.Shat, z.Ut);
          drill(*backend, data, r, nullptr);
          const auto allocated = static_cast<double>(counters().allocated - before);
          const auto estimated = static_cast<double>(estimate(data, r, options, {}));
          EXPECT_NEAR(allocated, estimated, 16.0) << rows << " " << single << " " << r;  // rounding to doubles
        }
      }
  EXPECT_EQ(counters().allocated, 0);
}

TEST(CudaOnHost, MemoryMeetsItsTargets) {
  for (const std::int64_t n : {46341, 60000}) {
    const double square = static_cast<double>(n) * static_cast<double>(n);
    EXPECT_LE(static_cast<double>(cuda_on_host_memory({n, 20, 10, n, 20, 100, false})), 34.0 * square) << n;
    EXPECT_LE(static_cast<double>(cuda_on_host_memory({n, 20, 10, n, 20, 100, true})), 18.0 * square) << n;
  }
}

// Whatever the machine pretends to be, it is itself again afterwards.
struct Pretend {
  cuda_double::Machine kept = cuda_double::machine();
  ~Pretend() { cuda_double::machine() = kept; }
};

template <class Error>
std::string refusal(const RelaxationData& data, int device = 0) {
  try {
    make_cuda_on_host_backend(data, small_memory(), device);
  } catch (const Error& error) {
    return error.what();
  }
  return "accepted";
}

TEST(CudaOnHost, RefusesWithOneClearLine) {
  const Pretend pretend;
  const RelaxationData data = medium();
  EXPECT_NE(refusal<DeviceError>(data, 1).find("only device 0"), std::string::npos);
  cuda_double::machine().memory = 32 << 20;
  EXPECT_NE(refusal<MemoryError>(data).find("of device memory"), std::string::npos);
  EXPECT_EQ(counters().allocated, 0);
  cuda_double::machine().driver = 12020;
  EXPECT_NE(refusal<DeviceError>(data).find("too old: it supports CUDA 12.2"), std::string::npos);
  cuda_double::machine().driver = 0;
  EXPECT_NE(refusal<DeviceError>(data).find("no CUDA driver"), std::string::npos);
  cuda_double::machine() = {};
  cuda_double::machine().devices = 0;
  EXPECT_NE(refusal<DeviceError>(data).find("no CUDA device"), std::string::npos);
  EXPECT_TRUE(cuda_on_host_devices().empty());
}

TEST(CudaOnHost, AFailureOfTheDeviceSaysWhere) {
  const RelaxationData data = medium();
  const auto backend = make_cuda_on_host_backend(data, small_memory(), 0);
  drill(*backend, data, 5, nullptr);
  descend(*backend, 5);
  cuda_double::fail_launch(7);
  Snapshot s;
  try {
    backend->read(s, kScalars);
    FAIL() << "the failure went unnoticed";
  } catch (const DeviceError& error) {
    EXPECT_NE(std::string(error.what()).find("cudaStreamSynchronize"), std::string::npos) << error.what();
    EXPECT_NE(std::string(error.what()).find("resources.hpp"), std::string::npos) << error.what();
  }
}

Relaxation solve_on(const Instance& instance, double tolerance, const BackendFactory& factory) {
  SolveOptions options;
  options.tolerance = tolerance;
  options.max_evaluations = 20000;
  options.threads = 1;
  return solve_with(instance.problem(), options, factory);
}

constexpr int kFewPairs = 20;  // most of the double's time goes into the recursion over the pairs
constexpr int kManyPairs = 100;

BackendFactory on_host(int memory = kFewPairs, bool single = false) {
  return [single, memory](const RelaxationData& data, BackendOptions options) {
    options.multipliers_float = single;
    options.memory = memory;
    return make_cuda_on_host_backend(data, options, 0);
  };
}

BackendFactory on_cpu() {
  return [](const RelaxationData& data, BackendOptions options) {
    return std::make_unique<CpuBackend>(data, kManyPairs, 1, options.sigma);
  };
}

TEST(CudaSolve, WaitsOncePerCheck) {
  const Instance instance = teacher(20, 2, 3, 5);
  const auto before = counters().waits;
  const Relaxation result = solve_on(instance, 1e-4, on_host());
  EXPECT_EQ(result.status, Status::solved) << result.message;
  EXPECT_EQ(counters().waits - before, result.checks + 1);
  EXPECT_EQ(result.host_waits, result.checks + 1);
}

TEST(CudaSolve, BoundAgreesWithTheCpu) {
  const Instance instance = teacher(16, 2, 3, 5);
  const Relaxation device = solve_on(instance, 1e-6, on_host(kManyPairs));
  const Relaxation cpu = solve_on(instance, 1e-6, on_cpu());
  EXPECT_EQ(device.status, Status::solved) << device.message;
  EXPECT_EQ(cpu.status, Status::solved) << cpu.message;
  EXPECT_NEAR(device.lower_bound, cpu.lower_bound, 1e-6 * cpu.lower_bound);
}

TEST(CudaSolve, SinglePrecisionMultipliersStillSolve) {
  const Instance instance = teacher(20, 2, 3, 5);
  const Relaxation single = solve_on(instance, 1e-4, on_host(kFewPairs, true));
  EXPECT_EQ(single.status, Status::solved) << single.message;
}

}  // namespace
}  // namespace burelu::test
