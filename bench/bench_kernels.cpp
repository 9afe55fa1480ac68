// Every verb of the seam: checked against the CPU backend, then timed over sizes. Prints milliseconds, GB/s, GFLOP/s
// and two shares of the roofline, whose ceilings (a large copy, a large DGEMM) are measured in the same run: "form" of
// the bytes that the form which runs has to move, "least" of those that any form must (verbs.cpp), each with the limit
// that binds: "mem" where bytes over the copy's rate take longer, "arith" where flops over the product's do. "form"
// counts panels as memory: where they stay in a device's L2 cache it can exceed 100 %.
//
// Flops are dense: on the CPU strips without multipliers cost no product back, so a sparse pass can exceed its
// roofline.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <limits>
#include <map>

#include "burelu/errors.hpp"
#include "linalg/clock.hpp"
#include "verbs.hpp"

namespace burelu::bench {
namespace {

using Json = nlohmann::ordered_json;

struct Settings {
  std::vector<index_t> sizes = {1000, 2000};
  Size size;
  double seconds = 0.3;
  index_t cpu_most = std::numeric_limits<index_t>::max();
  bool quick = false;
  std::string json_path;
  std::string command = "bench_kernels";
};

/// Mean over as many runs as fill the wanted time.
double seconds_of(const Verb& verb, double wanted) {
  verb.run(2);  // a device records its graph and loads its kernels
  for (double count = 1.0;;) {
    const Clock clock;
    verb.run(static_cast<int>(count));
    const double spent = clock.seconds();
    if (spent >= wanted || count > 1e6) return spent / std::floor(count);
    count = std::max(count + 1.0, count * std::min(10.0, 1.2 * wanted / spent));
  }
}

/// The shortest time that the ceilings allow, and which of them it is.
struct Roofline {
  double seconds;
  const char* limit;
};

Roofline roofline(double bytes, double flops, const Ceilings& ceilings) {
  const double memory = bytes / ceilings.bytes_per_second;
  const double arithmetic = flops / ceilings.flops_per_second;
  return memory > arithmetic ? Roofline{memory, "mem"} : Roofline{arithmetic, "arith"};
}

const Json kDefinitions = {
    {"bytes",
     "read and written, each row of F that an entry of a list needs counted as memory although a cache may hold it"},
    {"least_bytes",
     "that any form must move: of each entry of a list the pass reads 16 bytes, the update reads 24 and writes 8; F "
     "and "
     "its gradient once"},
    {"roofline_share", "max(bytes / copy rate, flops / DGEMM rate) / seconds"},
    {"least_share", "max(least_bytes / copy rate, flops / DGEMM rate) / seconds"},
    {"roofline_limit, least_limit", "the larger of the two times: mem or arith"}};

Json measure(const Case& run, const Target& target, const Ceilings& ceilings, double wanted) {
  Running running(run, target);
  Json out = {{"target", target.name}, {"active", running.active_share()}};
  for (const Verb& verb : running.verbs()) {
    const double seconds = seconds_of(verb, wanted);
    const Roofline form = roofline(verb.work.bytes, verb.work.flops, ceilings);
    const Roofline least = roofline(verb.work.least_bytes, verb.work.flops, ceilings);
    out["verbs"].push_back({{"verb", verb.name},
                            {"seconds", seconds},
                            {"bytes", verb.work.bytes},
                            {"least_bytes", verb.work.least_bytes},
                            {"flops", verb.work.flops},
                            {"gb_per_second", verb.work.bytes / seconds / 1e9},
                            {"gflop_per_second", verb.work.flops / seconds / 1e9},
                            {"roofline_share", form.seconds / seconds},
                            {"roofline_limit", form.limit},
                            {"least_share", least.seconds / seconds},
                            {"least_limit", least.limit}});
    fmt::print("  {:5} {:20} {:10.4f} ms {:9.1f} GB/s {:9.1f} GFLOP/s  form {:6.1f} % {:5}  least {:6.1f} % {}\n",
               target.name, verb.name, 1e3 * seconds, verb.work.bytes / seconds / 1e9, verb.work.flops / seconds / 1e9,
               100.0 * form.seconds / seconds, form.limit, 100.0 * least.seconds / seconds, least.limit);
  }
  return out;
}

/// Differences of each verb from the CPU; false where one is too large.
bool check(const Case& run, const Target& tested, const Target& reference, Json& out) {
  bool right = true;
  for (const Check& check : validate(run, tested, reference)) {
    out.push_back({{"verb", check.verb}, {"difference", check.difference}, {"allowed", check.allowed}});
    if (check.right()) continue;
    right = false;
    fmt::print(stderr, "bench_kernels: {} on {} differs from the CPU by {:.1e}, allowed is {:.1e}\n", check.verb,
               tested.name, check.difference, check.allowed);
  }
  return right;
}

/// One size on all targets; what does not fit is said and left out.
Json measure_size(const Size& size, const std::vector<Target>& all, const std::map<std::string, Ceilings>& ceilings,
                  const Settings& settings, bool& right) {
  const Case run(size);
  Json out = {{"n", size.n},       {"d", size.d},         {"c", size.c},
              {"rank", size.rank}, {"pairs", size.pairs}, {"neurons", size.neurons}};
  fmt::print("n {}, d {}, c {}, r {}, {} pairs, {} neurons\n", size.n, size.d, size.c, size.rank, size.pairs,
             size.neurons);
  for (const Target& target : all) {
    if (target.name == "cpu" && size.n > settings.cpu_most) continue;
    Json row = {{"target", target.name}};
    try {
      Json checks = Json::array();
      if (target.name != "cpu") right = check(run, target, all.front(), checks) && right;
      row = measure(run, target, ceilings.at(target.name), settings.seconds);
      row["checks"] = checks;
    } catch (const MemoryError& error) {
      row["left_out"] = error.what();
      fmt::print("  {:5} left out: {}\n", target.name, error.what());
    }
    out["targets"].push_back(row);
  }
  return out;
}

int run(const Settings& settings) {
  CeilingSizes sizes;
  if (settings.quick) sizes = {1 << 20, 128, 128};
  std::string missing;
  const std::vector<Target> all = targets(sizes, missing);
  Json document = {
      {"command", settings.command}, {"environment", environment(all, missing)}, {"definitions", kDefinitions}};
  if (!missing.empty()) fmt::print("CPU only: {}\n", missing);
  std::map<std::string, Ceilings> ceilings;
  for (const Target& target : all) {
    const Ceilings found = ceilings[target.name] = target.ceilings();
    document["ceilings"][target.name] = {{"bytes_per_second", found.bytes_per_second},
                                         {"flops_per_second", found.flops_per_second}};
    fmt::print("{}: {}; copy {:.1f} GB/s, DGEMM {:.1f} GFLOP/s\n", target.name, target.description,
               found.bytes_per_second / 1e9, found.flops_per_second / 1e9);
  }
  bool right = true;
  for (const index_t n : settings.sizes) {
    Size size = settings.size;
    size.n = n;
    document["sizes"].push_back(measure_size(size, all, ceilings, settings, right));
    if (!settings.json_path.empty()) std::ofstream(settings.json_path) << document.dump(1) << '\n';
  }
  return right ? 0 : 1;
}

}  // namespace
}  // namespace burelu::bench

