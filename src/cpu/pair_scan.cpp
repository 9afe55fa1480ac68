#include "cpu/pair_scan.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <cstring>

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

/// Tiles of the rows of F, those of A before those of B: each is of one group of lines.
struct Tiles {
  index_t m;
  index_t half = (m + kTile - 1) / kTile;

  index_t count() const { return 2 * half; }
  index_t begin(index_t tile) const { return tile < half ? tile * kTile : m + (tile - half) * kTile; }
  index_t end(index_t tile) const { return std::min(begin(tile) + kTile, tile < half ? m : 2 * m); }
};

/// Rows of norm one in single precision, by tiles, and transposed by tiles; NaN, which is near nothing, where there is
/// no row.
struct UnitRows {
  Buffer<float> rows, transposed;
  Buffer<double> norm;

  UnitRows(const FactorRows& f, const Tiles& tiles, const Team& team) {
    rows = Buffer<float>(tiles.count() * kTile * f.rank);
    transposed = Buffer<float>(tiles.count() * kTile * f.rank);
    norm = Buffer<double>(2 * tiles.m);
    team.share(tiles.count() * kTile, kTile, [&](int, index_t begin, index_t end) {
      for (index_t at = begin; at < end; ++at) {
        const index_t p = tiles.begin(at / kTile) + at % kTile;
        const bool row = p < tiles.end(at / kTile);
        const double* from = f.data + p * f.stride;
        if (row) norm[p] = std::sqrt(isa::kernels().dot(from, from, f.rank));
        const bool real = row && norm[p] > 0.0;
        float* to = transposed.data() + at / kTile * kTile * f.rank + at % kTile;
        for (int l = 0; l < f.rank; ++l)
          rows[at * f.rank + l] = to[l * kTile] = real ? static_cast<float>(from[l] / norm[p]) : std::nanf("");
      }
    });
  }
};

/// A pair found or carried, for a list of which the rank has the larger row only.
struct LowerPair {
  std::int32_t row;
  UpperEntry entry;
};

class Scanner {
 public:
  Scanner(const RelaxationData& data, const FactorRows& factor, const double* importance, const PairList& before,
          std::int64_t most, const Team& team, const LineShare& lines)
      : data_(data),
        factor_(factor),
        importance_(importance),
        before_(before),
        capacity_(most),
        team_(team),
        lines_(lines),
        tiles_{data.m},
        unit_(factor, tiles_, team) {}

  PairScan scan(double margin, bool crowded) {
    std::int64_t wanted = 0;
    double below = margin;
    if (crowded && tiles_.count() >= kSampleLeast) {
      look(margin, 0, kSampled);
      wanted = scaled(found_);
      if (wanted > capacity_) below = cut(margin, kSampleRoom);
    }
    look(below, capacity_, 1);
    wanted = std::max(wanted, found_);
    if (found_ > capacity_) look(cut(below, 1.0), kAny, 1);
    if (lines_.ranks().size() > 1) exchange();
    return {std::move(blocks_), std::max(wanted, found_)};
  }

 private:
  // All pairs of one of `step` tiles of rows with larger ones, with products below `below` of the norms. When `most`
  // have been stored new ones are only counted.
  void look(double below, std::int64_t most, index_t step) {
    step_ = step;
    blocks_.assign(static_cast<std::size_t>(tiles_.count()), {});
    bins_.assign(static_cast<std::size_t>(tiles_.count()), {});
    stored_ = 0;
    most_ = most;
    std::vector<std::int64_t> counts(static_cast<std::size_t>(tiles_.count()));
    team_.each((tiles_.count() + step - 1) / step, [&](index_t k) {
      if (mine(k * step)) counts[static_cast<std::size_t>(k * step)] = look_at_rows(k * step, below);
    });
    take_counts(counts);
  }

  bool mine(index_t tile) const { return lines_.owns(tiles_.begin(tile)); }

