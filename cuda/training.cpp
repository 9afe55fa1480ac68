#include "training.hpp"

#include <algorithm>

#include "network.hpp"

namespace burelu::cuda {
namespace {

std::vector<double> negated(const std::vector<double>& x) {
  std::vector<double> out = x;
  for (double& value : out) value = -value;
  return out;
}

std::vector<double> transpose(const Matrix& M) {
  std::vector<double> out(M.data.size());
  for (index_t i = 0; i < M.rows; ++i)
    for (index_t j = 0; j < M.cols; ++j) out[static_cast<std::size_t>(j * M.rows + i)] = M(i, j);
  return out;
}

}  // namespace

CudaTraining::CudaTraining(const TrainingProblem& problem, int memory, int device)
    : CudaDescent<TrainingBackend>(memory, device),
      problem_(problem),
      n_(problem.rows()),
      d_(problem.features()),
      c_(problem.outputs()) {
  const auto copy = [this](DeviceBuffer<double>& to, const std::vector<double>& from) {
    to = DeviceBuffer<double>(static_cast<std::int64_t>(from.size()), stream_);
    to.write(stream_, from.data(), to.size());
  };
  copy(K_, problem.K.data);
  copy(K_inverse_, problem.K_inverse.data);
  copy(XK_, problem.X.data);
  copy(Y_, problem.Y.data);
  copy(Y_transposed_, transpose(problem.Y));
  copy(minus_Y_, negated(problem.Y.data));
  decay_ = DeviceBuffer<double>(d_ * d_, stream_);
  scalars_ = DeviceBuffer<double>(2, stream_);
  E_ = DeviceBuffer<double>(n_ * c_, stream_);
  const DeviceBuffer<double> X = std::exchange(XK_, DeviceBuffer<double>(n_ * d_, stream_));
  const DeviceBuffer<double> KK(d_ * d_, stream_);
  blas_.product(n_, d_, d_, {X.data(), d_}, {K_.data(), d_}, XK_.data(), d_);
  blas_.product(d_, d_, d_, transposed(K_.data(), d_), {K_.data(), d_}, KK.data(), d_);
  scaled_sum(stream_, decay_.data(), problem.gamma, nullptr, 1.0, KK.data(), d_ * d_);
}

// What depends on the number of neurons: resize_for() allocates it.
std::int64_t CudaTraining::width_doubles(const TrainingSize& s, bool eliminated) {
  const std::int64_t order = eliminated ? std::min(s.rows, s.width) : 0;
  const std::int64_t unknowns = eliminated ? s.features * s.width : (s.features + s.outputs) * s.width;
  const std::int64_t dual = eliminated && s.width > s.rows ? s.outputs * s.rows : 0;
  return sized_doubles(unknowns, s.memory) + 2 * s.rows * s.width + 2 * s.outputs * s.width + s.features * s.width +
         (order + s.outputs) * order + normal_work_doubles(order, s.outputs) + dual;
}

std::int64_t CudaTraining::most_doubles(const TrainingSize& s) {
  const std::int64_t fixed =
      fixed_doubles(s.memory) + 3 * s.features * s.features + s.rows * s.features + 4 * s.rows * s.outputs + 2;
  const std::int64_t set_up =
      s.rows * s.features + s.features * s.features;  // X and K'K, released before the first network
  return fixed + std::max({set_up, width_doubles(s, false), width_doubles(s, true)});
}

void CudaTraining::resize_for(std::int64_t k, bool eliminated) {
  const bool same = k == k_ && eliminated == eliminated_;
  if (!same)  // released before anything new is asked for
    for (DeviceBuffer<double>* buffer : {&P_, &R_, &V_, &output_product_, &decay_product_, &normal_, &work_, &dual_})
      *buffer = {};
  resize(eliminated ? d_ * k : (d_ + c_) * k, same);
  if (same) return;
  k_ = k;
  eliminated_ = eliminated;
  const std::int64_t order = eliminated ? std::min(n_, k) : 0;
  const auto sized = [this](DeviceBuffer<double>& buffer, std::int64_t size) {
    buffer = DeviceBuffer<double>(size, stream_);
  };
  sized(P_, n_ * k);
  sized(R_, n_ * k);
  sized(V_, c_ * k);
  sized(output_product_, c_ * k);
  sized(decay_product_, d_ * k);
  sized(normal_, (order + c_) * order);
  sized(work_, normal_work_doubles(order, c_));
  sized(dual_, eliminated && k > n_ ? c_ * n_ : 0);
}

void CudaTraining::write_network(const Network& network, OutputWeights output) {
  const DeviceScope scope(home_.device());
  resize_for(network.width(), output == OutputWeights::eliminated);
  decay_product_.write(stream_, network.U.data.data(), d_ * k_);
  blas_.product(d_, k_, d_, {K_inverse_.data(), d_}, {decay_product_.data(), k_}, point_.data(), k_);
  if (!eliminated_) {
    std::vector<double> Vt = network.V.data;
    for (double& value : Vt) value /= problem_.output_scale;
    point_.write(stream_, Vt.data(), c_ * k_, d_ * k_);
  }
  evaluate_hidden(point_.data(), nullptr);
  measure_unit(stream_, P_.data(), n_ * k_, scalars_.data());
  smooth(0.0);
}

void CudaTraining::smooth(double width) {
  const DeviceScope scope(home_.device());
  open_level(stream_, state_.data(), width, scalars_.data(), scalars_.data() + 1);
}

void CudaTraining::evaluate_hidden(const double* Ut, const double* width) {
  blas_.product(n_, k_, d_, {XK_.data(), d_}, {Ut, k_}, P_.data(), k_);
  hidden_layer(stream_, P_.data(), R_.data(), n_ * k_, width);
}

void CudaTraining::output_weights(const double* z) {
  if (eliminated_) return solve_ridge();
  scaled_sum(stream_, V_.data(), problem_.output_scale, nullptr, 1.0, z + d_ * k_, c_ * k_);
}

// V' = (R'R + gI)^-1 R'Y = R'(RR' + gI)^-1 Y, whichever system is smaller.
void CudaTraining::solve_ridge() {
  const bool narrow = k_ <= n_;
  const std::int64_t order = narrow ? k_ : n_;
  double* right = normal_.data() + order * order;
  const double* R = R_.data();
  if (narrow) {
    blas_.product(k_, k_, n_, transposed(R, k_), {R, k_}, normal_.data(), k_);
    blas_.product(c_, k_, n_, transposed(Y_.data(), c_), {R, k_}, right, k_);
  } else {
    blas_.product(n_, n_, k_, {R, k_}, transposed(R, k_), normal_.data(), n_);
    check(cudaMemcpyAsync(right, Y_transposed_.data(), Y_transposed_.bytes(), cudaMemcpyDeviceToDevice, stream_),
          "cudaMemcpyAsync");
  }
  double* solution = narrow ? V_.data() : dual_.data();
  solve_normal_equations(stream_, {normal_.data(), work_.data(), solution, nullptr, order, c_, problem_.gamma, true});
  if (!narrow) blas_.product(c_, k_, n_, {solution, n_}, {R, k_}, V_.data(), k_);
}

// dV = E'R + g V, in units of Vt.
void CudaTraining::output_gradient() {
  if (eliminated_) return;
  blas_.product(c_, k_, n_, transposed(E_.data(), c_), {R_.data(), k_}, output_product_.data(), k_);
  scaled_sum(stream_, trial_gradient_.data() + d_ * k_, problem_.output_scale, output_product_.data(), problem_.gamma,
             V_.data(), c_ * k_);
}

// dUt = (XK)'((E V) o relu'(P)) + g K'K Ut; R is overwritten.
void CudaTraining::input_gradient(const double* Ut) {
  blas_.product(d_, k_, d_, {decay_.data(), d_}, {Ut, k_}, decay_product_.data(), k_);
  blas_.product(n_, k_, c_, {E_.data(), c_}, {V_.data(), k_}, R_.data(), k_);
  mask(stream_, P_.data(), R_.data(), n_ * k_, scalars_.data() + 1);
  check(cudaMemcpyAsync(trial_gradient_.data(), decay_product_.data(), decay_product_.bytes(), cudaMemcpyDeviceToDevice,
                        stream_),
        "cudaMemcpyAsync");
  blas_.product(d_, k_, n_, transposed(XK_.data(), d_), {R_.data(), k_}, trial_gradient_.data(), k_, true);
}

void CudaTraining::network_pass() {
  const auto turn = begin(Verb::network_pass);
  if (!turn) return;
  const double* z = trial_.data();
  evaluate_hidden(z, scalars_.data() + 1);
  output_weights(z);
  check(cudaMemcpyAsync(E_.data(), minus_Y_.data(), E_.bytes(), cudaMemcpyDeviceToDevice, stream_), "cudaMemcpyAsync");
  blas_.product(n_, c_, k_, {R_.data(), k_}, transposed(V_.data(), k_), E_.data(), c_, true);
  measure_network(stream_, {E_.data(), V_.data(), n_ * c_, c_ * k_, problem_.gamma}, view());
  output_gradient();
  input_gradient(z);
  measure({z, decay_product_.data(), d_ * k_});
}

void CudaTraining::read(Snapshot& into, unsigned what) {
  const DeviceScope scope(home_.device());
  Fetch fetch(*this);
  fetch.add(&into.control, state_.data(), sizeof(Control));
  if ((what & kGradient) != 0U) {
    fetch.add(into.gradient_Ut = Matrix(d_, k_), gradient_.data());
    fetch.add(into.gradient_Shat = Matrix(eliminated_ ? 0 : c_, k_), gradient_.data() + d_ * k_);
  }
  if ((what & kFactor) != 0U) {
    evaluate_hidden(point_.data(), nullptr);
    output_weights(point_.data());
    blas_.product(d_, k_, d_, {K_.data(), d_}, {point_.data(), k_}, decay_product_.data(), k_);
    fetch.add(into.U = Matrix(d_, k_), decay_product_.data());
    fetch.add(into.V = Matrix(c_, k_), V_.data());
  }
  fetch.wait();
}

}  // namespace burelu::cuda
