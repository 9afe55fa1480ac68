#include "branch/estimate.hpp"

#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

#include "branch/cell.hpp"
#include "linalg/random.hpp"

namespace burelu {
namespace {

constexpr int kDeepest = 300;
constexpr double kEffort = 1e9;  // flops for ways beyond one from each face

class Ways {
 public:
  Ways(const Kinks& kinks, double threshold, std::uint64_t seed)
      : test_(kinks), dims_(kinks.dims), threshold_(threshold), random_(seed), frames_{root_frame(kinks), {}, {}} {}

  // Goes on until what all ways stand for is more than `enough` flops.
  void go(Box box, double enough) {
    double stands_for = 1.0;
    const Frame* parent = frames_;  // the root stays
    for (int depth = 0; depth < kDeepest && sum_.work <= enough; ++depth) {
      Frame& child = frames_[1 + depth % 2];
      const CellVerdict verdict = test_.test(box, *parent, threshold_, child);
      const double work = cell_work(dims_, parent->count, child.count);
      sum_.cells += stands_for;
      sum_.work += stands_for * work;
      effort_ += work;
      if (verdict.proven || verdict.axis < 0) break;
      box.open = verdict.open;
      Box upper = halve(box, verdict.axis);
      if (random_.normal() > 0.0) std::swap(box, upper);
      stands_for *= 2.0;
      parent = &child;
    }
  }

  const Estimate& sum() const { return sum_; }
  double effort() const { return effort_; }

 private:
  CellTest test_;
  index_t dims_;
  double threshold_;
  Random random_;
  Frame frames_[3];
  Estimate sum_;
  double effort_ = 0.0;
};

}  // namespace

Estimate estimated_cells(const Kinks& kinks, double threshold, int ways, std::uint64_t seed, double enough) {
  const std::vector<Box> faces = covering(kinks.dims, kinks.outputs);
  const double most = enough > 0.0 ? enough : std::numeric_limits<double>::infinity();
  const int least = static_cast<int>(faces.size());
  const auto each = static_cast<double>(faces.size());
  Ways walk(kinks, threshold, seed);
  int gone = 0;
  while (gone < std::max(ways, least)) {
    // more than this, and the mean of all of them is above `most` whatever the others are
    walk.go(faces[static_cast<std::size_t>(gone % least)], most / each * std::max(ways, least));
    ++gone;
    if (gone % least == 0 && walk.effort() > kEffort) break;  // the same number from each face
    if (walk.sum().work * each > most * std::max(ways, least)) break;
  }
  const double times = each / gone;
  return {walk.sum().cells * times, walk.sum().work * times};
}

}  // namespace burelu
