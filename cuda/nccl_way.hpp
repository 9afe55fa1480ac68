// Stretches of an array from each device to all others by NCCL, where the build and the machine have it: it is loaded
// when it is wanted, so that a program runs without. Whoever waits looks whether the others are still there.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "ranks/ranks.hpp"

namespace burelu::cuda {

class NcclWay {
 public:
  /// All ranks call it, each with its device current; `able`: this one has a device. Nothing where a rank has no NCCL,
  /// or where NCCL does not join them: two ranks on one device, no way between two.
  static std::unique_ptr<NcclWay> join(Ranks& ranks, bool able);
  virtual ~NcclWay() = default;
  /// As Ranks::share, of memory of the device on which nothing is at work.
  virtual void share(double* data, const std::vector<std::int64_t>& ends) = 0;
};

}  // namespace burelu::cuda
