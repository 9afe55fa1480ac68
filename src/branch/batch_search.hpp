// The search of search.hpp on a device that takes cells in batches (seam/cells.hpp).
//
// The device goes depth first below a batch of boxes; what is open when it ends comes back, and the next batch are the
// boxes with the largest bounds, or, where very many are open, those that came last. No cell is tested twice, and what
// comes of a search does not depend on time or threads.
#pragma once

#include "branch/search.hpp"
#include "seam/device.hpp"

namespace burelu {

/// search() where the device is the host or has no room; `limits` are looked at between batches.
SearchResult search_on(const Device& device, const Kinks& kinks, const SearchLimits& limits);

/// `backend` is made for `kinks`.
SearchResult search_batches(CellBackend& backend, const Kinks& kinks, const SearchLimits& limits);

}  // namespace burelu
