// What the loop keeps on the device in one block: Control, and the descent's own marks.
#pragma once

#include "seam/control.hpp"

namespace burelu::cuda {

struct State {
  Control control;
  int accepting = 0;   ///< the trial was accepted, accept() is at work
  int reweighing = 0;  ///< reweigh() found a usable tau
};

}  // namespace burelu::cuda
