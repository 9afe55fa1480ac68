#include "branch/estimate.hpp"

#include <utility>
#include <vector>

#include "branch/cell.hpp"
#include "linalg/random.hpp"

namespace burelu {
namespace {

constexpr int kDeepest = 300;

double one_way(CellTest& test, const Frame& root, Box box, double threshold, Random& random) {
  double cells = 0.0;
  double stands_for = 1.0;
  Frame frames[2] = {root, {}};
  for (int depth = 0; depth < kDeepest; ++depth) {
    const CellVerdict verdict = test.test(box, frames[depth % 2], threshold, frames[(depth + 1) % 2]);
    cells += stands_for;
    if (verdict.proven || verdict.axis < 0) break;
    box.open = verdict.open;
    Box upper = halve(box, verdict.axis);
    if (random.normal() > 0.0) std::swap(box, upper);
    stands_for *= 2.0;
  }
  return cells;
}

}  // namespace

double estimated_cells(const Kinks& kinks, double threshold, int ways, std::uint64_t seed) {
  const std::vector<Box> faces = covering(kinks.dims, kinks.outputs);
  const Frame root = root_frame(kinks);
  CellTest test(kinks);
  Random random(seed);
  double sum = 0.0;
  for (int way = 0; way < ways; ++way)  // the same number from each face, about
    sum += one_way(test, root, faces[static_cast<std::size_t>(way) % faces.size()], threshold, random);
  return sum / ways * static_cast<double>(faces.size());
}

}  // namespace burelu
