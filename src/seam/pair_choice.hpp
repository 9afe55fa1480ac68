// Which of the pairs that a scan finds anew come onto a list that has too little room for all; the same on every
// device.
//
// Where the violated ones fit, the nearest of the others fill the list. Where they do not, it takes a sample of them:
// each with a probability in proportion to its violation, 1 from some violation on, and with its weight over that
// probability. So in expectation the penalty of what is listed is that of all violated pairs. The most violated alone
// would hold down themselves, and let all others run away.
#pragma once

#include <cmath>
#include <cstdint>

#include "seam/host_device.hpp"

namespace burelu {

inline constexpr int kCosineBins = 64;                 ///< of S_pq / (|f_p| |f_q|)
inline constexpr int kViolatedBins = kCosineBins / 2;  ///< those below zero, narrower towards it

struct PairChoice {
  double margin = 0.0;     ///< largest cosine that belongs on the list
  int edge = kCosineBins;  ///< bins from here on are left out
  double certain = 0.0;    ///< violation from which on a pair is taken for certain; 0: all of the bins are
};

/// Bin of a cosine below `margin`.
BURELU_FORMULA int cosine_bin(double cosine, double margin) {
  if (cosine < 0.0) {
    const int bin = static_cast<int>(kViolatedBins * (1.0 - std::sqrt(cosine > -1.0 ? -cosine : 1.0)));
    return bin < kViolatedBins ? bin : kViolatedBins - 1;
  }
  const int bin = kViolatedBins + static_cast<int>((kCosineBins - kViolatedBins) * (cosine / margin));
  return bin < kCosineBins ? bin : kCosineBins - 1;
}

/// Least cosine of a bin, up to rounding.
BURELU_FORMULA double bin_begin(int bin, double margin) {
  const double root = 1.0 - static_cast<double>(bin) / kViolatedBins;
  return bin < kViolatedBins ? -root * root
                             : margin * (static_cast<double>(bin - kViolatedBins) / (kCosineBins - kViolatedBins));
}

/// Pairs that a scan may list beside `carried` ones with a multiplier. Where those fill the list there is room for some
/// new ones: the fewer a scan takes, the more each of them has to stand for.
BURELU_HOST_DEVICE inline std::int64_t fresh_room(std::int64_t most, std::int64_t capacity, std::int64_t carried) {
  const std::int64_t left = most - carried > most / 4 ? most - carried : most / 4;
  const std::int64_t room = left < capacity - carried ? left : capacity - carried;
  return room > 0 ? room : 0;
}

/// What fits into `room`, of pairs counted in bins.
template <class Count>
BURELU_HOST_DEVICE inline PairChoice choose_pairs(const Count* bins, double margin, double room) {
  PairChoice choice;
  choice.margin = margin;
  double violated = 0.0;
  double weight = 0.0;  // of the bins that are sampled: their pairs by the largest violation of each
  for (int b = 0; b < kViolatedBins; ++b) {
    violated += static_cast<double>(bins[b]);
    weight -= static_cast<double>(bins[b]) * bin_begin(b, margin);
  }
  choice.edge = 0;
  if (violated <= room || !(room > 0.0)) {
    for (; choice.edge < kCosineBins && static_cast<double>(bins[choice.edge]) <= room; ++choice.edge)
      room -= static_cast<double>(bins[choice.edge]);
    return choice;
  }
  choice.edge = kViolatedBins;
  const double spare = 4.0 * std::sqrt(room);  // standard deviations of what is drawn
  room -= spare < 0.5 * room ? spare : 0.5 * room;
  for (int b = 0; b < kViolatedBins; ++b) {
    const double largest = -bin_begin(b, margin);
    choice.certain = weight / room;
    if (choice.certain >= largest) break;
    weight -= static_cast<double>(bins[b]) * largest;
    room -= static_cast<double>(bins[b]);
  }
  return choice;
}

/// Probability with which a pair of a bin before the edge is taken.
BURELU_FORMULA double chance_of(const PairChoice& choice, double cosine) {
  return choice.certain > 0.0 && -cosine < choice.certain ? -cosine / choice.certain : 1.0;
}

/// Uniform in [0, 1), of rows p < q and the number of the scan.
BURELU_FORMULA double drawn(std::int64_t p, std::int64_t q, std::int64_t scan) {
  auto x = (static_cast<std::uint64_t>(p) << 32) + static_cast<std::uint64_t>(q) +
           0x9e3779b97f4a7c15U * static_cast<std::uint64_t>(scan);
  for (int k = 0; k < 2; ++k) x = (x ^ (x >> 32)) * 0xd6e8feb86659fd93U;  // mixed as by a hash of 64 bits
  return static_cast<double>((x ^ (x >> 32)) >> 11) * 0x1p-53;
}

/// Whether a pair with this cosine, below the margin, comes onto the list.
BURELU_FORMULA bool taken(const PairChoice& choice, double cosine, std::int64_t p, std::int64_t q, std::int64_t scan) {
  if (cosine_bin(cosine, choice.margin) >= choice.edge) return false;
  return choice.certain == 0.0 || drawn(p, q, scan) < chance_of(choice, cosine);
}

}  // namespace burelu
