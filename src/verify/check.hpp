// Re-derives the bound of a certificate from the data alone (docs/method.md, "The bound"), in interval arithmetic.
#pragma once

#include <string>

#include "verify/files.hpp"

namespace burelu::verify {

struct Verdict {
  bool valid = false;
  std::string reason;        ///< what fails, where it does
  std::size_t cells = 0;     ///< of branch and bound
  double lower_bound = 0.0;  ///< proven: no network has a smaller objective
};

Verdict check(const Data& data, const Claim& claim);

}  // namespace burelu::verify
