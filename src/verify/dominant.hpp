// A feature f that is larger than all others r together by far in every row (docs/method.md, "A dominant feature"): the
// premise is checked for the tamed data, in which it is 2^power times as large, and a smaller gamma.
//
// With rho >= ||r_i|| / |f_i| for all rows, s = 2^power, b >= || sum f_i w_i || over the rows of either sign of f_i,
// and mu(W) <= a for the tamed data, mu(W) <= (a^2 (1 + (rho / s)^2) + b^2)^1/2 for the data: |u_f| <= rho ||u_r||
// makes weights of the tamed data ((1 + (rho / s)^2)^1/2 times as large at most; beyond that the rows of one sign are
// all active and the response is linear in u_f.
#pragma once

#include "verify/files.hpp"

namespace burelu::verify {

/// The tamed data with the a that proves claim.gamma, 0 where none does.
struct Tamed {
  Data data;
  double gamma = 0.0;
};

Tamed tame(const Data& data, const Claim& claim);

}  // namespace burelu::verify
