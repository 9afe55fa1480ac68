#include "cpu/cpu_descent.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "cpu/isa/kernels.hpp"
#include "seam/rules.hpp"

namespace burelu {
namespace {

constexpr std::int64_t kParallelWork = 400000;  // floats of panel below which one thread is faster
constexpr std::int64_t kStretch = 1024;         // unknowns: three vectors of doubles stay in the first cache
constexpr std::int64_t kPiece = 8 * kStretch;   // unknowns of a piece, at least
constexpr std::int64_t kMostPieces = 64;
constexpr std::int64_t kControl = (sizeof(Control) + sizeof(double) - 1) / sizeof(double);  // in doubles

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
  products_ = Buffer<double>(3 * width);
  told_ = Buffer<double>(kControl + width);
}

template <class Base>
void CpuDescent<Base>::resize(std::int64_t unknowns) {
  const std::int64_t count = std::clamp<std::int64_t>(unknowns / kPiece, 1, kMostPieces);
  const std::int64_t stretches = (unknowns + kStretch - 1) / kStretch;
  std::vector<Piece> pieces;
  for (std::int64_t k = 0; k < count; ++k)
    pieces.push_back({std::min(stretches * k / count * kStretch, unknowns),
                      std::min(stretches * (k + 1) / count * kStretch, unknowns), static_cast<int>(k)});
  resize(std::move(pieces), SumPlan::alone(static_cast<int>(count)));
}

template <class Base>
void CpuDescent<Base>::resize(std::vector<Piece> pieces, const SumPlan& plan) {
  pieces_ = std::move(pieces);
  sums_ = SlotSums(plan);
  ranks_ = plan.ranks;
  unknowns_ = pieces_.back().end;
  stride_ = (unknowns_ + 15) / 16 * 16;
  for (Buffer<double>* b : {&point_, &trial_, &gradient_, &trial_gradient_, &direction_}) *b = Buffer<double>(stride_);
  panel_ = Buffer<float>(std::int64_t{2} * control_.memory.capacity * stride_);
  rules::forget_pairs(control_.memory);
}

template <class Base>
template <class Work>
void CpuDescent<Base>::each_piece(const Work& work) const {
  const bool parallel = unknowns_ * 2 * control_.memory.count > kParallelWork;
  const auto count = static_cast<std::int64_t>(pieces_.size());
  (parallel ? team_ : Team()).share(count, 1, [&](int, std::int64_t first, std::int64_t last) {
    for (std::int64_t k = first; k < last; ++k) work(pieces_[static_cast<std::size_t>(k)]);
  });
}

// Rounding differs between processors, and a rule that decides must decide alike on all ranks: rank 0 does, and says
// it, with so many coefficients of the direction.
template <class Base>
void CpuDescent<Base>::tell_control(std::int64_t coefficients) {
  if (ranks_->size() == 1) return;
  std::memcpy(told_.data(), &control_, sizeof control_);
  std::copy_n(coefficients_.data(), coefficients, told_.data() + kControl);
  ranks_->tell(told_.data(), (kControl + coefficients) * static_cast<std::int64_t>(sizeof(double)));
  std::memcpy(static_cast<void*>(&control_), told_.data(), sizeof control_);
  std::copy_n(told_.data() + kControl, coefficients, coefficients_.data());
}

template <class Base>
void CpuDescent<Base>::open_window() {
  rules::open_window(control_);
}

template <class Base>
void CpuDescent<Base>::judge() {
  rules::judge(control_);
  tell_control(0);
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
  sums_.begin(2);
  for (const Piece& piece : pieces_) {
    if (piece.slot < 0) continue;
    const double* g = trial_gradient_.data() + piece.begin;
    sums_.at(piece.slot)[0] = kernels.dot(g, direction_.data() + piece.begin, piece.end - piece.begin);
    sums_.at(piece.slot)[1] = kernels.dot(g, g, piece.end - piece.begin);
  }
  double sums[2];
  sums_.add_up(sums);
  rules::take_gradient(control_, decay, sums[0], sums[1]);
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
  sums_.begin(3 * width);
  each_piece([&](const Piece& piece) {
    std::vector<double> elsewhere(piece.slot < 0 ? static_cast<std::size_t>(3 * width) : 0);
    double* sums = piece.slot < 0 ? elsewhere.data() : sums_.at(piece.slot);
    for (std::int64_t begin = piece.begin; begin < piece.end; begin += kStretch)
      add_products_of(pair, slot, begin, std::min(begin + kStretch, piece.end), sums);
  });
  sums_.add_up(products_.data());
  for (std::int64_t k = 0; k < width; ++k) {
    const double* sums = products_.data() + 3 * k;
    const std::int64_t rows[3] = {slot, m + slot, std::int64_t{2} * m};
    for (int l = pair ? 0 : 2; l < 3; ++l) {
      if (k == rows[2] && l < 2) continue;  // g with s and y stands in the other triangle
      gram_[rows[l] * width + k] = sums[l];
      gram_[k * width + rows[l]] = sums[l];
    }
  }
}

// The new pair's entries begin .. end, at most kStretch of them, and their terms of the products with all columns.
template <class Base>
void CpuDescent<Base>::add_products_of(bool pair, int slot, std::int64_t begin, std::int64_t end, double* sums) {
  const auto& kernels = isa::kernels();
  const int m = control_.memory.capacity;
  const std::int64_t n = end - begin;
  const double* g = trial_gradient_.data() + begin;
  double s[kStretch];
  double y[kStretch];
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
  rules::open_search(control_, slope);
  tell_control(std::int64_t{2} * m + 1);
  std::vector<const float*> columns;
  std::vector<double> weights;
  for (int k = 0; k < 2 * m; ++k)
    if (coefficients_[k] != 0.0) {
      columns.push_back(panel_.data() + k * stride_);
      weights.push_back(coefficients_[k]);
    }
  const double along_gradient = coefficients_[std::int64_t{2} * m];
  each_piece([&](const Piece& piece) {
    std::vector<const float*> from(columns.size());
    for (std::int64_t begin = piece.begin; begin < piece.end; begin += kStretch) {
      const std::int64_t n = std::min(kStretch, piece.end - begin);
      for (std::size_t k = 0; k < columns.size(); ++k) from[k] = columns[k] + begin;
      double* out = direction_.data() + begin;
      for (std::int64_t i = 0; i < n; ++i) out[i] = along_gradient * gradient_[begin + i];
      isa::kernels().combine(from.data(), weights.data(), static_cast<int>(from.size()), out, n);
    }
  });
}

template class CpuDescent<Backend>;
template class CpuDescent<TrainingBackend>;

}  // namespace burelu
