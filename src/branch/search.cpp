#include "branch/search.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <memory>

#include "linalg/team.hpp"

namespace burelu {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr std::int64_t kLook = 64;            // cells between questions
constexpr double kLookWork = 3e7;             // flops between them, where cells have many kinks
constexpr std::size_t kRound = 64;            // boxes of a round
constexpr std::int64_t kFirstSpell = 16;      // cells below one box in the first round: little is known of h
constexpr std::int64_t kSpell = 128;          // in later ones
constexpr double kSpellRoots = 8.0;           // a spell is worth as many looks at all kinks, which it begins with
constexpr std::size_t kMostOpen = 1U << 18U;  // boxes of the heap, 0.3 KB each: with more subtrees are finished first

struct Entry {
  Box box;
  int parent;  // depth whose frame it begins with
};

// What a spell below one box leaves.
struct Outcome {
  explicit Outcome(const Kinks& kinks) : peaks(kinks) {}

  std::vector<Box> open;
  std::vector<Box> unsplit;
  Peaks peaks;
  double best = 0.0;
  std::int64_t cells = 0;
  double work = 0.0;
};

struct Spell {
  double best;         // known before
  std::int64_t cells;  // it ends with as many of them
  double work;         // and so much work
  std::int64_t most_cells;
  double most_work;
};

// One thread's.
struct Worker {
  explicit Worker(const Kinks& kinks) : test(kinks), frames{root_frame(kinks)} {}

  CellTest test;
  std::vector<Frame> frames;
  std::vector<Entry> stack;
};

class Search {
 public:
  Search(const Kinks& kinks, const SearchLimits& limits)
      : k_(kinks), limits_(limits), heap_(covering(kinks.dims, kinks.outputs)), peaks_(kinks) {}

  SearchResult run() {
    const Team team(std::max(limits_.threads, 1));
    std::vector<std::unique_ptr<Worker>> workers(static_cast<std::size_t>(team.size()));
    std::int64_t cells = kFirstSpell;
    while (!stop_ && !spent()) {
      const std::vector<Box> boxes = take();
      if (boxes.empty()) break;
      round(team, workers, boxes, spell(boxes.size(), cells));
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
  double threshold(double best) const { return std::max(limits_.threshold, best * (1.0 + limits_.relative)); }

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
    if (heap_.size() > kMostOpen) out.cells = kEndless;
    if (limits_.cells > 0) out.most_cells = (limits_.cells - cells_ + share - 1) / share;
    if (limits_.work > 0.0) out.most_work = (limits_.work - work_) / static_cast<double>(boxes);
    return out;
  }

  void round(const Team& team, std::vector<std::unique_ptr<Worker>>& workers, const std::vector<Box>& boxes,
             const Spell& spell) {
    std::vector<Outcome> outcomes(boxes.size(), Outcome(k_));
    std::atomic<std::size_t> next = 0;
    seen_ = cells_;
    team.run([&](int part) {
      auto& worker = workers[static_cast<std::size_t>(part)];
      if (!worker) worker = std::make_unique<Worker>(k_);
      for (std::size_t i = next++; i < boxes.size(); i = next++)
        below(boxes[i], spell, *worker, outcomes[i], part == 0);
    });
    for (Outcome& outcome : outcomes) {
      best_ = std::max(best_, outcome.best);
      cells_ += outcome.cells;
      work_ += outcome.work;
      peaks_.add(outcome.peaks);
      unsplit_.insert(unsplit_.end(), outcome.unsplit.begin(), outcome.unsplit.end());
      for (const Box& box : outcome.open) {
        heap_.push_back(box);
        std::push_heap(heap_.begin(), heap_.end(), lower);
      }
    }
  }

  // Depth first, until nothing is open or the spell is over.
  void below(const Box& box, const Spell& spell, Worker& worker, Outcome& out, bool asks) {
    out.best = spell.best;
    worker.stack.assign(1, {box, 0});
    std::int64_t asked_cells = 0;
    double asked_work = 0.0;
    while (!worker.stack.empty() && !stop_) {
      if (out.cells >= spell.cells && out.work >= spell.work) break;
      if (out.cells >= spell.most_cells || out.work >= spell.most_work) break;
      if (limits_.decide && out.best > limits_.threshold) break;
      const Entry entry = worker.stack.back();
      worker.stack.pop_back();
      if (entry.box.bound > threshold(out.best)) cell(entry, worker, out);
      if (out.cells < asked_cells + kLook && out.work < asked_work + kLookWork) continue;
      seen_ += out.cells - asked_cells;
      asked_cells = out.cells;
      asked_work = out.work;
      if (asks && limits_.keep_going && !limits_.keep_going(seen_)) stop_ = true;
    }
    for (const Entry& open : worker.stack) out.open.push_back(open.box);
  }

  void cell(const Entry& entry, Worker& worker, Outcome& out) {
    const auto depth = static_cast<std::size_t>(entry.parent);
    if (worker.frames.size() < depth + 2) worker.frames.resize(depth + 2);
    const Frame& parent = worker.frames[depth];
    Frame& child = worker.frames[depth + 1];
    const CellVerdict verdict = worker.test.test(entry.box, parent, threshold(out.best), child);
    ++out.cells;
    out.work += cell_work(k_.dims, parent.count, child.count);
    if (verdict.proven) return;
    out.best = std::max(out.best, verdict.value);
    if (verdict.value > cell::kHigh * threshold(out.best) / (1.0 + limits_.relative)) {
      double y[kMostDims];
      for (index_t j = 0; j < k_.dims; ++j) y[j] = 0.5 * (entry.box.low[j] + entry.box.high[j]);
      out.peaks.add(verdict.value, y);
    }
    Box half = entry.box;
    half.bound = std::min(entry.box.bound, verdict.bound);
    if (half.bound <= threshold(out.best)) return;
    if (verdict.axis < 0) {  // a point, or as good as one: it stays open unless the threshold passes its bound
      out.unsplit.push_back(half);
      return;
    }
    half.open = verdict.open;
    const Box upper = halve(half, verdict.axis);
    worker.stack.push_back({half, entry.parent + 1});
    worker.stack.push_back({upper, entry.parent + 1});
  }

  const Kinks& k_;
  const SearchLimits& limits_;
  std::vector<Box> heap_, unsplit_;
  Peaks peaks_;
  double best_ = 0.0;
  double work_ = 0.0;
  std::int64_t cells_ = 0;
  std::atomic<std::int64_t> seen_ = 0;  // cells, for who asks
  std::atomic<bool> stop_ = false;
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
