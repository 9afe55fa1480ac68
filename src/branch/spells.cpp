#include "branch/spells.hpp"

#include <algorithm>
#include <limits>

#include "branch/peaks.hpp"

namespace burelu {
namespace {

constexpr std::int64_t kLook = 64;  // cells between questions
constexpr double kLookWork = 3e7;   // flops between them, where cells have many kinks

}  // namespace

struct Spells::Entry {
  Box box;
  int parent;  // depth whose frame it begins with
};

// One thread's.
struct Spells::Worker {
  explicit Worker(const Kinks& kinks) : test(kinks), frames{root_frame(kinks)} {}

  CellTest test;
  std::vector<Frame> frames;
  std::vector<Entry> stack;
};

Spells::Spells(const Kinks& kinks, const SearchLimits& limits)
    : k_(kinks),
      limits_(limits),
      team_(std::max(limits.threads, 1)),
      workers_(static_cast<std::size_t>(team_.size())) {}

Spells::~Spells() = default;

double Spells::threshold(double best) const { return std::max(limits_.threshold, best * (1.0 + limits_.relative)); }

std::vector<Outcome> Spells::run(const std::vector<Box>& boxes, const Spell& spell,
                                 const std::function<bool(std::int64_t cells)>& ask) {
  std::vector<Outcome> outcomes(boxes.size());
  std::atomic<std::size_t> next = 0;
  ask_ = &ask;
  seen_ = 0;
  stop_ = false;
  team_.run([&](int part) {
    auto& worker = workers_[static_cast<std::size_t>(part)];
    if (!worker) worker = std::make_unique<Worker>(k_);
    for (std::size_t i = next++; i < boxes.size(); i = next++) below(boxes[i], spell, *worker, outcomes[i], part == 0);
  });
  return outcomes;
}

// Depth first, until nothing is open or the spell is over.
void Spells::below(const Box& box, const Spell& spell, Worker& worker, Outcome& out, bool asks) {
  Peaks peaks(k_);
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
    if (entry.box.bound > threshold(out.best)) cell(entry, worker, peaks, out);
    if (out.cells < asked_cells + kLook && out.work < asked_work + kLookWork) continue;
    seen_ += out.cells - asked_cells;
    asked_cells = out.cells;
    asked_work = out.work;
    if (asks && *ask_ && !(*ask_)(seen_)) stop_ = true;
  }
  for (const Entry& open : worker.stack) out.open.push_back(open.box);
  out.peaks = peaks.list();
}

void Spells::cell(const Entry& entry, Worker& worker, Peaks& peaks, Outcome& out) {
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
    peaks.add(verdict.value, y);
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

}  // namespace burelu
