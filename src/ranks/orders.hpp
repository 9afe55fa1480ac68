// What rank 0 tells the others to do: the codes and contents of its messages.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "seam/archive.hpp"
#include "seam/device.hpp"

namespace burelu {

enum class Order : std::int32_t {
  end,                ///< nothing more will come
  device,             ///< make the device of this name; all say whether it is there
  make,               ///< a backend of a relaxation
  drop,               ///< it is not needed any more
  repeat,             ///< verbs, so many times; one verb alone is repeated once
  set,                ///< settings
  write_point,        //
  write_multipliers,  //
  read,               //
  save,               //
  load,               //
  job                 ///< one of those that serve() was given
};

using Verb = void (Backend::*)();
/// By their codes.
inline constexpr std::array<Verb, 14> kVerbs{&Backend::step,
                                             &Backend::judge,
                                             &Backend::accept,
                                             &Backend::direction,
                                             &Backend::open_window,
                                             &Backend::activations,
                                             &Backend::output_layer,
                                             &Backend::interaction_pass,
                                             &Backend::pull_back,
                                             &Backend::scan,
                                             &Backend::update_multipliers,
                                             &Backend::judge_update,
                                             &Backend::extrapolate,
                                             &Backend::reweigh};

/// One verb by itself is done whatever the search has come to; a window of them may end early.
inline void perform(Backend& backend, int times, const std::vector<std::uint8_t>& verbs) {
  const auto body = [&] {
    for (const std::uint8_t verb : verbs) (backend.*kVerbs.at(verb))();
  };
  if (verbs.size() == 1)
    body();
  else
    backend.repeat(times, body);
}

inline void exchange(Archive& a, RelaxationData& data) {
  a.value(data.m);
  a.value(data.d);
  a.value(data.c);
  a.matrix(data.X);
  a.matrix(data.Y);
  a.value(data.gamma);
  a.list(data.negative);
  a.list(data.negative_scale);
  a.matrix(data.K);
  a.matrix(data.XK);
  a.matrix(data.decay);
  a.list(data.norms);
  a.value(data.mean_kernel);
  a.list(data.sample);
}

}  // namespace burelu
