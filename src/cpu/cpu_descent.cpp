#include "cpu/cpu_descent.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "cpu/isa/kernels.hpp"
#include "seam/rules.hpp"

namespace burelu {
namespace {

constexpr std::int64_t kAligned = 8;            // doubles of a cache line
constexpr std::int64_t kParallelWork = 400000;  // doubles of panel below which one thread is faster

// The single-thread team of the two-loop recursion.
struct Solo {
  const isa::Kernels& kernels = isa::kernels();
  bool leader() const { return true; }
  double dot(const double* x, const double* y, int n) const { return kernels.dot(x, y, n); }
  void fill(double* x, int n, double value) const { std::fill(x, x + n, value); }
  void scale(double* x, int n, double factor) const {
    for (int i = 0; i < n; ++i) x[i] *= factor;
  }
};

}  // namespace

template <class Base>
CpuDescent<Base>::CpuDescent(int memory, int threads) : team_(threads) {
  control_.memory.capacity = memory;
  const std::int64_t width = 2 * memory + 1;
  gram_ = Buffer<double>(width * width);
  alpha_ = Buffer<double>(memory);
  coefficients_ = Buffer<double>(width);
  partial_ = Buffer<double>(3 * width * team_.size());
}

template <class Base>
void CpuDescent<Base>::resize(std::int64_t unknowns) {
  unknowns_ = unknowns;
  stride_ = (unknowns + 7) / 8 * 8;
  for (Buffer<double>* b : {&point_, &trial_, &gradient_, &trial_gradient_, &direction_}) *b = Buffer<double>(stride_);
  panel_ = Buffer<double>(std::int64_t{2} * control_.memory.capacity * stride_);
  rules::forget_pairs(control_.memory);
}

template <class Base>
template <class Work>
void CpuDescent<Base>::split(const Work& work) const {
  const bool parallel = unknowns_ * 2 * control_.memory.count > kParallelWork;
  (parallel ? team_ : Team()).share(unknowns_, kAligned, work);
}

template <class Base>
void CpuDescent<Base>::open_window() {
  rules::open_window(control_);
}

template <class Base>
void CpuDescent<Base>::judge() {
  rules::judge(control_);
}

template <class Base>
void CpuDescent<Base>::step() {
  if (idle()) return;
  if (control_.search.fresh) {
    std::memcpy(trial_.data(), point_.data(), static_cast<std::size_t>(unknowns_) * sizeof(double));
    return;
  }
  const double t = control_.search.step;
  for (std::int64_t i = 0; i < unknowns_; ++i) trial_[i] = point_[i] + t * direction_[i];
}

template <class Base>
void CpuDescent<Base>::measure_trial(double decay) {
  const auto& kernels = isa::kernels();
  rules::take_gradient(control_, decay, kernels.dot(trial_gradient_.data(), direction_.data(), unknowns_),
                       kernels.dot(trial_gradient_.data(), trial_gradient_.data(), unknowns_));
}

template <class Base>
void CpuDescent<Base>::accept() {
  if (!rules::open_accept(control_)) return;
  const bool pair = control_.search.pair != 0;
  if (pair) add_pair();
  std::swap(point_, trial_);
  std::swap(gradient_, trial_gradient_);
  add_products(pair, control_.memory.head);
  rules::close_accept(control_, gram_.data());
}

template <class Base>
void CpuDescent<Base>::add_pair() {
  double* s = s_column(control_.memory.head);
  double* y = y_column(control_.memory.head);
  const double t = control_.search.step;
  for (std::int64_t i = 0; i < unknowns_; ++i) {
    s[i] = t * direction_[i];
    y[i] = trial_gradient_[i] - gradient_[i];
  }
}

template <class Base>
void CpuDescent<Base>::add_products(bool pair, int slot) {
  const auto& kernels = isa::kernels();
  const int m = control_.memory.capacity;
  const std::int64_t width = 2 * m + 1;
  const int used = control_.memory.filled;
  const double* s = s_column(slot);
  const double* y = y_column(slot);
  const double* g = gradient_.data();
  partial_.fill(0.0);
  split([&](int part, std::int64_t begin, std::int64_t end) {
    double* out = partial_.data() + 3 * width * part;
    const std::int64_t n = end - begin;
    for (int k = 0; k < used; ++k) {
      for (const int column : {k, m + k}) {
        const double* c = panel_.data() + column * stride_ + begin;
        if (pair) {
          kernels.dot3(c, s + begin, y + begin, g + begin, n, out + std::ptrdiff_t{3} * column);
        } else {
          out[3 * column + 2] = kernels.dot(c, g + begin, n);
        }
      }
    }
    out[3 * 2 * m + 2] = kernels.dot(g + begin, g + begin, n);
  });
  for (std::int64_t k = 0; k < width; ++k) {
    double sums[3] = {0.0, 0.0, 0.0};
    for (int part = 0; part < team_.size(); ++part)
      for (int l = 0; l < 3; ++l) sums[l] += partial_[3 * width * part + 3 * k + l];
    const std::int64_t rows[3] = {slot, m + slot, std::int64_t{2} * m};
    for (int l = pair ? 0 : 2; l < 3; ++l) {
      if (k == rows[2] && l < 2) continue;  // g with s and y stands in the other triangle
      gram_[rows[l] * width + k] = sums[l];
      gram_[k * width + rows[l]] = sums[l];
    }
  }
}

template <class Base>
void CpuDescent<Base>::direction() {
  if (idle() || !control_.search.accepted) return;
  const int m = control_.memory.capacity;
  const double slope =
      rules::find_direction(control_.memory, gram_.data(), alpha_.data(), coefficients_.data(), Solo{});
  std::vector<const double*> columns;
  std::vector<double> weights;
  for (int k = 0; k < 2 * m; ++k)
    if (coefficients_[k] != 0.0) {
      columns.push_back(panel_.data() + k * stride_);
      weights.push_back(coefficients_[k]);
    }
  columns.push_back(gradient_.data());
  weights.push_back(coefficients_[std::int64_t{2} * m]);
  split([&](int, std::int64_t begin, std::int64_t end) {
    std::vector<const double*> from(columns.size());
    for (std::size_t k = 0; k < columns.size(); ++k) from[k] = columns[k] + begin;
    std::memset(direction_.data() + begin, 0, static_cast<std::size_t>(end - begin) * sizeof(double));
    isa::kernels().combine(from.data(), weights.data(), static_cast<int>(from.size()), direction_.data() + begin,
                           end - begin);
  });
  rules::open_search(control_, slope);
}

template class CpuDescent<Backend>;
template class CpuDescent<TrainingBackend>;

}  // namespace burelu
