// The CPU backend: the fallback where there is no GPU, and the oracle of the others. The room linalg/ for the skinny
// products, own vectorised tiles for the interaction pass (isa/kernels.inl), shared out to a team.
//
// Multipliers form one symmetric matrix over the rows of F = [A; B], stored as T' = T / w in tiles of
// kTile x kTile, lower triangle of tiles only; a tied pair holds -infinity, for which the hinge is always zero.
#pragma once

#include <memory>

#include "cpu/cpu_descent.hpp"
#include "cpu/isa/kernels.hpp"
#include "seam/relaxation_data.hpp"

namespace burelu {

class CpuBackend final : public CpuDescent<Backend> {
 public:
  /// `memory` L-BFGS pairs, `threads` for tiles and panel, initial penalty `sigma`.
  CpuBackend(const RelaxationData& data, int memory, int threads, double sigma);

  void activations() override;
  void output_layer() override;
  void interaction_pass() override;
  void pull_back() override;
  void update_multipliers() override;
  void judge_update() override;
  void extrapolate() override;
  void reweigh() override;
  void write_point(const Matrix& Shat, const Matrix& Ut) override;
  void write_multipliers(const std::vector<Multiplier>& pairs) override;
  void read(Snapshot& into, unsigned what) override;
  void exchange(Archive& archive) override;

 private:
  double* shat(double* z) { return z; }
  double* ut(double* z) { return z + data_.m * rank_; }
  void gather_loss_rows();
  void solve_output_weights();
  void transpose_tiles();
  isa::Tile tile(index_t row, index_t col, int part);
  void reduce_gradient();
  double largest_diagonal() const;
  void build_weights();
  void read_multipliers(Snapshot& into) const;
  template <class Work>
  void for_each_tile(const Work& work);  // work(tile row, tile column, part of the team)

  const RelaxationData data_;
  index_t tiles_ = 0;   // tile rows of F
  index_t padded_ = 0;  // rows of F, padded
  int rank_ = 0;
  int stride_ = 0;                         // of a row of F: rank padded to kLanes
  Buffer<double> factor_, transposed_;     // F (padded_ x stride_), and per tile rank x kTile
  Buffer<double> gradient_factor_;         // parts x (padded_ x stride_): G F
  Buffer<double> multipliers_, previous_;  // T', T'+ of the last update
  Buffer<float> weights_;
  Buffer<double> importance_;                     // q per row of F
  Buffer<double> activation_, norm_;              // P (m x rank), |p_k|
  Buffer<double> loss_rows_, output_, residual_;  // H, V (c x rank), E
  Buffer<double> normal_, loss_gradient_, pulled_, tau_, decay_product_;
};

}  // namespace burelu
