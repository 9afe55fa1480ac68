// What one warp works on while it tests a cell: in shared memory, and in its own part of the device's. For .cu files.
#pragma once

#include <cstddef>

#include "cell_kernels.hpp"
#include "device.hpp"

namespace burelu::cuda {

inline constexpr int kLanes = 32;  // a block is one warp
inline constexpr int kGroup = 16;  // sums at a time
inline constexpr unsigned kAllLanes = 0xffffffffU;

// Arrays of all kinks, then of the open ones.
struct CellScratch {
  double *all_s, *all_r;  // x'u and its reach, of all kinks
  double *s, *r, *rows;   // of the open ones; x by rows
  double *reach, *a0, *a1, *a2;
  double *weight, *theta, *aside;
  double *linear, *G;          // c x d
  double *phi, *R, *e, *kept;  // c
  std::int32_t* open;

  __device__ CellScratch(double* at, const KinksView& k) {
    const std::int64_t m = k.count;
    const std::int64_t c = k.outputs;
    const auto part = [&at](std::int64_t size) {
      double* const here = at;
      at += size;
      return here;
    };
    all_s = part(m);
    all_r = part(m);
    s = part(m);
    r = part(m);
    reach = part(m);
    a0 = part(m);
    a1 = part(m);
    a2 = part(m);
    rows = part(m * k.dims);
    weight = part(m);
    theta = all_s;  // which are done with when slopes are chosen
    aside = all_r;
    linear = part(c * k.dims);
    G = part(c * k.dims);
    phi = part(c);
    R = part(c);
    e = part(c);
    kept = part(c);
    open = reinterpret_cast<std::int32_t*>(part((m + 1) / 2));
  }
};

struct CellShared {
  cell::Work work;
  CellScratch at;
  double ratio[cell::kDims];  // v = x - s ratio: mu / l0, or zero where chords are taken
  double tilt[cell::kDims];   // slope of the bound, minus the threshold's
  double reach[cell::kDims];  // what the slopes' sweep takes for the size of the box
  double sums[cell::kDims];
  double kept[cell::kDims];  // scores of the worst sector
  double result;
  std::int32_t counts[kLanes];
  unsigned char row[cell::kDims * (cell::kDims + 1) / 2], column[cell::kDims * (cell::kDims + 1) / 2];
};
static_assert(offsetof(cell::Work, L) == offsetof(cell::Work, H) + sizeof(cell::Work::H) &&
                  2 * sizeof(cell::Work::H) >= sizeof(double) * kGroup * kLanes,
              "partial sums lie where the form's matrices will be");

BURELU_FORMULA std::int64_t scratch_size(std::int64_t count, std::int64_t dims, std::int64_t outputs) {
  return count * (dims + 9) + (count + 1) / 2 + outputs * (2 * dims + 4);
}

__device__ __forceinline__ int lane() { return static_cast<int>(threadIdx.x); }

/// The loops of a warp, which stay loops: unrolled, they take so many registers that few warps fit on a multiprocessor.
#if defined(__CUDACC__)
#define BURELU_ROLLED _Pragma("unroll 1")
#else
#define BURELU_ROLLED
#endif

/// Sum of term(j), j < count.
template <class Term>
__device__ __forceinline__ double sum_to(int count, Term term) {
  double sum = 0.0;
  BURELU_ROLLED
  for (int j = 0; j < count; ++j) sum += term(j);
  return sum;
}

/// work(i) for i < count, shared out among the lanes.
template <class Work>
__device__ __forceinline__ void share(std::int64_t count, Work work) {
  BURELU_ROLLED
  for (std::int64_t i = lane(); i < count; i += kLanes) work(i);
}

/// sink(k, sum of term(k, i) over i < count) for k < sums, by one lane each, in a fixed order. Lanes read from
/// banks of shared memory that differ.
template <class Term, class Sink>
__device__ __forceinline__ void warp_sums(CellShared& shared, int sums, std::int64_t count, Term term, Sink sink) {
  double* partial = reinterpret_cast<double*>(shared.work.H);
  BURELU_ROLLED
  for (int first = 0; first < sums; first += kGroup) {
    const int some = sums - first < kGroup ? sums - first : kGroup;
    BURELU_ROLLED
    for (int k = 0; k < some; ++k) {
      double sum = 0.0;
      share(count, [&](std::int64_t i) { sum += term(first + k, i); });
      partial[k * kLanes + lane()] = sum;
    }
    __syncwarp();
    const int k = lane() % kGroup;
    const int half = lane() / kGroup * kGroup;
    double sum = 0.0;
    if (k < some) sum = sum_to(kGroup, [&](int l) { return partial[k * kLanes + half + (l + k) % kGroup]; });
    sum += __shfl_xor_sync(kAllLanes, sum, kGroup);
    if (lane() < some) sink(first + lane(), sum);
    __syncwarp();
  }
}

}  // namespace burelu::cuda
