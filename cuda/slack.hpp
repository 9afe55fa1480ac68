// The slack of certificates on the device (src/cpu/cpu_slack.hpp is the same on the CPU): three matrices of order
// m + d, cuSOLVER's factorisations, cuBLAS's triangular solves. It lives on a stream of its own, for one certificate.
//
// A certificate is made between windows, and each of these verbs but set_form() and set_anchor() waits for its result.
#pragma once

#include <vector>

#include "blas.hpp"
#include "cuda_backend.hpp"
#include "solver.hpp"

namespace burelu::cuda {

class CudaSlack final : public Slack {
 public:
  /// Throws `MemoryError` before it allocates where the device has not what bytes() says.
  /// The device must be the current one.
  CudaSlack(const Matrix& X, double gamma, index_t columns, int device);
  ~CudaSlack() override { home_.leave(); }

  void set_form(const std::vector<double>& lower) override { put(form_, lower); }
  void set_anchor(const std::vector<double>& lower) override { put(anchor_, lower); }
  bool factorise(const SlackMixture& mixture) override;
  void solve_lower(Matrix& Z) override { solve(Z, false); }
  void solve_upper(Matrix& Z) override { solve(Z, true); }
  Curvature negative_part(const SlackMixture& mixture) override;

  static std::int64_t bytes(const SlackSize& shape, Solver::Workspace workspace);

 private:
  void put(const DeviceBuffer<double>& to, const std::vector<double>& lower) const;
  void assemble(const SlackMixture& mixture);
  void solve(Matrix& Z, bool transposed);
  double norm_of_matrix();
  void fetch(void* to, const void* from, std::size_t bytes) const;

  Home home_;
  SlackSize shape_;
  double gamma_;
  Stream stream_;
  Solver solver_;
  Solver::Workspace workspace_;
  bool room_;  // was looked for
  Blas blas_;
  DeviceBuffer<double> X_, tied_, form_, anchor_, matrix_;
  DeviceBuffer<double> values_;  // eigenvalues; the first of them also takes a norm
  DeviceBuffer<double> columns_;
  DeviceBuffer<int> info_;
  DeviceBuffer<char> work_;
  std::vector<char> host_work_;
};

}  // namespace burelu::cuda
