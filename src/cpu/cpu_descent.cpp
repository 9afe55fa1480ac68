#include "cpu/cpu_descent.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "cpu/isa/kernels.hpp"
#include "seam/rules.hpp"

namespace burelu {
namespace {

constexpr std::int64_t kParallelWork = 400000;  // floats of panel below which one thread is faster
constexpr std::int64_t kPiece = 1024;           // unknowns: three vectors of doubles stay in the first cache
constexpr std::int64_t kGroup = 8 * kPiece;     // unknowns of a group, at least
constexpr std::int64_t kMostGroups = 64;

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
  partial_ = Buffer<double>(3 * width * kMostGroups);
}

template <class Base>
void CpuDescent<Base>::resize(std::int64_t unknowns) {
  unknowns_ = unknowns;
  stride_ = (unknowns + 15) / 16 * 16;
  for (Buffer<double>* b : {&point_, &trial_, &gradient_, &trial_gradient_, &direction_}) *b = Buffer<double>(stride_);
  panel_ = Buffer<float>(std::int64_t{2} * control_.memory.capacity * stride_);
  rules::forget_pairs(control_.memory);
}

template <class Base>
std::int64_t CpuDescent<Base>::groups() const {
  return std::clamp<std::int64_t>(unknowns_ / kGroup, 1, kMostGroups);
}

template <class Base>
template <class Work>
void CpuDescent<Base>::each_group(const Work& work) const {
  const std::int64_t count = groups();
  const std::int64_t pieces = (unknowns_ + kPiece - 1) / kPiece;
  const bool parallel = unknowns_ * 2 * control_.memory.count > kParallelWork;
  (parallel ? team_ : Team()).share(count, 1, [&](int, std::int64_t first, std::int64_t last) {
    for (std::int64_t group = first; group < last; ++group)
      work(group, std::min(pieces * group / count * kPiece, unknowns_),
           std::min(pieces * (group + 1) / count * kPiece, unknowns_));
  });
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
  add_products(pair, control_.memory.head);
  std::swap(point_, trial_);
  std::swap(gradient_, trial_gradient_);
  rules::close_accept(control_, gram_.data());
}

template <class Base>
void CpuDescent<Base>::add_products(bool pair, int slot) {
  const int m = control_.memory.capacity;
  const std::int64_t width = 2 * m + 1;
  each_group([&](std::int64_t group, std::int64_t begin, std::int64_t end) {
    double* sums = partial_.data() + 3 * width * group;
    std::fill_n(sums, 3 * width, 0.0);
    for (; begin < end; begin += kPiece) add_products_of(pair, slot, begin, std::min(begin + kPiece, end), sums);
  });
  const std::int64_t count = groups();
  for (std::int64_t k = 0; k < width; ++k) {
    double sums[3] = {0.0, 0.0, 0.0};
    for (std::int64_t group = 0; group < count; ++group)
      for (int l = 0; l < 3; ++l) sums[l] += partial_[3 * width * group + 3 * k + l];
    const std::int64_t rows[3] = {slot, m + slot, std::int64_t{2} * m};
    for (int l = pair ? 0 : 2; l < 3; ++l) {
      if (k == rows[2] && l < 2) continue;  // g with s and y stands in the other triangle
      gram_[rows[l] * width + k] = sums[l];
      gram_[k * width + rows[l]] = sums[l];
    }
  }
}

// The new pair's entries begin .. end, at most kPiece of them, and their terms of the products with all columns.
template <class Base>
void CpuDescent<Base>::add_products_of(bool pair, int slot, std::int64_t begin, std::int64_t end, double* sums) {
  const auto& kernels = isa::kernels();
  const int m = control_.memory.capacity;
  const std::int64_t n = end - begin;
  const double* g = trial_gradient_.data() + begin;
  double s[kPiece];
  double y[kPiece];
  if (pair) {
    float* s_new = s_column(slot) + begin;
    float* y_new = y_column(slot) + begin;
    for (std::int64_t i = 0; i < n; ++i) {
      s_new[i] = static_cast<float>(control_.search.step * direction_[begin + i]);
      y_new[i] = static_cast<float>(g[i] - gradient_[begin + i]);
      s[i] = s_new[i];
      y[i] = y_new[i];
    }
  }
  for (int k = 0; k < control_.memory.filled; ++k)
    for (const int column : {k, m + k}) {
      const float* c = panel_.data() + column * stride_ + begin;
      double* out = sums + std::ptrdiff_t{3} * column;
      if (pair)
        kernels.dot3(c, s, y, g, n, out);
      else
        out[2] += kernels.dot_single(c, g, n);
    }
  sums[3 * 2 * m + 2] += kernels.dot(g, g, n);
}

template <class Base>
void CpuDescent<Base>::direction() {
  if (idle() || !control_.search.accepted) return;
  const int m = control_.memory.capacity;
  const double slope =
      rules::find_direction(control_.memory, gram_.data(), alpha_.data(), coefficients_.data(), Solo{});
  std::vector<const float*> columns;
  std::vector<double> weights;
  for (int k = 0; k < 2 * m; ++k)
    if (coefficients_[k] != 0.0) {
      columns.push_back(panel_.data() + k * stride_);
      weights.push_back(coefficients_[k]);
    }
  const double along_gradient = coefficients_[std::int64_t{2} * m];
  each_group([&](std::int64_t, std::int64_t begin, std::int64_t end) {
    std::vector<const float*> from(columns.size());
    for (; begin < end; begin += kPiece) {
      const std::int64_t n = std::min(kPiece, end - begin);
      for (std::size_t k = 0; k < columns.size(); ++k) from[k] = columns[k] + begin;
      double* out = direction_.data() + begin;
      for (std::int64_t i = 0; i < n; ++i) out[i] = along_gradient * gradient_[begin + i];
      isa::kernels().combine(from.data(), weights.data(), static_cast<int>(from.size()), out, n);
    }
  });
  rules::open_search(control_, slope);
}

template class CpuDescent<Backend>;
template class CpuDescent<TrainingBackend>;

}  // namespace burelu