int main(int argc, char** argv) {
  burelu::bench::Settings settings;
  burelu::bench::Size& size = settings.size;
  CLI::App app("Checks every verb of the backends against the CPU, then times it");
  app.add_option("--sizes", settings.sizes, "samples")->delimiter(',')->capture_default_str();
  app.add_option("--rank", size.rank, "columns of the factor")->capture_default_str();
  app.add_option("--features", size.d)->capture_default_str();
  app.add_option("--outputs", size.c)->capture_default_str();
  app.add_option("--pairs", size.pairs, "of L-BFGS")->capture_default_str();
  app.add_option("--neurons", size.neurons, "of the training loss")->capture_default_str();
  app.add_option("--seconds", settings.seconds, "for each verb")->capture_default_str();
  app.add_option("--cpu-most", settings.cpu_most,
                 "samples up to which the CPU is timed (it is compared with at any size)");
  app.add_flag("--quick", settings.quick, "tiny ceilings: to see that it runs");
  app.add_option("--json", settings.json_path, "write everything there");
  CLI11_PARSE(app, argc, argv);
  std::setvbuf(stdout, nullptr, _IOLBF, 0);  // what was measured stays in the log where a limit of time ends the run
  for (int k = 1; k < argc; ++k) settings.command += std::string(" ") + argv[k];
  try {
    return burelu::bench::run(settings);
  } catch (const std::exception& error) {
    fmt::print(stderr, "bench_kernels: {}\n", error.what());
    return 1;
  }
}
