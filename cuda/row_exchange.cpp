#include "row_exchange.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "interaction.hpp"

namespace burelu::cuda {
namespace {

// [1, 2, ..] times `each`, for each rank.
std::vector<std::int64_t> even_ends(const Ranks& ranks, std::int64_t each) {
  std::vector<std::int64_t> ends;
  for (int k = 1; k <= ranks.size(); ++k) ends.push_back(k * each);
  return ends;
}

}  // namespace

RowExchange::RowExchange(Ranks& ranks, std::unique_ptr<NcclWay> way, std::int64_t rows, const Stream& stream)
    : ranks_(ranks),
      way_(std::move(way)),
      rows_(rows),
      stream_(stream),
      words_(kWords, stream),
      words_staging_(static_cast<std::size_t>(ranks.size()) * kWords * sizeof(double)) {
  layouts_[kUpdate].kinds = kRowSums;
}

std::int64_t RowExchange::doubles(int ranks, std::int64_t rows, std::int64_t rank) {
  if (ranks == 1) return 0;
  return rows * rank + std::int64_t{kRowSums} * pass_blocks(rows) + kWords + 4 * std::int64_t{ranks};
}

void RowExchange::resize(std::int64_t rank) {
  rank_ = rank;
  const RowShare owners = share();
  for (Layout& layout : layouts_) {
    std::vector<std::int64_t> at(static_cast<std::size_t>(2 * ranks_.size()));
    std::int64_t end = 0;
    layout.ends.clear();
    for (int k = 0; k < ranks_.size(); ++k) {
      at[static_cast<std::size_t>(k)] = end;
      end += owners.rows(k, rows_) * rank;
      at[static_cast<std::size_t>(ranks_.size() + k)] = end;
      end += owners.blocks(k, rows_) * layout.kinds;
      layout.ends.push_back(end);
    }
    layout.at = DeviceBuffer<std::int64_t>(static_cast<std::int64_t>(at.size()), stream_);
    layout.at.write(stream_, at.data(), layout.at.size());
  }
  packed_ = {};  // released before the new one is asked for
  packed_ = DeviceBuffer<double>(layouts_[kUpdate].ends.back(), stream_);
  if (through_host()) staging_ = PinnedBuffer(packed_.bytes());
}

ExchangeView RowExchange::view(const Layout& layout, double* gradient, double* partial, const State* state) const {
  return {share(),
          rows_,
          rank_,
          gradient,
          partial,
          layout.kinds,
          packed_.data(),
          layout.at.data(),
          layout.at.data() + ranks_.size(),
          state,
          words_.data()};
}

void RowExchange::send(Sums sums, double* gradient, double* partial, const State* state) const {
  const Layout& layout = layouts_[sums];
  pack(stream_, view(layout, gradient, partial, state));
  const auto fetch = [this](double* to, const double* from, std::int64_t count) {
    if (count > 0)
      check(
          cudaMemcpyAsync(to, from, static_cast<std::size_t>(count) * sizeof(double), cudaMemcpyDeviceToHost, stream_),
          "cudaMemcpyAsync");
  };
  const auto own = static_cast<std::size_t>(ranks_.rank());
  const std::int64_t begin = own == 0 ? 0 : layout.ends[own - 1];
  fetch(words() + own * kWords, words_.data(), kWords);
  if (through_host()) fetch(staged() + begin, packed_.data() + begin, layout.ends[own] - begin);
}

void RowExchange::meet(Sums sums) {
  if (way_)
    way_->share(packed_.data(), layouts_[sums].ends);
  else
    ranks_.share(through_host() ? staged() : packed_.data(), layouts_[sums].ends, 1);
  ranks_.share(words(), even_ends(ranks_, kWords), 1);
  halted_ = words()[kWords - 1] != 0.0;
  for (int k = 1; k < ranks_.size(); ++k) {
    if (std::memcmp(words(), words() + std::ptrdiff_t{k} * kWords, kWords * sizeof(double)) == 0) continue;
    const std::string why = "rank " + std::to_string(k) + " computes otherwise than rank 0";
    if (ranks_.rank() > 0) throw RanksLost(why);  // rank 0 says it
    throw DeviceError(why + ": are their devices and libraries the same?");
  }
}

void RowExchange::receive(Sums sums, double* gradient, double* partial, const State* state) const {
  const Layout& layout = layouts_[sums];
  const auto own = static_cast<std::size_t>(ranks_.rank());
  const std::int64_t begin = own == 0 ? 0 : layout.ends[own - 1];
  if (through_host()) {
    packed_.write_in_place(staged(), begin);
    packed_.write_in_place(staged() + layout.ends[own], layout.ends.back() - layout.ends[own], layout.ends[own]);
  }
  unpack(stream_, view(layout, gradient, partial, state));
}

void RowExchange::add_up(ListState& found) const {
  constexpr int kCounts = kCosineBins + 2;
  std::vector<double> counts(static_cast<std::size_t>(ranks_.size()) * kCounts);
  double* own = counts.data() + std::ptrdiff_t{ranks_.rank()} * kCounts;
  own[0] = static_cast<double>(found.carried);
  own[1] = static_cast<double>(found.fresh);
  for (int b = 0; b < kCosineBins; ++b) own[2 + b] = static_cast<double>(found.bins[b]);
  ranks_.share(counts.data(), even_ends(ranks_, kCounts), 1);
  const auto sum = [&](int which) {
    Counter total = 0;
    for (int k = 0; k < ranks_.size(); ++k)
      total += static_cast<Counter>(counts[static_cast<std::size_t>(k * kCounts + which)]);
    return total;
  };
  found.carried = sum(0);
  found.fresh = sum(1);
  for (int b = 0; b < kCosineBins; ++b) found.bins[b] = sum(2 + b);
}

std::vector<std::int32_t> RowExchange::swap(const std::vector<std::int32_t>& found) const {
  const RowShare owners = share();
  std::vector<std::string> to(static_cast<std::size_t>(ranks_.size()));
  for (std::size_t k = 0; k < found.size(); k += 2) {
    const int other = owners.owner(found[k + 1]);
    if (other != owners.rank)
      to[static_cast<std::size_t>(other)].append(reinterpret_cast<const char*>(&found[k]), 2 * sizeof(found[k]));
  }
  std::vector<std::int32_t> here;
  for (const std::string& part : ranks_.swap(to)) {
    const std::size_t before = here.size();
    here.resize(before + part.size() / sizeof(std::int32_t));
    if (!part.empty()) std::memcpy(here.data() + before, part.data(), part.size());
  }
  return here;
}

std::int64_t least(Ranks& ranks, std::int64_t own) {
  std::vector<double> all(static_cast<std::size_t>(ranks.size()));
  all[static_cast<std::size_t>(ranks.rank())] = static_cast<double>(own);
  ranks.share(all.data(), even_ends(ranks, 1), 1);
  return static_cast<std::int64_t>(*std::min_element(all.begin(), all.end()));
}

}  // namespace burelu::cuda
