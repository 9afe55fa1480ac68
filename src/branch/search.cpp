#include "branch/search.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <condition_variable>
#include <limits>
#include <mutex>

#include "linalg/team.hpp"

namespace burelu {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr std::size_t kMostPeaks = 200;
constexpr double kApart = 1e-4;               // 1 - cosine of peaks that count as two, in the metric
constexpr double kHigh = 0.9;                 // of the threshold: lower centres are no candidates
constexpr std::int64_t kLook = 64;            // cells between looks at the others
constexpr std::int64_t kSpell = 128;          // cells below one box of the heap, then what is open goes back to it
constexpr std::size_t kMostOpen = 1U << 18U;  // boxes of the heap, 0.3 KB each: with more subtrees are finished first
constexpr std::chrono::milliseconds kPatience{50};

struct Entry {
  Box box;
  int parent;  // depth whose frame it begins with
};

// Peaks apart from each other, the highest kept.
class Peaks {
 public:
  explicit Peaks(const Kinks& kinks) : k_(kinks) {}

  void add(double value, const double* y) {
    if (peaks_.size() >= kMostPeaks && value <= lowest_) return;
    const auto d = static_cast<std::size_t>(k_.dims);
    Peak peak{value, std::vector<double>(y, y + d)};
    for (Peak& other : peaks_) {
      const double cosine = product(peak.y, other.y) / std::sqrt(product(peak.y, peak.y) * product(other.y, other.y));
      if (cosine < 1.0 - kApart) continue;
      if (value > other.value) other = std::move(peak);
      return;
    }
    if (peaks_.size() >= kMostPeaks)
      *std::min_element(peaks_.begin(), peaks_.end(), lower) = std::move(peak);
    else
      peaks_.push_back(std::move(peak));
    lowest_ = std::min_element(peaks_.begin(), peaks_.end(), lower)->value;
  }

  std::vector<Peak> take() {
    std::sort(peaks_.begin(), peaks_.end(), [](const Peak& a, const Peak& b) { return a.value > b.value; });
    return std::move(peaks_);
  }
  const std::vector<Peak>& all() const { return peaks_; }

 private:
  static bool lower(const Peak& a, const Peak& b) { return a.value < b.value; }
  double product(const std::vector<double>& a, const std::vector<double>& b) const {
    double sum = 0.0;
    for (std::size_t i = 0; i < a.size(); ++i)
      for (std::size_t j = 0; j < b.size(); ++j) sum += a[i] * k_.metric[i * a.size() + j] * b[j];
    return sum;
  }

  const Kinks& k_;
  std::vector<Peak> peaks_;
  double lowest_ = kInfinity;
};

class Search {
 public:
  Search(const Kinks& kinks, const SearchLimits& limits) : k_(kinks), limits_(limits), peaks_(kinks) {
    heap_ = covering(k_.dims, k_.outputs);
  }

  SearchResult run() {
    root_ = root_frame(k_);
    Team(std::max(limits_.threads, 1)).run([&](int part) {
      try {
        work(part == 0);
      } catch (...) {
        stop();
        throw;
      }
    });
    heap_.insert(heap_.end(), unsplit_.begin(), unsplit_.end());
    SearchResult out;
    out.best = best_;
    out.cells = cells_;
    out.upper = threshold();
    for (const Box& box : heap_) out.upper = std::max(out.upper, box.bound);
    out.finished = out.upper <= threshold();
    out.peaks = peaks_.take();
    return out;
  }

 private:
  double threshold() const { return std::max(limits_.threshold, best_.load() * (1.0 + limits_.relative)); }

  // One more box, or false when all are done or the search is stopped. Waits where others may still hand some back.
  bool take(Box& box, bool asks) {
    std::unique_lock lock(mutex_);
    ++idle_;
    while (heap_.empty() && idle_ < begun_ && !stop_) {
      if (asks) {
        changed_.wait_for(lock, kPatience);
        look();
      } else {
        changed_.wait(lock);
      }
    }
    if (heap_.empty() || stop_) {
      changed_.notify_all();
      return false;
    }
    --idle_;
    std::pop_heap(heap_.begin(), heap_.end(), lower);
    box = heap_.back();
    heap_.pop_back();
    return true;
  }

