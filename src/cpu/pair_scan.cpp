#include "cpu/pair_scan.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>

#include "seam/control.hpp"

namespace burelu {
namespace {

constexpr int kTile = isa::kScanTile;
constexpr int kBins = 64;              // of cosines, where capacity cuts
constexpr double kFloatRoom = 1.2e-7;  // rounding of a product of floats, per term

constexpr std::int64_t kAny = std::int64_t{1} << 62;
constexpr index_t kSampled = 16;      // one of so many tiles of rows is a sample
constexpr index_t kSampleLeast = 32;  // tiles
constexpr double kSampleRoom = 0.9;   // a sample errs

using Histogram = std::array<std::int64_t, kBins>;

/// Rows of norm one in single precision, by rows and transposed by tiles; NaN, which is near nothing, where there is
/// no row.
struct UnitRows {
  Buffer<float> rows, transposed;
  Buffer<double> norm;

  UnitRows(const FactorRows& f, index_t count, const Team& team) {
    const index_t tiles = (count + kTile - 1) / kTile;
    rows = Buffer<float>(tiles * kTile * f.rank);
    transposed = Buffer<float>(tiles * kTile * f.rank);
    norm = Buffer<double>(count);
    team.share(tiles * kTile, kTile, [&](int, index_t begin, index_t end) {
      for (index_t p = begin; p < end; ++p) {
        const double* from = f.data + p * f.stride;
        if (p < count) norm[p] = std::sqrt(isa::kernels().dot(from, from, f.rank));
        const bool real = p < count && norm[p] > 0.0;
        float* to = transposed.data() + p / kTile * kTile * f.rank + p % kTile;
        for (int l = 0; l < f.rank; ++l)
          rows[p * f.rank + l] = to[l * kTile] = real ? static_cast<float>(from[l] / norm[p]) : std::nanf("");
      }
    });
  }
};

class Scanner {
 public:
  Scanner(const RelaxationData& data, const FactorRows& factor, const double* importance, const PairList& before,
          std::int64_t most, const Team& team)
      : data_(data),
        factor_(factor),
        importance_(importance),
        before_(before),
        capacity_(most),
        team_(team),
        rows_(data.factor_rows()),
        tiles_((rows_ + kTile - 1) / kTile),
        unit_(factor, rows_, team) {}

  PairScan scan(double margin, bool crowded) {
    std::int64_t wanted = 0;
    double below = margin;
    if (crowded && tiles_ >= kSampleLeast) {
      look(margin, 0, kSampled);
      wanted = scaled(found_);
      if (wanted > capacity_) below = cut(margin, kSampleRoom);
    }
    look(below, capacity_, 1);
    wanted = std::max(wanted, found_);
    if (found_ > capacity_) look(cut(below, 1.0), kAny, 1);
    return {std::move(blocks_), std::max(wanted, found_)};
  }

 private:
  // All pairs of one of `step` tiles of rows with larger ones, with products below `below` of the norms. When `most`
  // have been stored new ones are only counted.
  void look(double below, std::int64_t most, index_t step) {
    step_ = step;
    blocks_.assign(static_cast<std::size_t>(tiles_), {});
    bins_.assign(static_cast<std::size_t>(tiles_), {});
    stored_ = 0;
    most_ = most;
    std::vector<std::int64_t> counts(static_cast<std::size_t>(tiles_));
    team_.each((tiles_ + step - 1) / step,
               [&](index_t k) { counts[static_cast<std::size_t>(k * step)] = look_at_rows(k * step, below); });
    found_ = 0;
    for (const std::int64_t count : counts) found_ += count;
  }

  std::int64_t look_at_rows(index_t tile, double below) {
    std::array<std::vector<std::int32_t>, kTile> near;
    find_near(tile, below, near);
    UpperBlock& block = blocks_[static_cast<std::size_t>(tile)];
    std::int64_t count = 0;
    for (index_t row = tile * kTile; row < std::min((tile + 1) * kTile, rows_); ++row) {
      const std::size_t stored = block.entries.size();
      count +=
          merge(row, near[static_cast<std::size_t>(row % kTile)], below, block, bins_[static_cast<std::size_t>(tile)]);
      block.end.push_back(static_cast<std::int64_t>(block.entries.size()));
      stored_ += static_cast<std::int64_t>(block.entries.size() - stored);
    }
    return count;
  }

