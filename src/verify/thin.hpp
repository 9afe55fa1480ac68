// The representatives in few coordinates (docs/method.md, "Many features"): x_k = Q'l_k + rho_k.
#pragma once

#include "verify/files.hpp"

namespace burelu::verify {

struct ThinRows {
  Table rows;                    // m x r: l_k, or x_k as it is
  std::vector<double> residual;  // at least ||rho_k||; empty where rows are x_k
  double stretch = 1.0;          // at least ||Q|| and 1
};

/// Rows x_k as they are up to 2m features, thin beyond.
ThinRows thin_rows(const Data& data, const Claim& claim);

}  // namespace burelu::verify
