// What a cell's test compares, by one warp: the open kinks, parabolas and slopes for e'Phi, a linear model and its
// error for what is across e. The formulas and their proofs are those of src/branch/cell_model.cpp and frame.cpp;
// rounding errors are bounded by the same slack, which holds for sums in any order. For .cu files.
#pragma once

#include "cell_arrays.hpp"

namespace burelu::cuda {

struct CellBench {  // one warp's place of work
  const KinksView& kinks;
  CellShared& shared;
  const CellScratch& at;  // shared as well: a warp's registers would not do for so many places
  std::int64_t open = 0;  // kinks

  __device__ double x(int j, std::int64_t i) const { return at.rows[i * kinks.dims + j]; }
  __device__ double v(int j, std::int64_t i) const { return x(j, i) - shared.ratio[j] * at.s[i]; }
  __device__ double g(int z, std::int64_t i) const { return kinks.g[z * kinks.count + at.open[i]]; }
  __device__ double linear_at_centre(int z) const {
    return sum_to(kinks.dims, [&](int j) { return at.linear[z * kinks.dims + j] * shared.work.u[j]; });
  }
  __device__ double size_of_phi() const {
    return sqrt(sum_to(kinks.outputs, [&](int z) { return at.phi[z] * at.phi[z]; }));
  }
  /// e'g of an open kink.
  __device__ double weight(std::int64_t i) const {
    return sum_to(kinks.outputs, [&](int z) { return at.e[z] * g(z, i); });
  }
  __device__ double slack() const { return cell::kSlacks * kinks.slack; }
};

__device__ __forceinline__ void place_cell(CellBench& b, const Box& box) {
  CellShared& shared = b.shared;
  if (lane() == 0) {
    cell::place(shared.work, box.low, box.high, b.kinks.metric, b.kinks.dims);
    shared.work.noise = 0.0;
  }
  __syncwarp();
  if (lane() < b.kinks.dims) {
    shared.work.score[lane()] = 0.0;
    shared.ratio[lane()] = shared.work.curved ? shared.work.mu[lane()] / shared.work.l0 : 0.0;
  }
  __syncwarp();
}

// Signs of all kinks on the box; the linear sum of those that are known, and the others gathered.
__device__ __forceinline__ void narrow_cell(CellBench& b) {
  const KinksView& k = b.kinks;
  const cell::Work& work = b.shared.work;
  int own = 0;
  share(k.count, [&](std::int64_t i) {
    const double s = sum_to(k.dims, [&](int j) { return k.x[j * k.count + i] * work.u[j]; });
    const double r = sum_to(k.dims, [&](int j) { return fabs(k.x[j * k.count + i]) * work.w[j]; });
    b.at.all_s[i] = s;
    b.at.all_r[i] = r;
    if (fabs(s) < r) ++own;
  });
  b.shared.counts[lane()] = own;
  __syncwarp();
  std::int64_t place = 0;
  b.open = 0;
  BURELU_ROLLED
  for (int l = 0; l < kLanes; ++l) {
    if (l < lane()) place += b.shared.counts[l];
    b.open += b.shared.counts[l];
  }
  share(k.count, [&](std::int64_t i) {
    const double s = b.at.all_s[i];
    const double r = b.at.all_r[i];
    if (!(fabs(s) < r)) return;
    b.at.open[place] = static_cast<std::int32_t>(i);
    b.at.s[place] = s;
    b.at.r[place] = r;
    BURELU_ROLLED
    for (int j = 0; j < k.dims; ++j) b.at.rows[place * k.dims + j] = k.x[j * k.count + i];
    ++place;
  });
  warp_sums(
      b.shared, k.outputs * k.dims, k.count,
      [&](int e, std::int64_t i) {
        const double s = b.at.all_s[i];
        return s > 0.0 && s >= b.at.all_r[i] ? k.g[e / k.dims * k.count + i] * k.x[e % k.dims * k.count + i] : 0.0;
      },
      [&](int e, double sum) { b.at.linear[e] = k.linear[e] + sum; });
}

// h at the centre, a lower bound of the maximum.
__device__ __forceinline__ double value_at_centre(CellBench& b) {
  warp_sums(
      b.shared, b.kinks.outputs, b.open,
      [&](int z, std::int64_t i) { return b.at.s[i] > 0.0 ? b.g(z, i) * b.at.s[i] : 0.0; },
      [&](int z, double sum) { b.at.phi[z] = sum + b.linear_at_centre(z); });
  return b.size_of_phi() / b.shared.work.l0;
}

// Above open kinks: a0 + a1 v'z + a2 (v'z)^2, or their chords.
__device__ __forceinline__ void upper_models(CellBench& b) {
  const cell::Work& work = b.shared.work;
  const double stretch = work.l0 / work.least * cell::kWider;
  share(b.open, [&](std::int64_t i) {
    if (!work.curved) {
      const double r = b.at.r[i];
      b.at.reach[i] = r;
      b.at.a1[i] = (b.at.s[i] + r) / (2.0 * r);
      b.at.a0[i] = b.at.a1[i] * r;
      b.at.a2[i] = 0.0;
      return;
    }
    double square = 0.0;
    const double reach = stretch * sum_to(b.kinks.dims, [&](int j) {
                           const double own = fabs(b.v(j, i)) * work.w[j];
                           square += own * own;
                           return own;
                         });
    const cell::Parabola p = cell::parabola_above(b.at.s[i], reach, square);
    b.at.reach[i] = reach;
    b.at.a0[i] = p.a0;
    b.at.a1[i] = p.a1;
    b.at.a2[i] = p.a2;
  });
  __syncwarp();
}

// r, g and A of kinks that help e, and of the linear part.
__device__ __forceinline__ void raise(CellBench& b) {
  const KinksView& k = b.kinks;
  cell::Work& work = b.shared.work;
  share(b.open, [&](std::int64_t i) { b.at.weight[i] = b.weight(i); });
  __syncwarp();
  const auto helps = [&](std::int64_t i) { return b.at.weight[i] > 0.0 ? b.at.weight[i] : 0.0; };
  warp_sums(
      b.shared, 2, b.open,
      [&](int which, std::int64_t i) {
        const double own =
            which == 0 ? b.at.a0[i] : b.at.a0[i] + (fabs(b.at.a1[i]) + b.at.a2[i] * b.at.reach[i]) * b.at.reach[i];
        return helps(i) * own;
      },
      [&](int which, double sum) { (which == 0 ? work.r : work.mass) = sum; });
  const double base = work.r;
  const double tilt = work.curved ? base / work.l0 : 0.0;  // a0 l / l0
  warp_sums(
      b.shared, k.dims, b.open, [&](int j, std::int64_t i) { return helps(i) * b.at.a1[i] * b.v(j, i); },
      [&](int j, double sum) {
        const double linear = sum_to(k.outputs, [&](int z) { return b.at.e[z] * b.at.linear[z * k.dims + j]; });
        b.shared.sums[j] = linear * work.u[j];
        work.g[j] = linear + sum + tilt * work.mu[j];
      });
  warp_sums(
      b.shared, k.dims * (k.dims + 1) / 2, b.open,
      [&](int p, std::int64_t i) {
        return helps(i) * b.at.a2[i] * b.v(b.shared.row[p], i) * b.v(b.shared.column[p], i);
      },
      [&](int p, double sum) {
        work.A[b.shared.row[p]][b.shared.column[p]] = work.A[b.shared.column[p]][b.shared.row[p]] = sum;
      });
  if (lane() == 0) work.r = b.slack() + base + sum_to(k.dims, [&](int j) { return b.shared.sums[j]; });
  __syncwarp();
}

// One sweep of coordinate descent over the slopes of kinks that hinder e; each step needs the one before.
__device__ __forceinline__ void sweep_slopes(CellBench& b) {
  const int d = b.kinks.dims;
  double* tilt = b.shared.tilt;
  const double* reach = b.shared.reach;
  BURELU_ROLLED
  for (std::int64_t i = 0; i < b.open; ++i) {
    const double weight = b.at.weight[i];
    const double curvature = b.at.aside[i];
    if (!(weight < 0.0) || !(curvature > 0.0)) continue;
    const double slope = b.at.s[i] + sum_to(d, [&](int j) { return reach[j] * tilt[j] * b.x(j, i); });
    const double theta = b.at.theta[i];
    double after = theta - slope / (weight * curvature);
    after = after < 0.0 ? 0.0 : (after > 1.0 ? 1.0 : after);
    const double change = weight * (after - theta);
    if (change == 0.0) continue;
    b.at.theta[i] = after;
    BURELU_ROLLED
    for (int j = 0; j < d; ++j) tilt[j] += change * b.x(j, i);
  }
}

// The slopes; r and g receive the kinks that hinder e. Any slopes in [0, 1] are good ones.
__device__ __forceinline__ void flatten(CellBench& b, double t) {
  cell::Work& work = b.shared.work;
  const int d = b.kinks.dims;
  const auto own_slope = [&](std::int64_t i) { return b.at.weight[i] < 0.0 ? b.at.weight[i] * b.at.theta[i] : 0.0; };
  share(b.open, [&](std::int64_t i) {
    const double theta = b.at.a1[i];
    b.at.theta[i] = theta < 0.0 ? 0.0 : (theta > 1.0 ? 1.0 : theta);
  });
  __syncwarp();
  warp_sums(
      b.shared, d, b.open, [&](int j, std::int64_t i) { return own_slope(i) * b.x(j, i); },
      [&](int j, double sum) { b.shared.tilt[j] = work.g[j] - t * work.mu[j] + sum; });
  BURELU_ROLLED
  for (int sweep = 0; sweep < cell::kSweeps; ++sweep) {
    if (lane() < d) {
      const int j = lane();
      const double own = t * b.kinks.metric[j * d + j] / work.l0;
      const double bent = own - 2.0 * work.A[j][j];
      const double curvature = (bent > cell::kFlat * own ? bent : cell::kFlat * own) * work.w[j];
      const double steep = fabs(b.shared.tilt[j]);
      b.shared.reach[j] = work.w[j] > 0.0 ? work.w[j] / (steep > curvature ? steep : curvature) : 0.0;
    }
    __syncwarp();
    share(b.open, [&](std::int64_t i) {
      b.at.aside[i] = sum_to(d, [&](int j) { return b.shared.reach[j] * b.x(j, i) * b.x(j, i); });
    });
    __syncwarp();
    if (lane() == 0) sweep_slopes(b);
    __syncwarp();
  }
  warp_sums(  // afresh: no rounding of the updates is left in them
      b.shared, d, b.open, [&](int j, std::int64_t i) { return own_slope(i) * b.x(j, i); },
      [&](int j, double sum) {
        work.g[j] += sum;
        b.shared.sums[j] = sum * work.u[j];
      });
  if (lane() == 0) work.r += sum_to(d, [&](int j) { return b.shared.sums[j]; });
  __syncwarp();
}

// Phi ~ R + G z with the line half way between each open kink's chord and the line below it, which differ by 2 half;
// theta is its slope, aside is half.
__device__ __forceinline__ void linearise(CellBench& b) {
  const int d = b.kinks.dims;
  share(b.open, [&](std::int64_t i) {
    const double slope = (b.at.s[i] + b.at.r[i]) / (2.0 * b.at.r[i]);
    b.at.theta[i] = slope;
    b.at.aside[i] = 0.5 * slope * (b.at.r[i] - b.at.s[i]);
  });
  __syncwarp();
  warp_sums(
      b.shared, b.kinks.outputs, b.open,
      [&](int z, std::int64_t i) { return b.g(z, i) * (b.at.theta[i] * b.at.s[i] + b.at.aside[i]); },
      [&](int z, double sum) { b.at.R[z] = sum + b.linear_at_centre(z); });
  warp_sums(
      b.shared, b.kinks.outputs * d, b.open,
      [&](int k, std::int64_t i) { return b.g(k / d, i) * b.at.theta[i] * b.x(k % d, i); },
      [&](int k, double sum) { b.at.G[k] = b.at.linear[k] + sum; });
}

struct Projected {
  double lowest;  // of e'Phi on the box
  double error;   // of what is left across e
};

// Takes e out of R and G.
__device__ __forceinline__ Projected project(CellBench& b) {
  const int d = b.kinks.dims;
  const int c = b.kinks.outputs;
  warp_sums(
      b.shared, 2, b.open,
      [&](int which, std::int64_t i) {
        const double p = b.weight(i);
        const double square = sum_to(c, [&](int z) { return b.g(z, i) * b.g(z, i); });
        const double across = square - p * p;
        const double rest = (across > 0.0 ? across : 0.0) + 8.0 * static_cast<double>(c + 4) * cell::kUnit * square;
        return (which == 0 ? fabs(p) : sqrt(rest)) * b.at.aside[i];
      },
      [&](int which, double sum) { b.shared.kept[which] = sum; });
  const double middle = sum_to(c, [&](int z) { return b.at.e[z] * b.at.R[z]; });
  __syncwarp();
  share(c, [&](std::int64_t z) { b.at.R[z] -= middle * b.at.e[z]; });
  if (lane() < d) {
    const double slope = sum_to(c, [&](int z) { return b.at.e[z] * b.at.G[z * d + lane()]; });
    BURELU_ROLLED
    for (int z = 0; z < c; ++z) b.at.G[z * d + lane()] -= slope * b.at.e[z];
    b.shared.sums[lane()] = fabs(slope) * b.shared.work.w[lane()];
  }
  __syncwarp();
  const double swing = sum_to(d, [&](int j) { return b.shared.sums[j]; });
  const Projected out{middle - b.slack() - b.shared.kept[0] - swing, b.slack() + b.shared.kept[1]};
  __syncwarp();  // all have read what comes next
  return out;
}

}  // namespace burelu::cuda
