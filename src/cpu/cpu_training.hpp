// The training loss on the CPU: dense products, Cholesky for the output weights.
//
// Shapes: n rows, d features, c outputs, k neurons; all matrices row-major, z = [Ut (d x k) | Vt (c x k)].
#pragma once

#include "cpu/cpu_descent.hpp"
#include "seam/training_backend.hpp"

namespace burelu {

class CpuTraining final : public CpuDescent<TrainingBackend> {
 public:
  /// Keeps a reference to the problem. `memory` pairs of L-BFGS; products use the threads of the scope.
  CpuTraining(const TrainingProblem& problem, int memory, int threads);

  void write_network(const Network& network, OutputWeights output) override;
  void smooth(double width) override;
  void network_pass() override;
  void read(Snapshot& into, unsigned what) override;

 private:
  void hidden_layer(const double* Ut, double width);  // P = XK Ut, R = relu(P)
  void output_weights(const double* z);               // V: given, or the ridge solution for R
  bool solve_ridge(double shift);
  void residual();  // E = R V' - Y
  double input_gradient(const double* Ut);
  void output_gradient();
  template <class Work>
  void each_entry(std::int64_t entries,
                  const Work& work) const;  // work(entry of n x k), shared out where it is worth it

  const TrainingProblem& problem_;
  index_t n_, d_, c_, k_ = 0;
  bool eliminated_ = false;
  double unit_ = 1.0;       // mean |X U| of the network written
  double width_ = 0.0;      // of the rounded kink
  Buffer<double> XK_, KK_;  // n x d, K'K
  Buffer<double> P_, R_;    // n x k
  Buffer<double> V_;        // c x k
  Buffer<double> E_;        // n x c
  Buffer<double> gram_ridge_, right_;
};

}  // namespace burelu
