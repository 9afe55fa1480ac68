// Where the dense work of a certificate is done: on the device of the solve where that is faster and there is room
// beside the solve, else on the host, as is what a device fails at: one that is gone will say so at its next verb. It
// has a slack only while it is needed: between certificates its memory is the solve's.
#pragma once

#include "burelu/errors.hpp"
#include "burelu/result.hpp"
#include "seam/device.hpp"

namespace burelu {

/// What `work` returns for a slack of the rows X, gamma and up to `columns` columns. Work that began on a device and
/// failed begins again.
template <class Work>
auto with_slack(const Device& device, const Matrix& X, double gamma, index_t columns, CertificatePlaces& places,
                const Work& work) {
  const auto on = [&](const Device& place, std::int64_t& count) {
    auto result = work(*place.slack(X, gamma, columns));
    ++count;
    return result;
  };
  if (!device.is_host() && device.slack_pays({X.rows, X.cols, columns})) {
    try {
      return on(device, places.on_device);
    } catch (const DeviceError& error) {
      places.reason = error.what();
    } catch (const MemoryError& error) {
      places.reason = error.what();
    }
    ++places.fallbacks;
  }
  return on(device.host(), places.on_host);
}

}  // namespace burelu