  static bool lower(const Box& a, const Box& b) { return a.bound < b.bound; }

  // The caller holds the lock.
  void put(const Box& box) {
    heap_.push_back(box);
    std::push_heap(heap_.begin(), heap_.end(), lower);
    changed_.notify_one();
  }

  void look() {
    if (limits_.cells > 0 && cells_ >= limits_.cells) stop_ = true;
    if (limits_.keep_going && !limits_.keep_going(cells_)) stop_ = true;
    if (stop_) changed_.notify_all();
  }

  void stop() {
    const std::lock_guard lock(mutex_);
    stop_ = true;
    changed_.notify_all();
  }

  void work(bool asks) {
    ++begun_;
    CellTest test(k_);
    std::vector<Frame> frames(1);
    frames[0] = root_;
    std::vector<Entry> stack;
    Peaks peaks(k_);
    Box first;
    std::int64_t counted = 0;
    while (take(first, asks)) {
      stack.push_back({first, 0});
      std::int64_t spell = 0;
      while (!stack.empty()) {
        const Entry entry = stack.back();
        stack.pop_back();
        const auto depth = static_cast<std::size_t>(entry.parent);
        if (entry.box.bound <= threshold()) continue;
        if (frames.size() < depth + 2) frames.resize(depth + 2);
        const CellVerdict verdict = test.test(entry.box, frames[depth], threshold(), frames[depth + 1]);
        ++counted;
        if (!verdict.proven) {
          raise(verdict.value);
          double y[kMostDims];
          for (index_t j = 0; j < k_.dims; ++j) y[j] = 0.5 * (entry.box.low[j] + entry.box.high[j]);
          if (verdict.value > kHigh * threshold() / (1.0 + limits_.relative)) peaks.add(verdict.value, y);
          Box half = entry.box;
          half.bound = std::min(entry.box.bound, verdict.bound);
          if (half.bound <= threshold()) continue;
          if (verdict.axis < 0) {  // a point, or as good as one: it stays open unless the threshold passes its bound
            leave(half);
            continue;
          }
          half.open = verdict.open;
          const Box upper = halve(half, verdict.axis);
          stack.push_back({half, entry.parent + 1});
          stack.push_back({upper, entry.parent + 1});
        }
        if (counted >= kLook) {
          cells_ += counted;
          if (asks) {
            const std::lock_guard lock(mutex_);
            look();
          }
          share(stack);
          spell += counted;
          counted = 0;
          if (stop_ || spell >= kSpell) hand_back(stack);
        }
      }
    }
    cells_ += counted;
    const std::lock_guard lock(mutex_);
    for (const Peak& peak : peaks.all()) peaks_.add(peak.value, peak.y.data());
  }

  void raise(double value) {
    double seen = best_;
    while (value > seen && !best_.compare_exchange_weak(seen, value)) {
    }
    if (limits_.decide && value > limits_.threshold) stop();
  }

  void leave(const Box& box) {
    const std::lock_guard lock(mutex_);
    unsplit_.push_back(box);
  }

  // The largest open box of this thread to one that waits.
  void share(std::vector<Entry>& stack) {
    if (idle_ == 0 || stack.size() < 2) return;
    const std::lock_guard lock(mutex_);
    if (!heap_.empty()) return;
    put(stack.front().box);
    stack.erase(stack.begin());
  }

  // So that boxes with the largest bounds come first, and a search that is stopped has a bound.
  void hand_back(std::vector<Entry>& stack) {
    const std::lock_guard lock(mutex_);
    if (!stop_ && heap_.size() + stack.size() > kMostOpen) return;
    for (const Entry& open : stack) put(open.box);
    stack.clear();
  }

  const Kinks& k_;
  const SearchLimits& limits_;
  Frame root_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Box> heap_, unsplit_;
  std::atomic<int> idle_ = 0;
  std::atomic<int> begun_ = 0;  // a team may run its parts one after the other
  std::atomic<bool> stop_ = false;
  std::atomic<double> best_ = 0.0;
  std::atomic<std::int64_t> cells_ = 0;
  Peaks peaks_;
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
