#include "slack.hpp"

#include <cmath>

#include "linalg/memory.hpp"
#include "slack_kernels.hpp"

namespace burelu::cuda {
namespace {

// Room is looked for where the members are made, between the handle that knows the workspace and the first buffer.
bool require_room(std::int64_t bytes, int device) {
  require_memory(bytes, cuda_free_memory(device), "cuda:" + std::to_string(device));
  return true;
}

// Copies in place have read the host's memory before it may go, also where a call in between fails.
class Settled {
 public:
  explicit Settled(cudaStream_t stream) : stream_(stream) {}
  ~Settled() { cudaStreamSynchronize(stream_); }
  Settled(const Settled&) = delete;
  Settled& operator=(const Settled&) = delete;

 private:
  cudaStream_t stream_;
};

}  // namespace

std::int64_t CudaSlack::bytes(const SlackSize& s, Solver::Workspace workspace) {
  const std::int64_t order = s.order();
  const std::int64_t doubles =
      3 * order * order + s.rows * s.features + s.rows + order + order * s.columns + Blas::kScalars + Solver::kDoubles;
  return 8 * doubles + std::int64_t{sizeof(int)} + Blas::kWorkspace + static_cast<std::int64_t>(workspace.device);
}

CudaSlack::CudaSlack(const Matrix& X, double gamma, index_t columns, int device)
    : home_(device),
      shape_{X.rows, X.cols, columns},
      gamma_(gamma),
      solver_(stream_),
      workspace_(solver_.workspace(shape_.order())),
      room_(require_room(bytes(shape_, workspace_) - 8 * Solver::kDoubles, device)),
      blas_(stream_),
      X_(X.rows * X.cols, stream_),
      tied_(X.rows, stream_),
      form_(shape_.order() * shape_.order(), stream_),
      anchor_(form_.size(), stream_),
      matrix_(form_.size(), stream_),
      values_(shape_.order(), stream_),
      columns_(shape_.order() * columns, stream_),
      info_(1, stream_),
      work_(static_cast<std::int64_t>(workspace_.device), stream_),
      host_work_(workspace_.host) {
  X_.write(stream_, X.data.data(), X_.size());
}

// Memory of the host that is not page-locked: the copy is done when this returns.
void CudaSlack::fetch(void* to, const void* from, std::size_t bytes) const {
  check(cudaMemcpyAsync(to, from, bytes, cudaMemcpyDeviceToHost, stream_), "cudaMemcpyAsync");
  stream_.wait();
}

void CudaSlack::put(const DeviceBuffer<double>& to, const std::vector<double>& lower) const {
  const DeviceScope scope(home_.device());
  to.write_in_place(lower.data(), to.size());
}

void CudaSlack::assemble(const SlackMixture& mixture) {
  tied_.write_in_place(mixture.tied.data(), shape_.rows);
  mix_slack(stream_, {form_.data(), anchor_.data(), X_.data(), tied_.data(), matrix_.data(), shape_.rows,
                      shape_.features, mixture.form, mixture.anchor, gamma_, mixture.spare});
}

bool CudaSlack::factorise(const SlackMixture& mixture) {
  const DeviceScope scope(home_.device());
  const Settled settled(stream_);
  assemble(mixture);
  int info = 0;
  solver_.factorise(shape_.order(), matrix_.data(), work_.data(), host_work_.data(), workspace_, info_.data());
  fetch(&info, info_.data(), sizeof(info));
  return info == 0;
}

void CudaSlack::solve(Matrix& Z, bool transposed) {
  const DeviceScope scope(home_.device());
  const Settled settled(stream_);
  const auto entries = static_cast<std::int64_t>(Z.data.size());
  columns_.write_in_place(Z.data.data(), entries);
  blas_.solve_triangular(shape_.order(), Z.cols, matrix_.data(), transposed, columns_.data());
  fetch(Z.data.data(), columns_.data(), static_cast<std::size_t>(entries) * sizeof(double));
}

// Of the lower triangle: half of the squares, at least.
double CudaSlack::norm_of_matrix() {
  double norm = 0.0;
  blas_.norm(matrix_.size(), matrix_.data(), values_.data());
  fetch(&norm, values_.data(), sizeof(norm));
  return norm;
}

Curvature CudaSlack::negative_part(const SlackMixture& mixture) {
  const DeviceScope scope(home_.device());
  const Settled settled(stream_);
  assemble(mixture);
  const double norm = norm_of_matrix();
  if (!std::isfinite(norm) || norm == 0.0) return {};
  Solver::Range range{-2.0 * norm};
  int info = -1;
  if (!solver_.negative_part(shape_.order(), matrix_.data(), values_.data(), range, work_.data(), host_work_.data(),
                             workspace_, info_.data()))
    return {};
  fetch(&info, info_.data(), sizeof(info));
  if (info != 0 || range.found == 0) return {};
  const auto found = static_cast<std::size_t>(range.found);
  Curvature out{std::vector<double>(found), std::vector<double>(found * static_cast<std::size_t>(shape_.order()))};
  fetch(out.values.data(), values_.data(), out.values.size() * sizeof(double));
  fetch(out.vectors.data(), matrix_.data(), out.vectors.size() * sizeof(double));
  return out;
}

}  // namespace burelu::cuda
