// The rows of cuts on the device: S = L [A; B] after the first 2m rows of F, and their gradient's way back.
//
// L is q x 2m and sparse, stored by rows for the one product and by columns for the other: a thread owns what it
// writes, so that sums have one order and need no atomics.
#pragma once

#include "resources.hpp"
#include "seam/relaxation_data.hpp"

namespace burelu::cuda {

/// Lines of a sparse matrix: line k is the sum over p in [offset[k], offset[k + 1]) of value[p] times index[p].
struct SparseView {
  std::int64_t lines;
  const std::int64_t* offset;
  const std::int32_t* index;
  const double* value;
};

/// F_S = L F_[A;B]. `factor` is F, rows of `rank`; `base` = 2m. A launch, none without cuts.
void combine_cuts(cudaStream_t stream, const SparseView& rows, std::int64_t base, std::int64_t rank, double* factor);

/// G_[A;B] += L' G_S, G = `gradient`. A launch, none without cuts.
void fold_cuts(cudaStream_t stream, const SparseView& columns, std::int64_t base, std::int64_t rank, double* gradient);

/// L twice, and the weights of pairs with a cut. Without cuts nothing is allocated.
class DeviceCuts {
 public:
  DeviceCuts(const RelaxationData& data, const Stream& stream);

  /// Doubles for `cuts` cuts that have `terms` entries together. Weights: 4 bytes per pair with a cut.
  static std::int64_t doubles(std::int64_t m, std::int64_t cuts, std::int64_t terms);

  SparseView rows() const { return rows_.view(); }
  SparseView columns() const { return columns_.view(); }
  const float* weights() const { return weights_.data(); }

 private:
  struct Sparse {
    std::int64_t lines = 0;
    DeviceBuffer<std::int64_t> offset;
    DeviceBuffer<std::int32_t> index;
    DeviceBuffer<double> value;
    SparseView view() const { return {lines, offset.data(), index.data(), value.data()}; }
  };
  static Sparse upload(const std::vector<std::int64_t>& offset, const std::vector<std::int32_t>& index,
                       const std::vector<double>& value, const Stream& stream);

  Sparse rows_, columns_;
  DeviceBuffer<float> weights_;
};

}  // namespace burelu::cuda
