// What the tests of branch and bound's cells share: posed problems, small batches.
#pragma once

#include <utility>

#include "branch/batch_search.hpp"
#include "branch/cases.hpp"
#include "cuda/cuda_support.hpp"

namespace burelu::test {

struct Posed {
  Instance instance;
  Matrix W;
  Presolved reduced;
  Kinks kinks;
};

inline Posed posed(Instance instance, Matrix W) {
  Posed out{std::move(instance), std::move(W), {}, {}};
  out.reduced = presolve(out.instance.problem());
  out.kinks = make_kinks(out.instance.X, out.reduced, out.W);
  return out;
}

inline Posed posed(std::uint64_t seed) {
  Instance instance = branch_case(seed);
  Matrix W = gaussian(instance.X.rows, instance.Y.cols, seed + 77);
  return posed(std::move(instance), std::move(W));
}

inline CudaCellTuning few(int steps = 4) {
  CudaCellTuning tuning;
  tuning.warps = 3;
  tuning.step = 16;
  tuning.steps = steps;
  return tuning;
}

}  // namespace burelu::test