  void find_near(index_t tile, double below, std::array<std::vector<std::int32_t>, kTile>& near) const {
    isa::ScanTile t{};
    t.rows = unit_.rows.data() + tile * kTile * factor_.rank;
    t.rank = factor_.rank;
    t.below = static_cast<float>(below + kFloatRoom * (factor_.rank + 8));
    alignas(64) std::uint64_t masks[kTile];
    for (index_t other = tile; other < tiles_; ++other) {
      t.cols = unit_.transposed.data() + other * kTile * factor_.rank;
      isa::kernels().scan_tile(t, masks);
      for (int i = 0; i < kTile; ++i) {
        std::uint64_t mask = masks[i];
        if (other == tile) mask &= i == kTile - 1 ? 0 : ~std::uint64_t{0} << (i + 1);
        for (; mask != 0; mask &= mask - 1)
          near[static_cast<std::size_t>(i)].push_back(static_cast<std::int32_t>(other * kTile + __builtin_ctzll(mask)));
      }
    }
  }

  // The pairs of row p with larger ones: candidates and what the list before has, both ascending.
  std::int64_t merge(index_t p, const std::vector<std::int32_t>& near, double below, UpperBlock& block,
                     Histogram& bins) const {
    const bool listed = before_.entries() > 0;
    std::int64_t e = listed ? before_.upper(p) : 0;
    const std::int64_t end = listed ? before_.end(p) : 0;
    std::int64_t count = 0;
    const auto carried = [this](std::int64_t at) { return before_.multiplier[at] > 0.0 || before_.previous[at] > 0.0; };
    const auto keep = [&](std::int64_t at) {
      block.entries.push_back({before_.column[at], before_.weight[at], before_.multiplier[at], before_.previous[at]});
      ++count;
    };
    for (const std::int32_t q : near) {
      for (; e < end && before_.column[e] < q; ++e)
        if (carried(e)) keep(e);
      const bool old = e < end && before_.column[e] == q;
      if (old && carried(e)) {
        keep(e++);
        continue;
      }
      if (data_.tied(p, q)) continue;
      const double cosine = this->cosine(p, q);
      if (cosine < below) {
        const auto bin = static_cast<std::int64_t>((cosine + 1.0) / (below + 1.0) * kBins);
        ++bins[static_cast<std::size_t>(std::clamp<std::int64_t>(bin, 0, kBins - 1))];
        ++count;
        if (stored_ <= most_) block.entries.push_back({q, old ? before_.weight[e] : weight(p, q), 0.0, 0.0});
      }
      if (old) ++e;
    }
    for (; e < end; ++e)
      if (carried(e)) keep(e);
    return count;
  }

  double cosine(index_t p, index_t q) const {
    const double* f = factor_.data + p * factor_.stride;
    const double* g = factor_.data + q * factor_.stride;
    return isa::kernels().dot(f, g, factor_.rank) / (unit_.norm[p] * unit_.norm[q]);
  }

  float weight(index_t p, index_t q) const {
    return static_cast<float>(pair_weight(data_, p, q) * (importance_[p] * importance_[q]));
  }

  // Of all pairs, from what the last look has counted.
  std::int64_t scaled(std::int64_t count) const {
    if (step_ == 1) return count;
    index_t seen = 0;  // tiles
    for (index_t tile = 0; tile < tiles_; tile += step_) seen += tiles_ - tile;
    const double share =
        0.5 * static_cast<double>(tiles_) * static_cast<double>(tiles_ + 1) / static_cast<double>(seen);
    return static_cast<std::int64_t>(share * static_cast<double>(count));
  }

  // The largest edge of the histogram below which the pairs without a multiplier fit beside those with one into this
  // share of the capacity.
  double cut(double below, double share) const {
    Histogram sums{};
    std::int64_t fresh = 0;
    for (const Histogram& bins : bins_)
      for (std::size_t k = 0; k < kBins; ++k) {
        sums[k] += bins[k];
        fresh += bins[k];
      }
    std::int64_t room = static_cast<std::int64_t>(share * static_cast<double>(capacity_)) - scaled(found_ - fresh);
    std::size_t edge = 0;
    while (edge < kBins && scaled(sums[edge]) <= room) room -= scaled(sums[edge++]);
    return -1.0 + static_cast<double>(edge) / kBins * (below + 1.0);
  }

  const RelaxationData& data_;
  const FactorRows factor_;
  const double* importance_;
  const PairList& before_;
  const std::int64_t capacity_;
  const Team& team_;
  const index_t rows_, tiles_;
  const UnitRows unit_;
  std::vector<UpperBlock> blocks_;
  std::vector<Histogram> bins_;
  std::atomic<std::int64_t> stored_ = 0;
  std::int64_t most_ = 0;
  index_t step_ = 1;
  std::int64_t found_ = 0;
};

}  // namespace

PairScan scan_pairs(const RelaxationData& data, const FactorRows& factor, const double* importance,
                    const PairList& before, const ScanLimits& limits, const Team& team) {
  return Scanner(data, factor, importance, before, limits.most, team).scan(limits.margin, limits.crowded);
}

}  // namespace burelu
