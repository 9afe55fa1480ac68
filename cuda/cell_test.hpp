// The test of one cell by one warp, as src/branch/cell.hpp has it: across Phi's direction at the centre, then along one
// sector of directions after the other. One bound at a time, whichever it is: the code of it stands here once. For .cu
// files.
#pragma once

#include "cell_models.hpp"

namespace burelu::cuda {

struct CellVerdict {
  double bound;
  double value;
  std::uint64_t open;
  int axis;  // -1: too thin
};

class CellTrial {
 public:
  __device__ CellTrial(CellBench& bench, const Box& box, double threshold)
      : b_(bench), threshold_(threshold), open_(box.open) {}

  __device__ __forceinline__ CellVerdict judge() {
    const double value = value_at_centre(b_);
    upper_models(b_);
    t_ = threshold_ > value ? threshold_ : value;  // nothing below the centre's can be proven
    t_ = t_ > b_.slack() ? t_ : b_.slack();
    const std::uint64_t before = open_;
    begin();
    while (turn_ != Turn::done) next(bound());
    if (t_ > threshold_ && t_ > value) open_ = before;  // nobody will ask whether the slack was passed
    CellVerdict out{cell::above(work(), t_, q_), value, open_, -1};
    if (!(out.bound <= threshold_) && !cell::hopeless(work(), q_)) out.axis = widest();
    return out;
  }

 private:
  enum class Turn { across, opposite, sector, done };

  __device__ cell::Work& work() const { return b_.shared.work; }
  __device__ int outputs() const { return b_.kinks.outputs; }

  __device__ __forceinline__ void begin() {
    if (outputs() == 1) return begin_sectors();
    const double size = b_.size_of_phi();
    share(outputs(),
          [&](std::int64_t z) { b_.at.e[z] = size > cell::kTiny ? b_.at.phi[z] / size : (z == 0 ? 1.0 : 0.0); });
    linearise(b_);
    const Projected rest = project(b_);
    lowest_ = rest.lowest;
    error_ = rest.error;
    turn_ = Turn::across;
    if (outputs() == 2 && error_ > cell::kMostAcross * t_ * cell::length(work())) begin_sectors();
  }

  // Where that may help.
  __device__ __forceinline__ void begin_sectors() {
    turn_ = Turn::done;
    if (q_ <= 0.0 || outputs() > 2) return;
    if (outputs() == 2 && error_ < cell::kOnlyAcross * t_ * cell::length(work())) return;
    share(outputs(), [&](std::int64_t z) { b_.at.kept[z] = b_.at.e[z]; });
    if (lane() < b_.kinks.dims) b_.shared.kept[lane()] = work().score[lane()];
    __syncwarp();
    turn_ = Turn::sector;
    first_ = 0;
    count_ = outputs() == 1 ? 1 : cell::kArcs / 4;
    skip_proven();
  }

  __device__ int arcs() const { return outputs() == 1 ? 2 : cell::kArcs; }
  __device__ std::uint64_t mask() const { return ((std::uint64_t{1} << count_) - 1) << first_; }

  // To the next sector that is open; what was halved is whole again where its second half is done.
  __device__ __forceinline__ void skip_proven() {
    while (first_ < arcs() && (open_ & mask()) == 0) pass();
    if (first_ >= arcs()) end_sectors();
  }
  __device__ __forceinline__ void pass() {
    first_ += count_;
    while (outputs() == 2 && count_ < cell::kArcs / 4 && first_ % (2 * count_) == 0) count_ *= 2;
  }

  __device__ __forceinline__ void end_sectors() {
    turn_ = Turn::done;
    share(outputs(), [&](std::int64_t z) { b_.at.e[z] = b_.at.kept[z]; });
    if (worst_ < q_) {
      q_ = worst_;
      if (lane() < b_.kinks.dims) work().score[lane()] = b_.shared.kept[lane()];
    }
    __syncwarp();
  }

