// The training loss on the device (src/cpu/cpu_training.hpp is the same on the CPU): three products and a mask.
//
// Shapes: n rows, d features, c outputs, k neurons; all matrices row-major, z = [Ut (d x k) | Vt (c x k)].
#pragma once

#include "cuda_backend.hpp"
#include "descent.hpp"
#include "normal_equations.hpp"

namespace burelu::cuda {

class CudaTraining final : public CudaDescent<TrainingBackend> {
 public:
  CudaTraining(const TrainingProblem& problem, int memory, int device);
  ~CudaTraining() override { home_.leave(); }

  void write_network(const Network& network, OutputWeights output) override;
  void smooth(double width) override;
  void network_pass() override;
  void read(Snapshot& into, unsigned what) override;

  /// The most doubles of device memory in use at a time, with free or with eliminated output weights.
  static std::int64_t most_doubles(const TrainingSize& shape);

 private:
  static std::int64_t width_doubles(const TrainingSize& shape, bool eliminated);
  void resize_for(std::int64_t k, bool eliminated);
  void evaluate_hidden(const double* Ut, const double* width);
  void output_weights(const double* z);
  void solve_ridge();
  void output_gradient();
  void input_gradient(const double* Ut);

  const TrainingProblem& problem_;
  std::int64_t n_, d_, c_, k_ = -1;
  bool eliminated_ = false;
  DeviceBuffer<double> K_, K_inverse_, XK_, decay_, Y_, Y_transposed_, minus_Y_;
  DeviceBuffer<double> scalars_;               // mean |X U| of the network written, width of the rounded kink
  DeviceBuffer<double> P_, R_;                 // n x k
  DeviceBuffer<double> V_, output_product_;    // c x k
  DeviceBuffer<double> E_;                     // n x c
  DeviceBuffer<double> decay_product_;         // d x k
  DeviceBuffer<double> normal_, work_, dual_;  // (o + c) x o with o = min(n, k); c x n
};

}  // namespace burelu::cuda
