// The interaction pass of the CPU backend: S = F F' tile by tile, hinge against the multipliers, product back.
//
// Flops: 4 m^2 r for S, and up to 8 m^2 r back where multipliers are active (most tiles are not). Traffic: 16 m^2 bytes
// of T', weights (8 m^2 bytes) only where the hinge is positive. S and G are never stored.
#include <cblas.h>

#include <algorithm>
#include <cmath>

#include "cpu/cpu_backend.hpp"
#include "linalg/dense.hpp"
#include "seam/rules.hpp"

namespace burelu {
namespace {

constexpr index_t kEntries = index_t{isa::kTile} * isa::kTile;

index_t tile_index(index_t row, index_t col) { return row * (row + 1) / 2 + col; }

}  // namespace

template <class Work>
void CpuBackend::for_each_tile(const Work& work) {
  const index_t count = tiles_ * (tiles_ + 1) / 2;
  team_.share(count, 1, [&](int part, index_t begin, index_t end) {
    auto row = static_cast<index_t>((std::sqrt(8.0 * static_cast<double>(begin) + 1.0) - 1.0) / 2.0);
    while (tile_index(row, 0) > begin) --row;
    while (tile_index(row + 1, 0) <= begin) ++row;
    index_t col = begin - tile_index(row, 0);
    for (index_t k = begin; k < end; ++k) {
      work(row, col, part);
      if (++col > row) {
        ++row;
        col = 0;
      }
    }
  });
}

void CpuBackend::transpose_tiles() {
  for (index_t t = 0; t < tiles_; ++t) {
    const double* from = factor_.data() + t * isa::kTile * stride_;
    double* to = transposed_.data() + t * isa::kTile * rank_;
    for (int l = 0; l < rank_; ++l)
      for (int i = 0; i < isa::kTile; ++i) to[l * isa::kTile + i] = from[i * stride_ + l];
  }
}

isa::Tile CpuBackend::tile(index_t row, index_t col, int part) {
  const index_t at = tile_index(row, col) * kEntries;
  double* gradient = gradient_factor_.data() + part * padded_ * stride_;
  isa::Tile t{};
  t.rows = factor_.data() + row * isa::kTile * stride_;
  t.cols = factor_.data() + col * isa::kTile * stride_;
  t.cols_transposed = transposed_.data() + col * isa::kTile * rank_;
  t.gradient_rows = gradient + row * isa::kTile * stride_;
  t.gradient_cols = row == col ? nullptr : gradient + col * isa::kTile * stride_;
  t.scaled_multipliers = multipliers_.data() + at;
  t.previous = previous_.data() + at;
  t.weights = weights_.data() + at;
  t.importance_rows = importance_.data() + row * isa::kTile;
  t.importance_cols = importance_.data() + col * isa::kTile;
  t.rank = rank_;
  t.stride = stride_;
  t.sigma = control_.dual.sigma;
  return t;
}

void CpuBackend::reduce_gradient() {
  const index_t size = padded_ * stride_;
  for (int part = 1; part < team_.size(); ++part) {
    const double* from = gradient_factor_.data() + part * size;
    for (index_t i = 0; i < size; ++i) gradient_factor_[i] += from[i];
  }
}

void CpuBackend::interaction_pass() {
  if (idle()) return;
  gradient_factor_.fill(0.0);
  std::vector<double> sums(static_cast<std::size_t>(team_.size()), 0.0);
  const auto pass = isa::kernels().tile_pass;
  for_each_tile([&](index_t row, index_t col, int part) {
    const double pairs = row == col ? 1.0 : 2.0;  // ordered pairs per stored entry
    sums[static_cast<std::size_t>(part)] += pairs * pass(tile(row, col, part));
  });
  reduce_gradient();
  double total = 0.0;
  for (const double sum : sums) total += sum;
  rules::take_penalty(control_, total);
}

void CpuBackend::update_multipliers() {
  gradient_factor_.fill(0.0);
  std::vector<entry::UpdateSums> sums(static_cast<std::size_t>(team_.size()));
  const auto update = isa::kernels().tile_update;
  for_each_tile([&](index_t row, index_t col, int part) {
    const double pairs = row == col ? 1.0 : 2.0;
    entry::add(sums[static_cast<std::size_t>(part)], update(tile(row, col, part)), pairs);
  });
  reduce_gradient();
  entry::UpdateSums total;
  for (const entry::UpdateSums& sum : sums) entry::add(total, sum);
  total.largest = largest_diagonal();
  rules::take_update(control_, total);
}

double CpuBackend::largest_diagonal() const {
  double largest = 0.0;
  for (index_t i = 0; i < data_.factor_rows(); ++i) {
    const double* f = factor_.data() + i * stride_;
    largest = std::max(largest, isa::kernels().dot(f, f, rank_));
  }
  return largest;
}

void CpuBackend::extrapolate() {
  const double beta = control_.dual.beta;
  for_each_tile([&](index_t row, index_t col, int) {
    double* t = multipliers_.data() + tile_index(row, col) * kEntries;
    double* p = previous_.data() + tile_index(row, col) * kEntries;
    for (index_t k = 0; k < kEntries; ++k) {
      const double now = t[k];
      if (now == -kInfinity) continue;
      t[k] = entry::extrapolated(now, p[k], beta);
      p[k] = now;
    }
  });
}

void CpuBackend::reweigh() {
  const index_t m = data_.m;
  Buffer<double> q(padded_);
  q.fill(1.0);
  double mean = 0.0;
  for (index_t k = 0; k < m; ++k) mean += std::max(-tau_[k], 0.0) / static_cast<double>(m);
  if (!(mean > 0.0)) return;
  double log_mean = 0.0;
  for (index_t k = 0; k < m; ++k) {
    q[k] = rules::importance(tau_[k], mean);
    log_mean += std::log(q[k]) / static_cast<double>(m);
  }
  for (index_t k = 0; k < m; ++k) q[m + k] = q[k] = q[k] / std::exp(log_mean);  // geometric mean of the weights kept
  for_each_tile([&](index_t row, index_t col, int) {
    double* t = multipliers_.data() + tile_index(row, col) * kEntries;
    double* p = previous_.data() + tile_index(row, col) * kEntries;
    for (index_t i = 0; i < isa::kTile; ++i)
      for (index_t j = 0; j < isa::kTile; ++j) {
        const index_t a = row * isa::kTile + i;
        const index_t b = col * isa::kTile + j;
        const double factor = importance_[a] * importance_[b] / (q[a] * q[b]);
        t[i * isa::kTile + j] *= factor;
        p[i * isa::kTile + j] *= factor;
      }
  });
  importance_ = std::move(q);
  control_.memory.flush = 1;
}

void CpuBackend::build_weights() {
  const index_t rows = data_.factor_rows();
  for_each_tile([&](index_t row, index_t col, int) {
    const index_t at = tile_index(row, col) * kEntries;
    for (index_t i = 0; i < isa::kTile; ++i)
      for (index_t j = 0; j < isa::kTile; ++j) {
        const index_t a = row * isa::kTile + i;
        const index_t b = col * isa::kTile + j;
        if (a >= rows || b >= rows) continue;
        const index_t k = at + i * isa::kTile + j;
        weights_[k] = static_cast<float>(pair_weight(data_, a, b));
        if (data_.tied(a, b)) multipliers_[k] = previous_[k] = -kInfinity;
      }
  });
}

void CpuBackend::read_multipliers(Snapshot& into) const {
  into.multipliers.clear();
  for (index_t row = 0; row < tiles_; ++row)
    for (index_t col = 0; col <= row; ++col)
      for (index_t k = 0; k < kEntries; ++k) {
        const index_t at = tile_index(row, col) * kEntries + k;
        if (!(previous_[at] > 0.0)) continue;
        const index_t i = row * isa::kTile + k / isa::kTile;
        const index_t j = col * isa::kTile + k % isa::kTile;
        // A diagonal tile holds both halves; the diagonal itself is zero, as is padding but in a damaged checkpoint.
        if (i <= j || i >= data_.factor_rows()) continue;
        const double value = previous_[at] * importance_[i] * weights_[at] * importance_[j];
        into.multipliers.push_back({static_cast<std::int32_t>(i), static_cast<std::int32_t>(j), value});
      }
}

void CpuBackend::write_multipliers(const std::vector<Multiplier>& pairs) {
  for (const Multiplier& pair : pairs) {
    const index_t i = std::max(pair.i, pair.j);
    const index_t j = std::min(pair.i, pair.j);
    const index_t place = (i % isa::kTile) * isa::kTile + j % isa::kTile;
    const index_t at = tile_index(i / isa::kTile, j / isa::kTile) * kEntries;
    const double weight = importance_[i] * weights_[at + place] * importance_[j];
    multipliers_[at + place] = previous_[at + place] = pair.value / weight;
    if (i / isa::kTile != j / isa::kTile) continue;
    const index_t mirrored = (j % isa::kTile) * isa::kTile + i % isa::kTile;
    multipliers_[at + mirrored] = previous_[at + mirrored] = pair.value / weight;
  }
}

void CpuBackend::exchange(Archive& archive) {
  int rank = rank_;
  archive.value(rank);
  if (rank < 1 || rank > data_.m + data_.d) Archive::refuse();
  if (archive.loading()) write_point(Matrix(data_.m, rank), Matrix(data_.d, rank));
  exchange_descent(archive);
  for (Buffer<double>* b : {&multipliers_, &previous_, &importance_, &tau_}) archive.buffer(*b);
}

void CpuBackend::read(Snapshot& into, unsigned what) {
  into.control = control_;
  if (what & kDual) {
    read_multipliers(into);
    into.tau.assign(tau_.data(), tau_.data() + tau_.size());
    into.E = Matrix(data_.loss_rows(), data_.c);
    std::copy_n(residual_.data(), residual_.size(), into.E.data.data());
  }
  if (what & kFactor) {
    into.A = Matrix(data_.m, rank_);
    for (index_t k = 0; k < data_.m; ++k) std::copy_n(factor_.data() + k * stride_, rank_, into.A.row(k));
    into.V = Matrix(data_.c, rank_);
    std::copy_n(output_.data(), output_.size(), into.V.data.data());
    into.U = Matrix(data_.d, rank_);
    multiply(1.0, data_.K, {ut(point_.data()), data_.d, rank_}, 0.0, into.U.data.data(), rank_);
  }
  const auto split = [this](double* z, Matrix& top, Matrix& bottom) {
    top = Matrix(data_.m, rank_);
    bottom = Matrix(data_.d, rank_);
    std::copy_n(shat(z), data_.m * rank_, top.data.data());
    std::copy_n(ut(z), data_.d * rank_, bottom.data.data());
  };
  if (what & kPoint) split(point_.data(), into.Shat, into.Ut);
  if (what & kGradient) split(gradient_.data(), into.gradient_Shat, into.gradient_Ut);
}

}  // namespace burelu