  // q of this turn: proven where it is not above zero.
  __device__ __forceinline__ double bound() {
    double t = t_ * (1.0 - 64.0 * static_cast<double>(outputs() + 4) * cell::kUnit);  // e is not quite of length one
    double scale = 1.0;
    cell::Across rest{b_.at.R, b_.at.G, outputs(), error_};
    if (turn_ == Turn::sector) {
      const cell::Sector s =
          outputs() == 1 ? cell::Sector{first_ == 0 ? 1.0 : -1.0, 0.0, 1.0} : cell::sector(first_, count_);
      if (lane() == 0) {
        b_.at.e[0] = s.x;
        if (outputs() == 2) b_.at.e[1] = s.y;
      }
      rest = cell::Across{};
      t = t_ * s.cosine;
      scale = work().curved ? s.cosine : s.cosine * s.cosine;
    } else if (turn_ == Turn::opposite) {
      share(outputs(), [&](std::int64_t z) { b_.at.e[z] = -b_.at.e[z]; });
    }
    if (turn_ != Turn::opposite && lane() < b_.kinks.dims) work().score[lane()] = 0.0;
    __syncwarp();
    raise(b_);
    flatten(b_, t);
    if (lane() == 0) {
      const auto terms = static_cast<int>(b_.open);
      const int d = b_.kinks.dims;
      b_.shared.result = work().curved
                             ? cell::form(work(), b_.kinks.metric, b_.kinks.metric_slack, d, t, terms, rest)
                             : cell::form_of_squares(work(), b_.kinks.metric, b_.kinks.metric_slack, d, t, terms, rest);
    }
    __syncwarp();
    const double q = b_.shared.result / scale;
    __syncwarp();
    return q == q ? q : HUGE_VAL;  // NaN proves nothing
  }

  __device__ __forceinline__ void next(double q) {
    if (turn_ == Turn::sector) return next_sector(q);
    if (turn_ == Turn::opposite) {
      if (!(q <= q_)) q_ = q;
      return begin_sectors();
    }
    q_ = q;
    const double least = work().r - sum_to(b_.kinks.dims, [&](int j) { return fabs(work().g[j]) * work().w[j]; });
    // the opposite direction, where e'Phi may be below zero by more
    if (!(-lowest_ <= (least > 0.0 ? least : 0.0)) && q_ < HUGE_VAL)
      turn_ = Turn::opposite;
    else
      begin_sectors();
  }

  __device__ __forceinline__ void next_sector(double q) {
    if (q <= 0.0) {
      open_ &= ~mask();
    } else {
      if (count_ > 1) {
        const double gained = cell::sector(first_, count_ / 2).cosine - cell::sector(first_, count_).cosine;
        const double l0 = work().l0;
        if (q < cell::kRefine * (work().curved ? 1.0 : 2.0 * t_) * t_ * l0 * l0 * gained) {
          count_ /= 2;
          return skip_proven();
        }
      }
      if (q > worst_) {
        worst_ = q;
        share(outputs(), [&](std::int64_t z) { b_.at.kept[z] = b_.at.e[z]; });
        if (lane() < b_.kinks.dims) b_.shared.kept[lane()] = work().score[lane()];
      }
    }
    __syncwarp();
    pass();
    skip_proven();
  }

  // The axis with the largest share of the bound and of the open kinks.
  __device__ __forceinline__ int widest() {
    cell::Work& w = work();
    share(b_.open, [&](std::int64_t i) {
      const double weight = b_.weight(i);
      b_.at.weight[i] = weight > 0.0 ? weight : -cell::kBelow * weight;
    });
    __syncwarp();
    warp_sums(
        b_.shared, b_.kinks.dims, b_.open, [&](int j, std::int64_t i) { return b_.at.weight[i] * fabs(b_.x(j, i)); },
        [&](int j, double sum) { b_.shared.sums[j] = w.score[j] + w.l0 * w.w[j] * sum; });
    int axis = -1;
    double most = 0.0;
    BURELU_ROLLED
    for (int j = 0; j < b_.kinks.dims; ++j) {
      if (!(w.w[j] > cell::kThinnest)) continue;
      const double score = b_.shared.sums[j];
      if (axis >= 0 && !(score > most)) continue;
      most = score;
      axis = j;
    }
    __syncwarp();
    return axis;
  }

  CellBench& b_;
  double threshold_;
  std::uint64_t open_;
  double t_ = 0.0;
  double q_ = HUGE_VAL;
  double worst_ = -HUGE_VAL;
  double lowest_ = 0.0;
  double error_ = 0.0;
  Turn turn_ = Turn::done;
  int first_ = 0;
  int count_ = 1;
};

}  // namespace burelu::cuda
