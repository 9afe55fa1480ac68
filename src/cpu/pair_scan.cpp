#include "cpu/pair_scan.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <cstring>

namespace burelu {
namespace {

constexpr int kTile = isa::kScanTile;
constexpr double kFloatRoom = 1.2e-7;  // rounding of a product of floats, per term

constexpr std::int64_t kAny = std::int64_t{1} << 60;
constexpr index_t kSampled = 16;      // one of so many tiles of rows is a sample
constexpr index_t kSampleLeast = 32;  // tiles
constexpr double kSampleRoom = 0.9;   // a sample errs

using Histogram = std::array<std::int64_t, kCosineBins>;  // of what is new

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

/// What a look has seen.
struct Counts {
  Histogram bins{};
  std::int64_t carried = 0;  // pairs with a multiplier
  std::int64_t taken = 0;    // of the new ones
};

/// A pair found or carried, for a list of which the rank has the larger row only.
struct LowerPair {
  std::int32_t row;
  UpperEntry entry;
};

class Scanner {
 public:
  Scanner(const RelaxationData& data, const FactorRows& factor, const double* importance, const PairList& before,
          const ScanLimits& limits, const Team& team, const LineShare& lines)
      : data_(data),
        factor_(factor),
        importance_(importance),
        before_(before),
        limits_(limits),
        team_(team),
        lines_(lines),
        tiles_{data.m},
        unit_(factor, tiles_, team) {}

  PairScan scan() {
    const PairChoice all{limits_.margin};
    std::int64_t wanted = 0;
    PairChoice choice = all;
    if (limits_.crowded && tiles_.count() >= kSampleLeast) {
      look(all, 0, kSampled);
      wanted = carried_ + taken_;
      if (wanted > limits_.most) choice = choose(kSampleRoom);
    }
    look(choice, limits_.most, 1);
    wanted = std::max(wanted, carried_ + taken_);
    if (const std::int64_t room = fresh_room(limits_.most, limits_.capacity, carried_); taken_ > room) {
      const double missed = static_cast<double>(room) / static_cast<double>(taken_);
      choice = choose(hurried() ? kSampleRoom * kSampleRoom * missed : 1.0);
      look(choice, kAny, 1);
    }
    if (lines_.ranks().size() > 1) exchange();
    return {std::move(blocks_), std::max(wanted, carried_ + taken_), choice.certain > 0.0};
  }

 private:
  // All pairs of one of `step` tiles of rows with larger ones: those that carry a multiplier and what the choice takes
  // of the others. When more than `most` of these have been found they are only counted.
  void look(const PairChoice& choice, std::int64_t most, index_t step) {
    step_ = step;
    choice_ = choice;
    blocks_.assign(static_cast<std::size_t>(tiles_.count()), {});
    counts_.assign(static_cast<std::size_t>(tiles_.count()), {});
    found_ = 0;
    most_ = most;
    team_.each((tiles_.count() + step - 1) / step, [&](index_t k) {
      if (mine(k * step)) look_at_rows(k * step);
    });
    take_counts();
  }

  bool mine(index_t tile) const { return lines_.owns(tiles_.begin(tile)); }

  // What all ranks have counted, exact: numbers of pairs are far below 2^53.
  void take_counts() {
    constexpr std::size_t kWidth = kCosineBins + 2;
    const int size = lines_.ranks().size();
    std::vector<double> all(kWidth * static_cast<std::size_t>(size));
    double* own = all.data() + kWidth * static_cast<std::size_t>(lines_.ranks().rank());
    for (const Counts& count : counts_) {
      own[kCosineBins] += static_cast<double>(count.carried);
      own[kCosineBins + 1] += static_cast<double>(count.taken);
      for (std::size_t k = 0; k < kCosineBins; ++k) own[k] += static_cast<double>(count.bins[k]);
    }
    std::vector<std::int64_t> ends(static_cast<std::size_t>(size));
    for (std::size_t k = 0; k < ends.size(); ++k) ends[k] = static_cast<std::int64_t>(k) + 1;
    lines_.ranks().share(all.data(), ends, static_cast<std::int64_t>(kWidth));
    for (std::size_t k = kWidth; k < all.size(); ++k) all[k % kWidth] += all[k];
    const auto sum = [&](std::size_t k) { return scaled(static_cast<std::int64_t>(all[k])); };
    for (std::size_t k = 0; k < kCosineBins && !hurried(); ++k) bins_[k] = sum(k);
    carried_ = sum(kCosineBins);
    taken_ = sum(kCosineBins + 1);
  }

