// The CPU backend: the fallback where there is no GPU, and the oracle of the others. The room linalg/ for the skinny
// products, own vectorised loops over lists of pairs for the interaction pass (isa/pairs.inl), shared out to a team.
// Results do not depend on the size of the team.
//
// Several ranks share the lines (line_share.hpp): each has the unknowns, the loss rows and the lists of its own lines,
// and F whole. An evaluation receives the others' rows of F once, and sums.
#pragma once

#include <memory>

#include "cpu/cpu_descent.hpp"
#include "cpu/isa/kernels.hpp"
#include "cpu/line_share.hpp"
#include "cpu/pair_list.hpp"
#include "cpu/pair_scan.hpp"
#include "seam/relaxation_data.hpp"

namespace burelu {

class CpuBackend final : public CpuDescent<Backend> {
 public:
  /// `memory` L-BFGS pairs, `threads` for lists and panel, initial penalty `sigma`, `pairs` listed at most (0: any)
  /// by all ranks.
  CpuBackend(const RelaxationData& data, int memory, int threads, double sigma, std::int64_t pairs = 0,
             Ranks& ranks = Ranks::solo());

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

  const LineShare& lines() const { return lines_; }
  std::int64_t entries() const { return list_.entries(); }  ///< of this rank's list

 private:
  /// Rows of F whose sums are one number, of one group of lines.
  struct Block {
    index_t begin, end;
    int slot;
  };
  /// What pull_back() adds up besides the gradient of Ut.
  enum Sum : std::int64_t { kSlope, kSquare, kResidual, kTargets, kPenalty, kSums };

  double* shat(double* z) const { return z; }
  double* ut(double* z) const { return z + lines_.lines() * rank_; }
  template <class Work>
  void each_group(double flops, const Work& work) const;  // work(group)
  template <class Work>
  void each_block(const Work& work) const;  // work(block, its number)
  void share_rows(double* values, index_t width);
  void exchange_factor();
  void activate(const LineGroup& group);
  void gather_loss_rows(const LineGroup& group);
  void solve_output_weights();
  void pull_rows(const LineGroup& group, double* gradient_of_Ut);
  isa::PairRows rows();
  void list(std::vector<ListedPair> pairs);
  std::vector<char> own_rows() const;
  double mass() const;
  double largest_diagonal() const;
  std::vector<ListedPair> listed() const;
  std::vector<ListedPair> gather(const std::vector<ListedPair>& own) const;
  Matrix gather_lines(const double* own, index_t width) const;
  Matrix gather_residual() const;

  const RelaxationData data_;
  const LineShare lines_;
  std::vector<Block> blocks_;
  int rank_ = 0;
  int stride_ = 0;                           // of a row of F: rank padded to kLanes
  Buffer<double> factor_, gradient_factor_;  // F and G F, 2m x stride_
  Buffer<double> packed_;                    // rows of F on their way
  PairList list_;
  Buffer<entry::UpdateSums> block_sums_;
  SlotSums normal_sums_, sums_;
  Buffer<double> importance_;  // q per row of F
  Buffer<double> tau_;         // of all lines, those of other ranks old
  Buffer<double> targets_;     // Y of the loss rows
  // Of this rank's lines and loss rows.
  Buffer<double> activation_, norm_;     // P, |p_k|
  Buffer<double> loss_rows_, residual_;  // H, E
  Buffer<double> loss_gradient_, pulled_;
  Buffer<double> output_, normal_;  // V (c x rank)
};

}  // namespace burelu
