// What several ranks would each do in a certificate: arithmetic of the busiest rank against an equal share, what is
// waited for round by round, bytes received, processor seconds. Ranks are threads here, so that all but the seconds
// does not depend on the machine. Bounds are checked to be the same before anything is said.
//
// usage: burelu_certificate_ranks [LINES [RANKS...]]
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <vector>

#include "certificate/certifier.hpp"
#include "cpu/cpu_backend.hpp"
#include "driver/devices.hpp"
#include "driver/jobs.hpp"
#include "linalg/thread_scope.hpp"
#include "ranks/lead.hpp"
#include "ranks/serve.hpp"
#include "relaxation/iteration.hpp"
#include "relaxation/policy.hpp"
#include "relaxation/start.hpp"
#include "support/instances.hpp"
#include "support/thread_ranks.hpp"

namespace burelu {
namespace {

constexpr int kRank = 21;
constexpr int kEvaluations = 29;  // of a window
constexpr int kFirst = 20;        // windows before the first certificate,
constexpr int kSecond = 26;       // and the second

struct Iterate {
  std::vector<Multiplier> pairs;
  std::vector<double> tau;
  Matrix W;
};

/// Those that a solve would certify.
std::vector<Iterate> iterates(const RelaxationData& data) {
  CpuBackend backend(data, 20, 1, 1e-2, policy::most_listed(data.m));
  const Point start = random_point(data, kRank, 1);
  backend.write_point(start.Shat, start.Ut);
  std::vector<Iterate> out;
  for (int window = 1; window <= kSecond; ++window) {
    list_pairs(backend);
    descend(backend, kEvaluations - 1);
    update(backend);
    if (window != kFirst && window != kSecond) continue;
    Snapshot now;
    backend.read(now, kDual | kPoint);
    out.push_back({now.multipliers, now.tau, now.E});
  }
  return out;
}

double processor_seconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

struct Spent {
  std::vector<double> seconds, bytes;  // of each rank
  Proposal last;
  double bound = 0.0;
};

Spent certify(const Problem& problem, const Presolved& reduced, const std::vector<Iterate>& points, int size) {
  Spent out;
  out.seconds.resize(static_cast<std::size_t>(size));
  out.bytes.resize(static_cast<std::size_t>(size));
  test::ThreadRanks(size).run([&](Ranks& ranks) {
    const ThreadScope one(1);
    const double before = processor_seconds();
    if (ranks.rank() > 0) {
      serve(
          ranks, [](const std::string& name) { return find_device(name); }, all_jobs(), 1);
    } else {
      Lead lead(ranks);
      lead.device("cpu", cpu_device());
      Certifier certifier(problem, reduced);
      if (size > 1) certifier.share_with(&lead);
      for (const Iterate& point : points) {
        out.last = certifier.propose({&point.pairs, &point.tau, &point.W});
        const std::optional<Certificate> proof = certifier.prove(out.last);
        if (proof) out.bound = std::max(out.bound, proof->lower_bound);
      }
    }
    const auto k = static_cast<std::size_t>(ranks.rank());
    out.seconds[k] = processor_seconds() - before;
    out.bytes[k] = static_cast<double>(ranks.traffic().bytes);
  });
  return out;
}

int run(index_t n, const std::vector<int>& sizes) {
  const test::Instance instance = test::teacher(n, 10, 3, 1, 0.03 * static_cast<double>(n));
  const Problem problem = instance.problem();
  const Presolved reduced = presolve(problem);
  const std::vector<Iterate> points = iterates(prepare(reduced));
  fmt::print("n = {}, {} and {} pairs; the second of two certificates, seconds and MB of both\n\n", n,
             points[0].pairs.size(), points[1].pairs.size());
  fmt::print(
      "| ranks | trials | Gflop of them | busiest | waited for | s of rank 0 | of another | MB received | by another "
      "|\n");
  fmt::print("|---|---|---|---|---|---|---|---|---|\n");
  const double bound = certify(problem, reduced, points, 1).bound;
  for (const int size : sizes) {
    const Spent spent = certify(problem, reduced, points, size);
    if (!(spent.bound == bound && bound > 0.0)) {
      fmt::print("{} ranks prove {}, one rank {}\n", size, spent.bound, bound);
      return 1;
    }
    const Proposal& last = spent.last;
    fmt::print("| {} | {} | {:.1f} | {:.3f} | {:.3f} | {:.2f} | {:.2f} | {:.2f} | {:.2f} |\n", size, last.trials,
               last.flops / 1e9, last.busiest * size / last.flops, last.awaited * size / last.flops, spent.seconds[0],
               *std::max_element(spent.seconds.begin() + (size > 1 ? 1 : 0), spent.seconds.end()), spent.bytes[0] / 1e6,
               *std::max_element(spent.bytes.begin() + (size > 1 ? 1 : 0), spent.bytes.end()) / 1e6);
  }
  return 0;
}

}  // namespace
}  // namespace burelu

int main(int argc, char** argv) {
  const burelu::index_t n = argc > 1 ? std::atoll(argv[1]) : 10000;
  std::vector<int> sizes;
  for (int k = 2; k < argc; ++k) sizes.push_back(std::atoi(argv[k]));
  if (sizes.empty()) sizes = {1, 2, 3, 4, 8, 16};
  return burelu::run(n, sizes);
}
