#include "branch/search.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>

#include "branch/spells.hpp"

namespace burelu {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr std::size_t kRound = 64;            // boxes of a round
constexpr std::int64_t kFirstSpell = 16;      // cells below one box in the first round: little is known of h
constexpr std::int64_t kSpell = 128;          // in later ones
constexpr double kSpellRoots = 8.0;           // a spell is worth as many looks at all kinks, which it begins with
constexpr std::size_t kMostOpen = 1U << 18U;  // boxes of the heap, 0.3 KB each: with more subtrees are finished first
constexpr std::int64_t kLongSpell = 1 << 16;  // then
constexpr std::int64_t kWorthRanks = 4096;    // cells, from which on a round is worth its messages

class Search {
 public:
  Search(const Kinks& kinks, const SearchLimits& limits)
      : k_(kinks), limits_(limits), spells_(kinks, limits), heap_(covering(kinks.dims, kinks.outputs)), peaks_(kinks) {}

  SearchResult run() {
    std::int64_t cells = kFirstSpell;
    while (!stop_ && !spent()) {
      const std::vector<Box> boxes = take();
      if (boxes.empty()) break;
      round(boxes, spell(boxes.size(), cells));
      cells = std::min(2 * cells, kSpell);
    }
    heap_.insert(heap_.end(), unsplit_.begin(), unsplit_.end());
    SearchResult out;
    out.best = best_;
    out.cells = cells_;
    out.work = work_;
    out.upper = threshold(best_);
    for (const Box& box : heap_) out.upper = std::max(out.upper, box.bound);
    out.finished = out.upper <= threshold(best_);
    out.peaks = peaks_.take();
    return out;
  }

 private:
  double threshold(double best) const { return spells_.threshold(best); }

  bool spent() const {
    return (limits_.cells > 0 && cells_ >= limits_.cells) || (limits_.work > 0.0 && work_ >= limits_.work) ||
           (limits_.decide && best_ > limits_.threshold);
  }

  static bool lower(const Box& a, const Box& b) { return a.bound < b.bound; }

  std::vector<Box> take() {
    std::vector<Box> out;
    while (!heap_.empty() && out.size() < kRound && heap_.front().bound > threshold(best_)) {
      std::pop_heap(heap_.begin(), heap_.end(), lower);
      out.push_back(heap_.back());
      heap_.pop_back();
    }
    return out;
  }

  Spell spell(std::size_t boxes, std::int64_t cells) const {
    constexpr std::int64_t kEndless = std::numeric_limits<std::int64_t>::max();
    const auto share = static_cast<std::int64_t>(boxes);
    Spell out{best_, cells, kSpellRoots * cell_work(k_.dims, k_.count, 0), kEndless, kInfinity};
    if (heap_.size() > kMostOpen) out.cells = kLongSpell;
    if (limits_.cells > 0) out.most_cells = (limits_.cells - cells_ + share - 1) / share;
    if (limits_.work > 0.0) out.most_work = (limits_.work - work_) / static_cast<double>(boxes);
    return out;
  }

  void round(const std::vector<Box>& boxes, const Spell& spell) {
    const std::int64_t before = cells_;
    const auto ask = [this, before](std::int64_t cells) {
      if (!stop_ && limits_.keep_going && !limits_.keep_going(before + cells)) stop_ = true;
      return !stop_;
    };
    if (limits_.lead != nullptr && !spread_ && cells_ >= kWorthRanks)
      spread_ = std::make_unique<SpreadSpells>(*limits_.lead, spells_, k_, limits_);
    for (const Outcome& outcome : spread_ ? spread_->run(boxes, spell, ask) : spells_.run(boxes, spell, ask)) {
      best_ = std::max(best_, outcome.best);
      cells_ += outcome.cells;
      work_ += outcome.work;
      for (const Peak& peak : outcome.peaks) peaks_.add(peak.value, peak.y.data());
      unsplit_.insert(unsplit_.end(), outcome.unsplit.begin(), outcome.unsplit.end());
      for (const Box& box : outcome.open) {
        heap_.push_back(box);
        std::push_heap(heap_.begin(), heap_.end(), lower);
      }
    }
  }

  const Kinks& k_;
  const SearchLimits& limits_;
  Spells spells_;
  std::unique_ptr<SpreadSpells> spread_;
  std::vector<Box> heap_, unsplit_;
  Peaks peaks_;
  double best_ = 0.0;
  double work_ = 0.0;
  std::int64_t cells_ = 0;
  bool stop_ = false;
};

}  // namespace

SearchResult search(const Kinks& kinks, const SearchLimits& limits) { return Search(kinks, limits).run(); }

double height(const Kinks& k, const double* y) {
  std::vector<double> phi(static_cast<std::size_t>(k.outputs), 0.0);
  double uu = 0.0;
  for (index_t j = 0; j < k.dims; ++j)
    for (index_t l = 0; l < k.dims; ++l) uu += y[j] * k.metric[static_cast<std::size_t>(j * k.dims + l)] * y[l];
  for (index_t z = 0; z < k.outputs; ++z)
    for (index_t j = 0; j < k.dims; ++j)
      phi[static_cast<std::size_t>(z)] += k.linear[static_cast<std::size_t>(z * k.dims + j)] * y[j];
  for (index_t i = 0; i < k.count; ++i) {
    double s = 0.0;
    for (index_t j = 0; j < k.dims; ++j) s += k.x[static_cast<std::size_t>(j * k.count + i)] * y[j];
    if (s > 0.0)
      for (index_t z = 0; z < k.outputs; ++z)
        phi[static_cast<std::size_t>(z)] += s * k.g[static_cast<std::size_t>(z * k.count + i)];
  }
  double square = 0.0;
  for (const double value : phi) square += value * value;
  return std::sqrt(square / uu);
}

}  // namespace burelu
