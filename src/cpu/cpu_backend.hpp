// The CPU backend: the fallback where there is no GPU, and the oracle of the others. The room linalg/ for the skinny
// products, own vectorised loops over lists of pairs for the interaction pass (isa/pairs.inl), shared out to a team.
// Results do not depend on the size of the team.
#pragma once

#include <memory>

#include "cpu/cpu_descent.hpp"
#include "cpu/isa/kernels.hpp"
#include "cpu/pair_list.hpp"
#include "cpu/pair_scan.hpp"
#include "seam/relaxation_data.hpp"

namespace burelu {

class CpuBackend final : public CpuDescent<Backend> {
 public:
  /// `memory` L-BFGS pairs, `threads` for lists and panel, initial penalty `sigma`, `pairs` listed at most (0: any).
  CpuBackend(const RelaxationData& data, int memory, int threads, double sigma, std::int64_t pairs = 0);

  void activations() override;
  void output_layer() override;
  void interaction_pass() override;
  void pull_back() override;
  void scan() override;
  void update_multipliers() override;
  void judge_update() override;
  void extrapolate() override;
  void reweigh() override;
  void write_point(const Matrix& Shat, const Matrix& Ut) override;
  void write_multipliers(const std::vector<Multiplier>& pairs) override;
  void read(Snapshot& into, unsigned what) override;
  void save(BackendState& into) override;
  void load(const BackendState& from) override;

 private:
  double* shat(double* z) { return z; }
  double* ut(double* z) { return z + data_.m * rank_; }
  void gather_loss_rows();
  void solve_output_weights();
  isa::PairRows rows();
  void list(std::vector<ListedPair> pairs);
  double mass() const;
  double largest_diagonal() const;
  void read_multipliers(Snapshot& into) const;
  template <class Work>
  void for_each_block(const Work& work) const;  // work(block of rows, begin, end)

  const RelaxationData data_;
  int rank_ = 0;
  int stride_ = 0;                           // of a row of F: rank padded to kLanes
  Buffer<double> factor_, gradient_factor_;  // F and G F, 2m x stride_
  PairList list_;
  Buffer<entry::UpdateSums> sums_;                // of each block of rows
  Buffer<double> importance_;                     // q per row of F
  Buffer<double> activation_, norm_;              // P (m x rank), |p_k|
  Buffer<double> loss_rows_, output_, residual_;  // H, V (c x rank), E
  Buffer<double> normal_, loss_gradient_, pulled_, tau_, decay_product_;
};

}  // namespace burelu
