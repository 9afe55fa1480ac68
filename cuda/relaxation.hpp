// The augmented Lagrangian of the relaxation on the device (src/cpu/cpu_backend.hpp is the same on the CPU).
//
// Multipliers: lists of pairs of rows of F = [A; B] (pair_list.hpp).
//
// Several ranks, each with its device, share the rows of F (row_share.hpp): their entries, their rows of G F and their
// part of the scan. All else is done by all of them alike, from the same numbers, so that each has what one device
// alone would have.
#pragma once

#include <memory>

#include "cuda_backend.hpp"
#include "descent.hpp"
#include "interaction.hpp"
#include "multipliers.hpp"
#include "normal_equations.hpp"
#include "pair_lists.hpp"
#include "row_exchange.hpp"
#include "rows.hpp"
#include "scan.hpp"
#include "seam/relaxation_data.hpp"

namespace burelu::cuda {

class CudaRelaxation final : public CudaDescent<Backend> {
 public:
  /// `way`: of the rows to other ranks, where there are some and one was found.
  CudaRelaxation(const RelaxationData& data, const BackendOptions& options, int device, const CudaTuning& tuning,
                 std::unique_ptr<NcclWay> way = {});
  ~CudaRelaxation() override { home_.leave(); }

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

  /// Doubles of the buffers that a rank does not change, the list's among them, and of those that it does.
  static std::int64_t fixed_doubles(const CudaShape& shape);
  static std::int64_t rank_doubles(const CudaShape& shape);

 private:
  void upload(const RelaxationData& data);
  void read_multipliers(Snapshot& into, Fetch& fetch);
  template <class Out>
  void fetch_listed(Fetch& fetch, std::vector<Out>& out);
  void make_room(const Lists& seen, std::int64_t most);
  RowShare share() const { return exchange_ ? exchange_->share() : RowShare{}; }
  void exchange_rows(RowExchange::Sums sums);
  void scan_shared(const ScanView& view);
  template <class Out>
  void gather(std::vector<Out>& pairs) const;
  bool known_to_have_halted() const override { return exchange_ && exchange_->halted(); }
  std::int64_t unknown_shat() const { return shape_.m * shape_.rank; }
  RowsView rows() const;
  PairView pairs() const;
  PassView pass() const;
  NormalView normal() const;

  CudaShape shape_;  ///< of what is allocated
  double gamma_, mean_kernel_;
  bool may_grow_;                // no one said how long the list may be
  std::int64_t last_count_ = 0;  // pairs at the last time that they were read
  PairLists lists_;
  DeviceBuffer<double> XK_, X_columns_, norms_, Y_, K_, decay_;
  DeviceBuffer<std::int32_t> negative_;
  DeviceBuffer<double> negative_scale_, importance_, next_importance_, tau_, norm_, residual_;
  DeviceBuffer<double> row_norm_, pass_sums_;  // |f_p|; sums of the blocks of a pass
  DeviceBuffer<SampledPair> sample_;
  DeviceBuffer<float> unit_;
  DeviceBuffer<double> factor_, gradient_factor_, activation_;
  DeviceBuffer<double> loss_rows_;               // [H | Y], rows of r + c
  DeviceBuffer<double> normal_, normal_work_;    // [H'H; Y'H], and its factor
  DeviceBuffer<double> output_, signed_output_;  // V (c x r), [V | -I]
  DeviceBuffer<double> loss_gradient_, pulled_, decay_product_;
  std::unique_ptr<RowExchange> exchange_;  ///< none where there is one rank
};

}  // namespace burelu::cuda
