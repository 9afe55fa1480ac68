#include "branch/peaks.hpp"

#include <algorithm>
#include <cmath>

namespace burelu {
namespace {

constexpr std::size_t kMostPeaks = 200;
constexpr double kApart = 1e-4;  // 1 - cosine of peaks that count as two, in the metric

}  // namespace

void Peaks::add(double value, const double* y) {
  if (entries_.size() >= kMostPeaks && value <= least_) return;
  const auto d = static_cast<std::size_t>(k_->dims);
  Entry entry{{value, std::vector<double>(y, y + d)}, std::vector<double>(d, 0.0)};
  double square = 0.0;
  for (std::size_t i = 0; i < d; ++i) {
    for (std::size_t j = 0; j < d; ++j) entry.dual[i] += k_->metric[i * d + j] * y[j];
    square += entry.dual[i] * y[i];
  }
  entry.length = std::sqrt(square);
  for (Entry& other : entries_) {
    double cosine = 0.0;
    for (std::size_t i = 0; i < d; ++i) cosine += other.dual[i] * y[i];
    if (cosine < (1.0 - kApart) * entry.length * other.length) continue;
    if (value > other.peak.value) other = std::move(entry);
    return;
  }
  if (entries_.size() >= kMostPeaks)
    entries_[lowest()] = std::move(entry);
  else
    entries_.push_back(std::move(entry));
  least_ = entries_[lowest()].peak.value;
}

std::vector<Peak> Peaks::list() const {
  std::vector<Peak> out;
  for (const Entry& entry : entries_) out.push_back(entry.peak);
  return out;
}

std::vector<Peak> Peaks::take() {
  std::vector<Peak> out;
  for (Entry& entry : entries_) out.push_back(std::move(entry.peak));
  entries_.clear();
  std::stable_sort(out.begin(), out.end(), [](const Peak& a, const Peak& b) { return a.value > b.value; });
  return out;
}

std::size_t Peaks::lowest() const {
  const auto lower = [](const Entry& a, const Entry& b) { return a.peak.value < b.peak.value; };
  return static_cast<std::size_t>(std::min_element(entries_.begin(), entries_.end(), lower) - entries_.begin());
}

}  // namespace burelu