  void look_at_rows(index_t tile) {
    std::array<std::vector<std::int32_t>, kTile> near;
    find_near(tile, near);
    UpperBlock& block = blocks_[static_cast<std::size_t>(tile)];
    Counts& counts = counts_[static_cast<std::size_t>(tile)];
    for (index_t row = tiles_.begin(tile); row < tiles_.end(tile); ++row) {
      const std::int64_t before = counts.taken;
      merge(row, near[static_cast<std::size_t>(row - tiles_.begin(tile))], block, counts);
      block.end.push_back(static_cast<std::int64_t>(block.entries.size()));
      found_ += counts.taken - before;
    }
  }

  void find_near(index_t tile, std::array<std::vector<std::int32_t>, kTile>& near) const {
    isa::ScanTile t{};
    t.rows = unit_.rows.data() + tile * kTile * factor_.rank;
    t.rank = factor_.rank;
    const double below = choice_.edge < kCosineBins ? bin_begin(choice_.edge, limits_.margin) : limits_.margin;
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
  void merge(index_t p, const std::vector<std::int32_t>& near, UpperBlock& block, Counts& counts) const {
    const bool listed = before_.entries() > 0;
    std::int64_t e = listed ? before_.upper(p) : 0;
    const std::int64_t end = listed ? before_.end(p) : 0;
    const auto keep = [&](std::int64_t at) {
      if (!carries(at)) return;
      block.entries.push_back({before_.column[at], before_.weight[at], before_.multiplier[at], before_.previous[at]});
      ++counts.carried;
    };
    for (const std::int32_t q : near) {
      for (; e < end && before_.column[e] < q; ++e) keep(e);
      const bool carried = e < end && before_.column[e] == q && carries(e);
      if (e < end && before_.column[e] == q) keep(e++);
      if (!carried && !data_.tied(p, q)) add_new(p, q, block, counts);
    }
    for (; e < end; ++e) keep(e);
  }

  // No pair is certain: most are left out whatever their cosines are, which nobody forms (100,000 lines: of 1.6e9
  // violated pairs one in 30), so that there is nothing to count into bins.
  bool hurried() const { return choice_.certain > 1.0; }

  void add_new(index_t p, std::int32_t q, UpperBlock& block, Counts& counts) const {
    if (hurried() && drawn(p, q, limits_.number) * choice_.certain >= 1.0) return;
    const double cosine = this->cosine(p, q);
    if (!(cosine < limits_.margin)) return;
    ++counts.bins[static_cast<std::size_t>(cosine_bin(cosine, limits_.margin))];
    if (!taken(choice_, cosine, p, q, limits_.number)) return;
    ++counts.taken;
    if (found_ <= most_) block.entries.push_back({q, weight(p, q, cosine), 0.0, 0.0});
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
        lower.push_back({pair[0], {pair[1], weight(pair[0], pair[1], cosine(pair[0], pair[1])), 0.0, 0.0}});
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

  // Of a new pair. One that was drawn stands for others.
  float weight(index_t p, index_t q, double cosine) const {
    return static_cast<float>(pair_weight(data_, p, q) * (importance_[p] * importance_[q]) /
                              chance_of(choice_, cosine));
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

  // What fits beside the pairs that carry a multiplier into this share of the capacity.
  PairChoice choose(double share) const {
    const std::int64_t room = fresh_room(limits_.most, limits_.capacity, carried_);
    return choose_pairs(bins_.data(), limits_.margin, share * static_cast<double>(room));
  }

  const RelaxationData& data_;
  const FactorRows factor_;
  const double* importance_;
  const PairList& before_;
  const ScanLimits limits_;
  const Team& team_;
  const LineShare& lines_;
  const Tiles tiles_;
  const UnitRows unit_;
  std::vector<UpperBlock> blocks_;
  std::vector<Counts> counts_;  // of each tile
  PairChoice choice_;
  Histogram bins_{};          // of all pairs, about, where the last look counted them
  std::int64_t carried_ = 0;  // likewise
  std::int64_t taken_ = 0;
  std::atomic<std::int64_t> found_ = 0;  // of the new ones, while looking
  std::int64_t most_ = 0;
  index_t step_ = 1;
};

}  // namespace

PairScan scan_pairs(const RelaxationData& data, const FactorRows& factor, const double* importance,
                    const PairList& before, const ScanLimits& limits, const Team& team, const LineShare& lines) {
  return Scanner(data, factor, importance, before, limits, team, lines).scan();
}

}  // namespace burelu
