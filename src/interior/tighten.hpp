// Cone cuts on small problems: rounds of the interior-point method and of separation (docs/method.md, "Cone cuts").
#pragma once

#include <cstdint>

#include "burelu/options.hpp"
#include "burelu/result.hpp"
#include "certificate/incumbent.hpp"
#include "linalg/clock.hpp"
#include "problem/presolve.hpp"

namespace burelu {

/// Whether these options ask for cuts by the interior-point method on a problem of this size.
bool tightens(const Presolved& reduced, const SolveOptions& options);

/// Bytes that it takes then, with as many cuts as the rounds can add.
std::int64_t tighten_bytes(const Presolved& reduced, const SolveOptions& options);

/// Raises the bound of a solve without cuts. Objective, factor, bound and status of `result` become those of the
/// relaxation with cuts, where that proves more; otherwise nothing changes. The factor stays in presolved coordinates.
void tighten(const Presolved& reduced, Incumbent& incumbent, const SolveOptions& options, const Clock& clock,
             Relaxation& result);

}  // namespace burelu