  // What all ranks have counted, exact: numbers of pairs are far below 2^53.
  void take_counts(const std::vector<std::int64_t>& counts) {
    const int size = lines_.ranks().size();
    constexpr std::size_t kWidth = kBins + 1;
    std::vector<double> all(kWidth * static_cast<std::size_t>(size));
    double* own = all.data() + kWidth * static_cast<std::size_t>(lines_.ranks().rank());
    for (const std::int64_t count : counts) own[kBins] += static_cast<double>(count);
    for (const Histogram& bins : bins_)
      for (std::size_t k = 0; k < kBins; ++k) own[k] += static_cast<double>(bins[k]);
    std::vector<std::int64_t> ends(static_cast<std::size_t>(size));
    for (std::size_t k = 0; k < ends.size(); ++k) ends[k] = static_cast<std::int64_t>(k) + 1;
    lines_.ranks().share(all.data(), ends, static_cast<std::int64_t>(kWidth));
    sums_ = {};
    found_ = 0;
    for (std::size_t k = 0; k < all.size(); ++k)
      (k % kWidth == kBins ? found_ : sums_[k % kWidth]) += static_cast<std::int64_t>(all[k]);
  }

  std::int64_t look_at_rows(index_t tile, double below) {
    std::array<std::vector<std::int32_t>, kTile> near;
    find_near(tile, below, near);
    UpperBlock& block = blocks_[static_cast<std::size_t>(tile)];
    std::int64_t count = 0;
    for (index_t row = tiles_.begin(tile); row < tiles_.end(tile); ++row) {
      const std::size_t stored = block.entries.size();
      count += merge(row, near[static_cast<std::size_t>(row - tiles_.begin(tile))], below, block,
                     bins_[static_cast<std::size_t>(tile)]);
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
    for (index_t other = tile; other < tiles_.count(); ++other) {
      t.cols = unit_.transposed.data() + other * kTile * factor_.rank;
      isa::kernels().scan_tile(t, masks);
      for (int i = 0; i < kTile; ++i) {
        std::uint64_t mask = masks[i];
        if (other == tile) mask &= i == kTile - 1 ? 0 : ~std::uint64_t{0} << (i + 1);
        for (; mask != 0; mask &= mask - 1)
          near[static_cast<std::size_t>(i)].push_back(
              static_cast<std::int32_t>(tiles_.begin(other) + __builtin_ctzll(mask)));
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
    const auto keep = [&](std::int64_t at) {
      block.entries.push_back({before_.column[at], before_.weight[at], before_.multiplier[at], before_.previous[at]});
      ++count;
    };
    for (const std::int32_t q : near) {
      for (; e < end && before_.column[e] < q; ++e)
        if (carries(e)) keep(e);
      const bool old = e < end && before_.column[e] == q;
      if (old && carries(e)) {
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
      if (carries(e)) keep(e);
    return count;
  }

  bool carries(std::int64_t at) const { return before_.multiplier[at] > 0.0 || before_.previous[at] > 0.0; }

  // The pairs whose larger row alone is this rank's: found by the others, or carried by the list before.
  void exchange() {
    std::vector<LowerPair> lower;
    const auto own = static_cast<std::size_t>(lines_.ranks().rank());
    const std::vector<std::string> found = lines_.ranks().swap(fresh_for_others());
    for (std::size_t k = 0; k < found.size(); ++k) {
      if (k == own) continue;
      for (std::size_t at = 0; at + 2 * sizeof(std::int32_t) <= found[k].size(); at += 2 * sizeof(std::int32_t)) {
        std::array<std::int32_t, 2> pair{};
        std::memcpy(pair.data(), found[k].data() + at, sizeof pair);
        lower.push_back({pair[0], {pair[1], weight_of(pair[0], pair[1]), 0.0, 0.0}});
      }
    }
    for (const LineGroup& group : lines_.own())
      for (const index_t half : {index_t{0}, data_.m})
        for (index_t q = half + group.begin; q < half + group.end && before_.entries() > 0; ++q)
          for (std::int64_t e = before_.begin(q); e < before_.upper(q); ++e)
            if (!lines_.owns(before_.column[e]) && carries(e))
              lower.push_back(
                  {before_.column[e],
                   {static_cast<std::int32_t>(q), before_.weight[e], before_.multiplier[e], before_.previous[e]}});
    std::sort(lower.begin(), lower.end(), [](const LowerPair& a, const LowerPair& b) {
      return a.row < b.row || (a.row == b.row && a.entry.column < b.entry.column);
    });
    add_blocks(lower);
  }

  std::vector<std::string> fresh_for_others() const {
    std::vector<std::string> to(static_cast<std::size_t>(lines_.ranks().size()));
    for (index_t tile = 0; tile < tiles_.count(); ++tile) {
      const UpperBlock& block = blocks_[static_cast<std::size_t>(tile)];
      std::int64_t at = 0;
      for (std::size_t i = 0; i < block.end.size(); ++i)
        for (; at < block.end[i]; ++at) {
          const UpperEntry& entry = block.entries[static_cast<std::size_t>(at)];
          if (entry.multiplier > 0.0 || entry.previous > 0.0 || lines_.owns(entry.column)) continue;
          const std::array<std::int32_t, 2> pair{
              static_cast<std::int32_t>(tiles_.begin(tile) + static_cast<index_t>(i)), entry.column};
          to[static_cast<std::size_t>(lines_.rank_of(entry.column))].append(reinterpret_cast<const char*>(pair.data()),
                                                                            sizeof pair);
        }
    }
    return to;
  }

  // That of the list before where the pair is on it.
  float weight_of(index_t p, index_t q) const {
    if (before_.entries() > 0) {
      const std::int32_t* first = before_.column.data() + before_.begin(q);
      const std::int32_t* last = before_.column.data() + before_.upper(q);
      const std::int32_t* at = std::lower_bound(first, last, static_cast<std::int32_t>(p));
      if (at != last && *at == p) return before_.weight[at - before_.column.data()];
    }
    return weight(p, q);
  }

  void add_blocks(const std::vector<LowerPair>& lower) {
    std::size_t next = 0;
    for (index_t tile = 0; tile < tiles_.count(); ++tile) {
      if (mine(tile)) continue;
      UpperBlock& block = blocks_[static_cast<std::size_t>(tile)];
      for (index_t row = tiles_.begin(tile); row < tiles_.end(tile); ++row) {
        for (; next < lower.size() && lower[next].row == row; ++next)
          if (next == 0 || lower[next - 1].row != row || lower[next - 1].entry.column != lower[next].entry.column)
            block.entries.push_back(lower[next].entry);
        block.end.push_back(static_cast<std::int64_t>(block.entries.size()));
      }
    }
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
    const index_t tiles = tiles_.count();
    index_t seen = 0;
    for (index_t tile = 0; tile < tiles; tile += step_) seen += tiles - tile;
    const double share = 0.5 * static_cast<double>(tiles) * static_cast<double>(tiles + 1) / static_cast<double>(seen);
    return static_cast<std::int64_t>(share * static_cast<double>(count));
  }

  // The largest edge of the histogram below which the pairs without a multiplier fit beside those with one into this
  // share of the capacity.
  double cut(double below, double share) const {
    std::int64_t fresh = 0;
    for (const std::int64_t count : sums_) fresh += count;
    std::int64_t room = static_cast<std::int64_t>(share * static_cast<double>(capacity_)) - scaled(found_ - fresh);
    std::size_t edge = 0;
    while (edge < kBins && scaled(sums_[edge]) <= room) room -= scaled(sums_[edge++]);
    return -1.0 + static_cast<double>(edge) / kBins * (below + 1.0);
  }

  const RelaxationData& data_;
  const FactorRows factor_;
  const double* importance_;
  const PairList& before_;
  const std::int64_t capacity_;
  const Team& team_;
  const LineShare& lines_;
  const Tiles tiles_;
  const UnitRows unit_;
  std::vector<UpperBlock> blocks_;
  std::vector<Histogram> bins_;
  Histogram sums_{};  // of all tiles, of all ranks
  std::atomic<std::int64_t> stored_ = 0;
  std::int64_t most_ = 0;
  index_t step_ = 1;
  std::int64_t found_ = 0;
};

}  // namespace

PairScan scan_pairs(const RelaxationData& data, const FactorRows& factor, const double* importance,
                    const PairList& before, const ScanLimits& limits, const Team& team, const LineShare& lines) {
  return Scanner(data, factor, importance, before, limits.most, team, lines).scan(limits.margin, limits.crowded);
}

}  // namespace burelu
