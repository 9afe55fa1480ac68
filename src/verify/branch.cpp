#include "verify/branch.hpp"

#include <cmath>
#include <vector>

#include "verify/box_proof.hpp"

namespace burelu::verify {
namespace {

constexpr std::size_t kDeepest = 900;

class Walk {
 public:
  Walk(const Sphere& sphere, std::size_t most) : s_(sphere), proof_(sphere), most_(most), open_(kDeepest + 2) {}

  Tree run() {
    open_[0] = {s_.x, s_.g, s_.linear, s_.kinks};
    Tree out{true, {}, 0};
    for (std::size_t j = 0; j < s_.d && out.proven; ++j)
      for (const double side : {-1.0, 1.0}) {
        Box face;
        face.low.fill(-1.0);
        face.high.fill(1.0);
        face.low[j] = face.high[j] = side;
        out.proven = out.proven && prove(face, 0);
      }
    out.cells = cells_;
    if (!out.proven)
      out.reason = cells_ >= most_ ? "no tree was found within the limit of cells"
                                   : "sum (x_i'u)_+ w_i is longer than gamma in some direction, or too close";
    return out;
  }

 private:
  bool prove(Box box, std::size_t depth) {
    if (++cells_ > most_ || depth > kDeepest) return false;
    const BoxProof::Outcome outcome = proof_.test(box, open_[depth], open_[depth + 1]);
    if (outcome != BoxProof::Outcome::open) return outcome == BoxProof::Outcome::proven;
    const std::size_t axis = proof_.axis();
    if (axis == s_.d) return false;
    Box half = box;
    half.high[axis] = 0.5 * (box.low[axis] + box.high[axis]);
    if (!prove(half, depth + 1)) return false;
    half.low[axis] = half.high[axis];
    half.high[axis] = box.high[axis];
    return prove(half, depth + 1);
  }

  const Sphere& s_;
  BoxProof proof_;
  std::size_t most_;
  std::size_t cells_ = 0;
  std::vector<Open> open_;  // by depth: what a box's halves begin with
};

}  // namespace

Tree prove_by_branching(const Data& data, const Claim& claim, std::size_t most_cells) {
  bool zero = true;
  for (const double w : claim.W.values) {
    if (!std::isfinite(w)) return {false, "W is not finite", 0};
    zero = zero && w == 0.0;
  }
  if (zero) return {true, {}, 0};
  const Sphere sphere = make_sphere(data, claim);
  if (!sphere.problem.empty()) return {false, sphere.problem, 0};
  return Walk(sphere, most_cells).run();
}

}  // namespace burelu::verify
