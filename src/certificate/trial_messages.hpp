// What ranks say to each other for trials (trial_crew.hpp).
#pragma once

#include <cstdint>
#include <vector>

#include "certificate/trials.hpp"
#include "seam/archive.hpp"

namespace burelu {

/// What a message asks for, in the order in which it does.
enum class Ask : std::int32_t { begin, lacking, find, anchor, run, end };

/// What trials need of a problem.
inline void exchange(Archive& a, Presolved& reduced) {
  a.matrix(reduced.X);
  a.matrix(reduced.Y);
  a.value(reduced.gamma);
  a.value(reduced.constant_loss);
  a.list(reduced.negative);
  a.list(reduced.negative_scale);
}

inline void exchange(Archive& a, Trial& trial) {
  a.value(trial.form);
  a.value(trial.raised);
  a.value(trial.incumbent);
  a.value(trial.target);
  a.matrix(trial.Lambda);
}

inline void exchange(Archive& a, TrialResult& result) {
  a.value(result.bound);
  a.value(result.share);
  a.value(result.flops);
  a.matrix(result.W);
  a.matrix(result.Lambda);
}

template <class T>
inline void exchange_all(Archive& a, std::vector<T>& list) {
  a.each(list, [](Archive& to, T& one) { exchange(to, one); });
}

inline void say(Archive& a, Ask what) { a.value(what); }

/// A T with its W, for a message.
struct FormData {
  std::vector<Multiplier> pairs;
  std::vector<double> tau;
  Matrix W;

  DualPoint point() const { return {&pairs, &tau, &W}; }
};

inline void exchange(Archive& a, FormData& form) {
  a.list(form.pairs);
  a.list(form.tau);
  a.matrix(form.W);
}

}  // namespace burelu
