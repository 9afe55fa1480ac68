#include "branch/batch_search.hpp"

#include <algorithm>

#include "branch/peaks.hpp"
#include "burelu/errors.hpp"

namespace burelu {
namespace {

constexpr std::size_t kMostOpen = 1U << 20U;  // boxes, 0.3 KB each: with more, subtrees are finished first

class BatchSearch {
 public:
  BatchSearch(CellBackend& backend, const Kinks& kinks, const SearchLimits& limits)
      : backend_(backend),
        limits_(limits),
        dims_(kinks.dims),
        open_(covering(kinks.dims, kinks.outputs)),
        peaks_(kinks) {}

  SearchResult run() {
    do {
      batch();
    } while (!open_.empty() && goes_on());
    SearchResult out;
    out.best = best_;
    out.cells = cells_;
    out.work = work_;
    out.upper = threshold();
    for (const Box& box : open_) out.upper = std::max(out.upper, box.bound);
    for (const Box& box : points_) out.upper = std::max(out.upper, box.bound);
    out.finished = out.upper <= threshold();
    out.peaks = peaks_.take();
    return out;
  }

 private:
  double threshold() const { return std::max(limits_.threshold, best_ * (1.0 + limits_.relative)); }

  bool goes_on() const {
    if (limits_.decide && best_ > limits_.threshold) return false;
    if (limits_.cells > 0 && cells_ >= limits_.cells) return false;
    if (limits_.work > 0.0 && work_ >= limits_.work) return false;
    return !limits_.keep_going || limits_.keep_going(cells_);
  }

  void batch() {
    CellRun run;
    run.threshold = limits_.threshold;
    run.relative = limits_.relative;
    run.best = best_;
    take(run.open);
    backend_.run(run);
    best_ = run.best;
    cells_ += run.cells;
    work_ += work(run);
    open_.insert(open_.end(), run.open.begin(), run.open.end());
    points_.insert(points_.end(), run.points.begin(), run.points.end());
    for (const Centre& centre : run.centres) peaks_.add(centre.value, centre.y);
  }

  // As the processor counts it, which looks at little more kinks than are open; the device looks at all of them.
  double work(const CellRun& run) const {
    const double fixed = cell_work(dims_, 0, 0);
    return static_cast<double>(run.cells) * fixed + static_cast<double>(run.kinks) * (cell_work(dims_, 1, 1) - fixed);
  }

  void take(std::vector<Box>& batch) {
    const std::size_t count = std::min(open_.size(), static_cast<std::size_t>(backend_.most()));
    const auto from = open_.end() - static_cast<std::ptrdiff_t>(count);
    if (open_.size() <= kMostOpen)
      std::nth_element(open_.begin(), from, open_.end(), [](const Box& a, const Box& b) { return a.bound < b.bound; });
    batch.assign(from, open_.end());
    open_.erase(from, open_.end());
  }

  CellBackend& backend_;
  const SearchLimits& limits_;
  index_t dims_;
  std::vector<Box> open_, points_;
  double best_ = 0.0;
  std::int64_t cells_ = 0;
  double work_ = 0.0;
  Peaks peaks_;
};

}  // namespace

SearchResult search_batches(CellBackend& backend, const Kinks& kinks, const SearchLimits& limits) {
  return BatchSearch(backend, kinks, limits).run();
}

SearchResult search_on(const Device& device, const Kinks& kinks, const SearchLimits& limits) {
  if (device.is_host()) {
    SearchLimits together = limits;
    together.lead = device.lead();
    return search(kinks, together);
  }
  std::unique_ptr<CellBackend> backend;
  try {
    backend = device.cells(kinks);
  } catch (const MemoryError&) {
    return search(kinks, limits);
  }
  return search_batches(*backend, kinks, limits);
}

}  // namespace burelu
