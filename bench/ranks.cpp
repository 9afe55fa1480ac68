// What several ranks would each do in an evaluation: arithmetic of the busiest rank against an equal share, bytes it
// receives against F, sums that are exchanged. Ranks are threads here, so that these do not depend on the machine.
// The same for the rows that GPUs share (cuda/row_share.hpp), which is known without a run. Then what one thread takes
// for each part, in processor seconds: the model of docs/ranks.md is made of these.
//
// usage: burelu_ranks [LINES [RANKS...]]
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <string>
#include <vector>

#include "cpu/cpu_backend.hpp"
#include "relaxation/iteration.hpp"
#include "relaxation/policy.hpp"
#include "relaxation/start.hpp"
#include "row_share.hpp"
#include "support/instances.hpp"
#include "support/thread_ranks.hpp"

namespace burelu {
namespace {

constexpr index_t kFeatures = 10;
constexpr index_t kOutputs = 3;
constexpr int kRank = 21;
constexpr int kMemory = 20;
constexpr int kEvaluations = 29;  // of a window, with one scan

struct Load {
  double pass = 0.0, lines = 0.0, panel = 0.0, scan = 0.0;  // flops of an evaluation
  double bytes = 0.0, calls = 0.0;                          // of an evaluation
  double total() const { return pass + lines + panel + scan; }
};

Load load_of(const CpuBackend& backend, const RelaxationData& data, const Traffic& traffic, double evaluations) {
  Load load;
  constexpr double r = kRank;
  const auto lines = static_cast<double>(backend.lines().lines());
  load.pass = 4.0 * r * static_cast<double>(backend.entries());
  load.lines = lines * r * (4.0 * kFeatures + r + 6.0 * kOutputs + 32.0);
  load.panel = 16.0 * kMemory * r * lines;
  for (const LineGroup& group : backend.lines().own())
    for (const index_t half : {index_t{0}, data.m})
      for (index_t p = half + group.begin; p < half + group.end; ++p)
        load.scan += 2.0 * r * static_cast<double>(data.factor_rows() - p) / evaluations;
  load.bytes = static_cast<double>(traffic.bytes) / evaluations;
  load.calls = static_cast<double>(traffic.calls) / evaluations;
  return load;
}

std::vector<Load> loads(const RelaxationData& data, const Point& start, int size) {
  std::vector<Load> out(static_cast<std::size_t>(size));
  test::ThreadRanks(size).run([&](Ranks& ranks) {
    const std::int64_t pairs = policy::most_listed(data.m);
    CpuBackend backend(data, kMemory, 1, 1e-2, pairs, ranks);
    backend.write_point(start.Shat, start.Ut);
    list_pairs(backend);
    const Traffic before = ranks.traffic();
    descend(backend, kEvaluations - 1);
    update(backend);
    Traffic spent = ranks.traffic();
    spent.bytes -= before.bytes;
    spent.calls -= before.calls;
    Snapshot now;
    backend.read(now, kScalars);
    out[static_cast<std::size_t>(ranks.rank())] =
        load_of(backend, data, spent, static_cast<double>(now.control.count.evaluations));
  });
  return out;
}

/// Rows and tiles of the busiest GPU against an equal share, and what it receives of F with the penalty's sums.
void print_gpus(index_t rows, const std::vector<int>& sizes) {
  fmt::print(
      "\n| GPUs | entries of the busiest, if rows are alike | its part of the scan | received of F "
      "|\n|---|---|---|---|\n");
  const std::int64_t edge = (rows + cuda::kTileRows - 1) / cuda::kTileRows;
  for (const int size : sizes) {
    double most_rows = 0.0;
    double most_pairs = 0.0;
    double received = 0.0;
    for (int rank = 0; rank < size; ++rank) {
      const cuda::RowShare share{rank, size};
      const auto own = static_cast<double>(share.rows(rank, rows));
      const auto blocks = static_cast<double>(cuda::pass_blocks(rows) - share.blocks(rank, rows));
      double pairs = 0.0;
      for (std::int64_t k = 0; k < share.tiles(rank, rows); ++k) pairs += static_cast<double>(edge - share.tile(k));
      most_rows = std::max(most_rows, own);
      most_pairs = std::max(most_pairs, pairs);
      received = std::max(received, (static_cast<double>(rows) - own) * kRank + blocks);
    }
    const auto all = static_cast<double>(rows);
    const auto all_pairs = static_cast<double>(edge * (edge + 1) / 2);
    fmt::print("| {} | {:.3f} | {:.3f} | {:.3f} |\n", size, most_rows * size / all, most_pairs * size / all_pairs,
               received / (all * kRank));
  }
}

double processor_seconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

/// The parts of an evaluation by one thread, after some windows: the lists are those of a running solve.
void time_parts(const RelaxationData& data, const Point& start) {
  constexpr int kWindows = 6;
  CpuBackend backend(data, kMemory, 1, 1e-2, policy::most_listed(data.m));
  backend.write_point(start.Shat, start.Ut);
  list_pairs(backend);
  for (int k = 0; k < kWindows; ++k) {
    descend(backend, kEvaluations - 1);
    update(backend);
  }
  double pass = 0.0;
  double lines = 0.0;
  double panel = 0.0;
  const auto timed = [](double& sum, const auto& work) {
    const double before = processor_seconds();
    work();
    sum += processor_seconds() - before;
  };
  backend.open_window();
  for (int k = 0; k < kEvaluations; ++k) {
    timed(panel, [&] { backend.step(); });
    timed(lines, [&] {
      backend.activations();
      backend.output_layer();
    });
    timed(pass, [&] { backend.interaction_pass(); });
    timed(lines, [&] { backend.pull_back(); });
    timed(panel, [&] {
      backend.judge();
      backend.accept();
      backend.direction();
    });
  }
  double scan = 0.0;
  backend.open_window();
  backend.step();
  backend.activations();
  timed(scan, [&] { backend.scan(); });
  Snapshot now;
  backend.read(now, kScalars);
  const Load load = load_of(backend, data, {}, 1.0);
  const auto rate = [](double flops, double seconds) { return flops / seconds / 1e9; };
  fmt::print(
      "\none thread, {} entries in the lists: ms of an evaluation (Gflop/s): pass {:.3f} ({:.1f}), lines {:.3f} "
      "({:.1f}), L-BFGS {:.3f} ({:.1f}); a scan {:.1f} ({:.1f})\n",
      backend.entries(), 1e3 * pass / kEvaluations, rate(load.pass, pass / kEvaluations), 1e3 * lines / kEvaluations,
      rate(load.lines, lines / kEvaluations), 1e3 * panel / kEvaluations, rate(load.panel, panel / kEvaluations),
      1e3 * scan, rate(load.scan, scan));
}

void run(index_t n, const std::vector<int>& sizes) {
  const RelaxationData data =
      prepare(presolve(test::teacher(n, kFeatures, kOutputs, 1, 0.03 * static_cast<double>(n)).problem()));
  const Point start = random_point(data, kRank, 1);
  const double factor = 2.0 * static_cast<double>(data.m) * kRank * sizeof(double);
  fmt::print("\nn = {}, d = {}, c = {}, r = {}: F has {:.2f} MB\n\n", n, kFeatures, kOutputs, kRank, factor / 1e6);
  fmt::print(
      "| ranks | Mflop of the busiest | share | of it pass, lines, L-BFGS, scan | MB received | of F | sums |\n");
  fmt::print("|---|---|---|---|---|---|---|\n");
  for (const int size : sizes) {
    Load most;
    double total = 0.0;
    for (const Load& load : loads(data, start, size)) {
      total += load.total();
      if (load.total() > most.total()) most = load;
    }
    fmt::print("| {} | {:.1f} | {:.3f} | {:.0f}, {:.0f}, {:.0f}, {:.0f} % | {:.3f} | {:.3f} | {:.1f} |\n", size,
               most.total() / 1e6, most.total() * size / total, 100.0 * most.pass / most.total(),
               100.0 * most.lines / most.total(), 100.0 * most.panel / most.total(), 100.0 * most.scan / most.total(),
               most.bytes / 1e6, most.bytes / factor, most.calls);
  }
  print_gpus(data.factor_rows(), sizes);
  time_parts(data, start);
}

}  // namespace
}  // namespace burelu

int main(int argc, char** argv) {
  const burelu::index_t n = argc > 1 ? std::atoll(argv[1]) : 10000;
  std::vector<int> sizes;
  for (int k = 2; k < argc; ++k) sizes.push_back(std::atoi(argv[k]));
  if (sizes.empty()) sizes = {1, 2, 3, 4, 8, 16, 32};
  burelu::run(n, sizes);
}
