// Branch and bound against everything else that is known of an instance, on many small random ones: one to five
// features and outputs, duplicates, lines, kinks that meet in vertices, features of sizes far apart or in a subspace,
// gamma from 1e-6 of gamma_max to above it. Usage: burelu_branch_soundness [FIRST] [COUNT]; prints a table, and each
// fault.
//
// Of each instance: the bound is below every network found by descent from random starts and by training, the proven
// maximum of h is above dense sampling with local ascents, gamma_max is above every h of the targets, and
// burelu-verify's own search accepts the certificate but none that was tampered with.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "branch/ascent.hpp"
#include "branch/global.hpp"
#include "branch/search.hpp"
#include "driver/devices.hpp"
#include "linalg/random.hpp"
#include "verify/branch.hpp"

using namespace burelu;

namespace {

constexpr std::int64_t kMostCells = 50000;
constexpr double kMostWork = 1e9;  // flops of the search for gamma_max
constexpr double kTolerance = 3e-3;

struct Tally {
  int instances = 0, finished = 0, faults = 0, refused = 0;
  double widest_gap = 0.0, cells = 0.0;
};

struct Instance {
  Matrix X, Y;
  double gamma = 0.0;
  std::string kind;
  Problem problem() const { return {X, Y, gamma}; }
};

Instance instance(std::uint64_t seed) {
  Random random(seed);
  const auto up_to = [&](int most) { return static_cast<index_t>(1 + random.bits() % static_cast<unsigned>(most)); };
  const index_t d = up_to(5), c = up_to(5), n = 2 + up_to(d <= 2 ? 20 : 18 / static_cast<int>(d));
  Instance out{Matrix(n, d), Matrix(n, c), 0.0, "plain"};
  for (double& x : out.X.data) x = random.normal();
  for (double& y : out.Y.data) y = random.normal();
  switch (random.bits() % 6) {
    case 0:
      out.kind = "rows on lines, and zero rows";
      for (index_t i = 1; i < n; ++i)
        if (random.uniform() < 0.5) {
          const double factors[4] = {0.0, 1.0, 2.0, -0.5};
          const double factor = factors[random.bits() % 4];
          for (index_t j = 0; j < d; ++j) out.X(i, j) = factor * out.X(i - 1, j);
        }
      break;
    case 1:
      out.kind = "kinks through vertices";
      for (double& x : out.X.data) x = std::round(x);
      break;
    case 2:
      out.kind = "sizes far apart";
      for (index_t j = 0; j < d; ++j) {
        const double size = std::pow(10.0, 6.0 * random.uniform() - 3.0);
        for (index_t i = 0; i < n; ++i) out.X(i, j) *= size;
      }
      break;
    case 3:
      out.kind = "a subspace";
      for (index_t i = 0; i < n && d > 1; ++i) {
        out.X(i, d - 1) = 0.0;
        for (index_t j = 0; j + 1 < d; ++j) out.X(i, d - 1) += out.X(i, j);
      }
      break;
    default:
      break;
  }
  return out;
}

double height_of(const Matrix& X, const Matrix& W, const std::vector<double>& u) {
  std::vector<double> sum(static_cast<std::size_t>(W.cols), 0.0);
  double length = 0.0, square = 0.0;
  for (const double value : u) length += value * value;
  for (index_t i = 0; i < X.rows; ++i) {
    double s = 0.0;
    for (index_t j = 0; j < X.cols; ++j) s += X(i, j) * u[static_cast<std::size_t>(j)];
    for (index_t z = 0; z < W.cols && s > 0.0; ++z) sum[static_cast<std::size_t>(z)] += s * W(i, z);
  }
  for (const double value : sum) square += value * value;
  return length > 0.0 ? std::sqrt(square / length) : 0.0;
}

// The largest h found by sampling in the features' own sizes, at the rows, and by ascents.
double most_found(const Instance& in, const Matrix& W, const Kinks& kinks, Random& random) {
  double best = 0.0;
  Ascent ascent(kinks);
  std::vector<double> u(static_cast<std::size_t>(in.X.cols)), y(static_cast<std::size_t>(kinks.dims));
  for (int k = 0; k < 400; ++k) {
    for (double& value : u) value = random.normal() * (k % 2 == 0 ? 1.0 : std::pow(10.0, 6.0 * random.uniform()));
    best = std::max(best, height_of(in.X, W, u));
  }
  for (int k = 0; k < 20; ++k) {
    for (double& value : y) value = random.normal();
    ascent.climb(y);
    for (std::size_t i = 0; i < u.size(); ++i) {
      u[i] = 0.0;
      for (std::size_t j = 0; j < y.size(); ++j)
        u[i] += kinks.basis(static_cast<index_t>(i), static_cast<index_t>(j)) * y[j];
    }
    best = std::max(best, height_of(in.X, W, u));
  }
  return best;
}

// Gradient descent on the objective with halved steps: the optimum does not matter, only that none is below the bound.
double descended(const Instance& in, index_t width, Random& random, Network net) {
  if (net.width() == 0) {
    net = {Matrix(in.X.cols, width), Matrix(in.Y.cols, width)};
    for (double& u : net.U.data) u = random.normal();
    for (double& v : net.V.data) v = 0.3 * random.normal();
  }
  const Problem problem = in.problem();
  double value = objective(problem, net), step = 0.1;
  for (int k = 0; k < 300 && step > 1e-14; ++k) {
    Network to = net;
    Matrix E = predict(in.X, net);
    for (std::size_t i = 0; i < E.data.size(); ++i) E.data[i] -= in.Y.data[i];
    for (index_t a = 0; a < net.width(); ++a) {
      for (index_t j = 0; j < in.X.cols; ++j) to.U(j, a) -= step * in.gamma * net.U(j, a);
      for (index_t z = 0; z < in.Y.cols; ++z) to.V(z, a) -= step * in.gamma * net.V(z, a);
      for (index_t i = 0; i < in.X.rows; ++i) {
        double s = 0.0, back = 0.0;
        for (index_t j = 0; j < in.X.cols; ++j) s += in.X(i, j) * net.U(j, a);
        if (!(s > 0.0)) continue;
        for (index_t z = 0; z < in.Y.cols; ++z) {
          back += E(i, z) * net.V(z, a);
          to.V(z, a) -= step * s * E(i, z);
        }
        for (index_t j = 0; j < in.X.cols; ++j) to.U(j, a) -= step * back * in.X(i, j);
      }
    }
    const double next = objective(problem, to);
    if (next < value) {
      value = next;
      net = to;
      step *= 1.5;
    } else {
      step *= 0.5;
    }
  }
  return value;
}

verify::Table table(const Matrix& m) {
  return {static_cast<std::size_t>(m.rows), static_cast<std::size_t>(m.cols), m.data};
}

bool accepted(const Instance& in, const Matrix& W) {
  verify::Claim claim;
  claim.gamma = in.gamma;
  claim.W = table(W);
  return verify::prove_by_branching({table(in.X), table(in.Y)}, claim, 4 * kMostCells).proven;
}

void fault(Tally& tally, std::uint64_t seed, const Instance& in, const char* what, double a, double b) {
  ++tally.faults;
  std::printf("- instance %llu (%s): %s: %.17g and %.17g\n", static_cast<unsigned long long>(seed), in.kind.c_str(),
              what, a, b);
}

void look_at(std::uint64_t seed, Tally& tally) {
  Instance in = instance(seed);
  Random random(seed + 1000003);
  in.gamma = 1.0;
  const Presolved reduced = presolve(in.problem());
  ++tally.instances;
  if (reduced.features() == 0) return;
  const double most = largest_gamma(in.X, in.Y, reduced, 1e-2, 0.0, kMostWork);
  const double sampled = most_found(in, in.Y, make_kinks(in.X, reduced, in.Y), random);
  if (!(most >= sampled)) fault(tally, seed, in, "gamma_max below an h", most, sampled);
  in.gamma = (std::isfinite(most) ? most : sampled) * std::pow(10.0, -6.0 * random.uniform() + 0.2);
  const Presolved again = presolve(in.problem());
  if (again.features() == 0) return;
  GlobalLimits limits;
  limits.tolerance = kTolerance;
  limits.cells = kMostCells;
  limits.seed = seed;
  const GlobalOptimum found = train_globally(*find_device("cpu"), in.problem(), again, limits);
  tally.cells += static_cast<double>(found.cells);
  if (found.certificate.empty()) return;
  const double bound = found.certificate.lower_bound;
  if (found.reached) ++tally.finished;
  if (found.reached) tally.widest_gap = std::max(tally.widest_gap, 1.0 - bound / found.objective);
  for (int start = 0; start < 4; ++start) {
    const double value = descended(in, 1 + start * 3, random, start == 0 ? found.network : Network{});
    if (!(bound <= value)) fault(tally, seed, in, "bound above a network", bound, value);
  }
  const Matrix& W = found.certificate.W;
  const double h = most_found(in, W, make_kinks(in.X, again, W), random);
  if (!(h <= in.gamma * (1.0 + 1e-12))) fault(tally, seed, in, "W is longer than gamma", h, in.gamma);
  if (!accepted(in, W)) {
    ++tally.refused;
    std::printf("- instance %llu (%s): the checker's search does not end\n", static_cast<unsigned long long>(seed),
                in.kind.c_str());
  }
  if (!(h > 0.0)) return;
  Matrix longer = W;
  for (double& w : longer.data) w *= 1.0 + 1e-6 + std::max(in.gamma / h - 1.0, 0.0);
  if (accepted(in, longer)) fault(tally, seed, in, "a W longer than gamma was accepted", h, in.gamma);
}

}  // namespace

int main(int argc, char** argv) {
  const std::uint64_t first = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 0;
  const std::uint64_t count = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 2000;
  Tally tally;
  for (std::uint64_t seed = first; seed < first + count; ++seed) look_at(seed, tally);
  std::printf("| instances | gap below %g | widest gap of those | faults | not decided by the checker | cells |\n",
              kTolerance);
  std::printf("|---|---|---|---|---|---|\n");
  std::printf("| %d | %d | %.3g | %d | %d | %.4g |\n", tally.instances, tally.finished, tally.widest_gap, tally.faults,
              tally.refused, tally.cells);
  return tally.faults > 0 ? 1 : 0;
}
