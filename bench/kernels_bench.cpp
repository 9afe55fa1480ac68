// Google Benchmark of the verbs of the CPU backend beside the machine's DGEMM rate, in one run.
//
// "flops" of an interaction pass are those of the dense method, 12 m^2 r: strips of zero multipliers cost no product
// back, so a sparse pass can exceed what a dense one could reach. `share` is the rate over the DGEMM rate measured
// first.
#include <benchmark/benchmark.h>
#include <cblas.h>
#include <omp.h>

#include <algorithm>
#include <chrono>
#include <random>
#include <vector>

#include "backend/factory.hpp"
#include "burelu/solve.hpp"
#include "io/dataset.hpp"
#include "io/formats.hpp"
#include "solver/iteration.hpp"
#include "solver/start.hpp"

namespace burelu {
namespace {

double seconds_of_dgemm(int n) {
  std::vector<double> a(static_cast<std::size_t>(n) * n, 1.0);
  std::vector<double> b(a);
  std::vector<double> c(a);
  const auto start = std::chrono::steady_clock::now();
  cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, n, n, n, 1.0, a.data(), n, b.data(), n, 0.0, c.data(), n);
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

// Best of several: flops per second of a large square product with all threads.
double dgemm_rate() {
  static const double rate = [] {
    constexpr int n = 1500;
    double best = 1e300;
    for (int k = 0; k < 8; ++k) best = std::min(best, seconds_of_dgemm(n));
    return 2.0 * n * n * n / best;
  }();
  return rate;
}

struct Instance {
  Matrix X;
  Matrix Y;
};

Instance random_instance(index_t n, index_t d, index_t c) {
  std::mt19937_64 engine(0);
  std::normal_distribution<double> normal;
  Instance out{Matrix(n, d), Matrix(n, c)};
  for (double& value : out.X.data) value = normal(engine);
  for (index_t i = 0; i < n; ++i) out.Y(i, i % c) = 1.0;
  return out;
}

// A backend some way into a solve, so that the multipliers have the sparsity they have in practice.
struct Running {
  Instance instance;
  RelaxationData data;
  std::unique_ptr<Backend> backend;

  Running(index_t n, int rank, int updates) : instance(random_instance(n, 20, 10)) {
    data = prepare(presolve({instance.X, instance.Y, 0.1}));
    BackendOptions options;
    options.threads = omp_get_max_threads();
    backend = backend_factory("cpu")(data, options);
    const Point start = random_point(data, rank, 0);
    backend->write_point(start.Shat, start.Ut);
    for (int k = 0; k < updates; ++k) {
      descend(*backend, 20);
      update(*backend);
    }
    descend(*backend, 1);
  }
  double active_share() {
    Snapshot s;
    backend->read(s, kDual);
    const auto m = static_cast<double>(data.m);
    return static_cast<double>(s.multipliers.size()) / (2.0 * m * m);
  }
};

void report(benchmark::State& state, Running& run, int rank) {
  const auto m = static_cast<double>(run.data.m);
  const double flops = 12.0 * m * m * rank;
  state.counters["flops"] =
      benchmark::Counter(flops, benchmark::Counter::kIsIterationInvariantRate, benchmark::Counter::OneK::kIs1000);
  state.counters["share"] = benchmark::Counter(flops / dgemm_rate(), benchmark::Counter::kIsIterationInvariantRate);
  state.counters["dgemm"] = dgemm_rate();
  state.counters["active"] = run.active_share();
}

void bench_interaction_pass(benchmark::State& state) {
  const int rank = static_cast<int>(state.range(1));
  dgemm_rate();
  Running run(state.range(0), rank, static_cast<int>(state.range(2)));
  for (auto _ : state) run.backend->interaction_pass();
  report(state, run, rank);
}
BENCHMARK(bench_interaction_pass)
    ->ArgNames({"n", "r", "updates"})
    ->Args({1000, 20, 0})
    ->Args({1000, 20, 8})
    ->Args({2000, 20, 8})
    ->Args({1000, 8, 8})
    ->Args({1000, 40, 8})
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

void bench_evaluation(benchmark::State& state) {
  const int rank = static_cast<int>(state.range(1));
  dgemm_rate();
  Running run(state.range(0), rank, 8);
  for (auto _ : state) descend(*run.backend, 1);
  report(state, run, rank);
  state.counters["evaluations"] = benchmark::Counter(1.0, benchmark::Counter::kIsIterationInvariantRate);  // per second
}
BENCHMARK(bench_evaluation)
    ->ArgNames({"n", "r"})
    ->Args({25, 20})
    ->Args({100, 20})
    ->Args({1000, 20})
    ->Unit(benchmark::kMicrosecond)
    ->UseRealTime();

void bench_update(benchmark::State& state) {
  Running run(state.range(0), 20, 8);
  for (auto _ : state) update(*run.backend);
  report(state, run, 20);
}
BENCHMARK(bench_update)->ArgName("n")->Arg(1000)->Unit(benchmark::kMillisecond)->UseRealTime();

// A whole certified solve to 1e-4 on data of the size and kind of the randomized sets: x ~ N(0, I), y from a network of
// width 100 with N(0, 1) weights. Checks the result before it counts.
void bench_solve(benchmark::State& state) {
  const Dataset data = training_data(read_table("builtin:teacher?n=25&d=2&c=5&seed=0"), {}, false, false);
  SolveOptions options;
  options.tolerance = 1e-4;
  options.threads = static_cast<int>(state.range(0));
  Relaxation result;
  for (auto _ : state) result = solve(data.problem(0.1), options);
  if (result.status != Status::solved) state.SkipWithError(result.message.c_str());
  state.counters["evaluations"] = static_cast<double>(result.evaluations);
  state.counters["certify_s"] = result.seconds.certify;
}
BENCHMARK(bench_solve)->ArgName("threads")->Arg(1)->Arg(2)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
}  // namespace burelu
