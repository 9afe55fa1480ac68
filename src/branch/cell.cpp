#include "branch/cell.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace burelu {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

std::size_t at(index_t i) { return static_cast<std::size_t>(i); }

double sum_of_products(const double* a, const double* b, index_t n) {
  double sum = 0.0;
#pragma omp simd reduction(+ : sum)
  for (index_t i = 0; i < n; ++i) sum += a[i] * b[i];
  return sum;
}

}  // namespace

CellTest::CellTest(const Kinks& kinks)
    : k_(kinks), d_(kinks.dims), c_(kinks.outputs), work_{}, kept_score_{}, slack_(cell::kSlacks * kinks.slack) {
  const std::size_t m = at(kinks.count);
  for (auto* v : {&reach_, &a0_, &a1_, &a2_, &weight_, &kept_weight_, &k1_, &k2_, &theta_}) v->resize(m);
  for (auto* v : {&v_, &rows_}) v->resize(m * at(d_));
  for (auto* v : {&phi_, &e_, &along_, &R_}) v->resize(at(c_));
  G_.resize(at(c_ * d_));
}

CellVerdict CellTest::test(const Box& box, const Frame& parent, double threshold, Frame& child) {
  CellVerdict out;
  double t = threshold;
  cell::place(work_, box.low, box.high, k_.metric.data(), static_cast<int>(d_));
  narrow(k_, work_.u, work_.w, parent, child, values_);
  out.value = at_centre(child) / work_.l0;
  std::fill_n(work_.score, d_, 0.0);
  work_.noise = 0.0;
  work_.curved ? parabolas(child) : chords(child);
  t = std::max({t, out.value, slack_});  // nothing below the centre's can be proven
  out.open = box.open;
  double q = c_ > 1 ? across(child, t) : kInfinity;
  if (!(q <= 0.0) && (c_ == 1 || (c_ == 2 && !(E_ < cell::kOnlyAcross * t * cell::length(work_))))) {
    weight_.swap(kept_weight_);
    std::copy_n(work_.score, d_, kept_score_);
    kept_ = -kInfinity;
    along(child, t, out.open);
    if (kept_ < q) {
      q = kept_;
      std::copy_n(kept_score_, d_, work_.score);
    }
    weight_.swap(kept_weight_);
  }
  if (t > threshold && t > out.value) out.open = box.open;  // nobody will ask whether slack_ was passed
  out.bound = cell::above(work_, t, q);
  out.proven = out.bound <= threshold;
  if (!out.proven && !cell::hopeless(work_, q)) out.axis = widest(child);
  return out;
}

double CellTest::at_centre(const Frame& f) {
  double square = 0.0;
  for (index_t z = 0; z < c_; ++z) {
    double sum = sum_of_products(f.linear.data() + z * d_, work_.u, d_);
    const double* g = f.g.data() + z * f.count;
    const double* s = values_.centre.data();
    for (index_t i = 0; i < f.count; ++i) sum += g[i] * std::max(s[i], 0.0);
    phi_[at(z)] = sum;
    square += sum * sum;
  }
  return std::sqrt(square);
}

// From the direction of Phi at the centre, and from the opposite one where e'Phi may be below zero by more.
double CellTest::across(const Frame& f, double t) {
  double square = 0.0;
  for (const double value : phi_) square += value * value;
  const double size = std::sqrt(square);
  std::vector<double>& e = along_;
  for (std::size_t z = 0; z < e.size(); ++z) e[z] = size > cell::kTiny ? phi_[z] / size : (z == 0 ? 1.0 : 0.0);
  linearise(f);
  const double lowest = project(f, e);
  if (c_ == 2 && E_ > cell::kMostAcross * t * cell::length(work_)) return kInfinity;
  e_ = e;
  std::fill_n(work_.score, d_, 0.0);
  const cell::Across rest{R_.data(), G_.data(), static_cast<int>(c_), E_};
  const double below = t * (1.0 - 64.0 * static_cast<double>(c_ + 4) * cell::kUnit);  // e is not quite of length one
  double q = one_side(f, below, rest);
  double least = work_.r;
  for (index_t j = 0; j < d_; ++j) least -= std::abs(work_.g[j]) * work_.w[j];
  if (!(-lowest <= std::max(least, 0.0)) && q < kInfinity) {
    for (double& value : e_) value = -value;
    const double other = one_side(f, below, rest);
    if (!(other <= q)) q = other;  // NaN as well
  }
  return q;
}

int CellTest::widest(const Frame& f) const {
  int axis = -1;
  double most = 0.0;
  for (index_t j = 0; j < d_; ++j) {
    if (!(work_.w[j] > cell::kThinnest)) continue;
    const double* x = f.x.data() + j * f.count;
    double sum = 0.0;
    for (index_t i = 0; i < f.count; ++i)
      sum += (weight_[at(i)] > 0.0 ? weight_[at(i)] : -cell::kBelow * weight_[at(i)]) * std::abs(x[i]);
    const double score = work_.score[j] + work_.l0 * work_.w[j] * sum;
    if (axis >= 0 && !(score > most)) continue;
    most = score;
    axis = static_cast<int>(j);
  }
  return axis;
}

}  // namespace burelu
