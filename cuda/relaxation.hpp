// The augmented Lagrangian of the relaxation on the device (src/cpu/cpu_backend.hpp is the same on the CPU).
//
// Multipliers: two lower triangles over the rows of F = [A; B] (triangle.hpp), in double or float; arithmetic is
// double.
#pragma once

#include "cuda_backend.hpp"
#include "descent.hpp"
#include "interaction.hpp"
#include "multipliers.hpp"
#include "normal_equations.hpp"
#include "rows.hpp"
#include "seam/relaxation_data.hpp"

namespace burelu::cuda {

struct PanelSize {
  std::int64_t rows, columns;
};

/// For this many rows of F: a panel and what is read beside it should stay in the L2 cache.
PanelSize panel_size(std::int64_t rows, const CudaTuning& tuning);

template <class Stored>
class CudaRelaxation final : public CudaDescent<Backend> {
 public:
  CudaRelaxation(const RelaxationData& data, const BackendOptions& options, int device, const CudaTuning& tuning);
  ~CudaRelaxation() override { this->home_.leave(); }

  void activations() override;
  void output_layer() override;
  void interaction_pass() override;
  void pull_back() override;
  void scan() override {}  // the triangles are a list of all pairs
  void update_multipliers() override;
  void judge_update() override;
  void extrapolate() override;
  void reweigh() override;
  void write_point(const Matrix& Shat, const Matrix& Ut) override;
  void write_multipliers(const std::vector<Multiplier>& pairs) override;
  void read(Snapshot& into, unsigned what) override;
  void save(BackendState& into) override;
  void load(const BackendState& from) override;

  /// Doubles of the buffers that a rank does not change (multipliers apart), and of those that it does.
  static std::int64_t fixed_doubles(const CudaShape& shape, PanelSize panel);
  static std::int64_t rank_doubles(const CudaShape& shape);

 private:
  enum class Pass { evaluate, update };

  void upload(const RelaxationData& data);
  void run_panels(Pass pass);
  void run_panel(Pass pass, const PanelView& panel);
  void read_multipliers(Snapshot& into, Fetch& fetch);
  std::int64_t unknown_shat() const { return shape_.m * shape_.rank; }
  RowsView rows() const;
  PairView<Stored> pairs() const;
  PanelView panel(std::int64_t first_row, std::int64_t first_column) const;
  NormalView normal() const;

  CudaShape shape_;  ///< of what is allocated
  double gamma_, mean_kernel_;
  PanelSize panel_size_;
  std::int64_t panel_blocks_x_, panel_blocks_y_;
  std::int64_t last_count_ = 0;                  // multipliers at the last read
  DeviceBuffer<Stored> multipliers_, previous_;  // T', T'+ of the last update
  DeviceBuffer<double> XK_, X_columns_, norms_, Y_, K_, decay_;
  DeviceBuffer<std::int32_t> negative_;
  DeviceBuffer<double> negative_scale_, importance_, next_importance_, tau_, norm_, residual_, panel_, panel_sums_;
  DeviceBuffer<std::int64_t> offsets_;
  DeviceBuffer<double> factor_, gradient_factor_, activation_;
  DeviceBuffer<double> loss_rows_;               // [H | Y], rows of r + c
  DeviceBuffer<double> normal_, normal_work_;    // [H'H; Y'H], and its factor
  DeviceBuffer<double> output_, signed_output_;  // V (c x r), [V | -I]
  DeviceBuffer<double> loss_gradient_, pulled_, decay_product_;
};

extern template class CudaRelaxation<double>;
extern template class CudaRelaxation<float>;

}  // namespace burelu::cuda
