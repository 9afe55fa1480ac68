// What is different where several ranks share a relaxation, each with a device of its own: rows of G F are exchanged in
// the middle of a pass, pairs in the middle of a scan, and rank 0 gathers what is read.
#include <algorithm>
#include <cstring>

#include "relaxation.hpp"

namespace burelu::cuda {
namespace {

template <class T>
std::string bytes_of(const std::vector<T>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

}  // namespace

void CudaRelaxation::exchange_rows(RowExchange::Sums sums) {
  if (!exchange_) return;
  exchange_->send(sums, gradient_factor_.data(), pass_sums_.data(), state_.data());
  meet([this, sums] { exchange_->meet(sums); });
  exchange_->receive(sums, gradient_factor_.data(), pass_sums_.data(), state_.data());
}

// Three waits: for the counts, which all ranks add up, for those of a second look, for the pairs.
void CudaRelaxation::scan_shared(const ScanView& view) {
  const auto seen = [this] {
    ListState list;
    Fetch fetch(*this);
    fetch.add(&list, lists_.list(), sizeof(list));
    fetch.wait();
    return list;
  };
  open_scan(stream_, view);
  find_pairs(stream_, view, false);
  ListState own = seen();
  ListState all = own;
  exchange_->add_up(all);
  all.judge_room();
  own.wanted = all.wanted;
  if (all.cutting != 0) {
    own.cutting = all.cutting;
    own.choice = all.choice;
    own.fresh = 0;
    write_list(stream_, lists_.list(), state_.data(), own);
    find_pairs(stream_, view, true);
    own = all = seen();
    exchange_->add_up(all);
  }
  std::vector<std::int32_t> found(2 * static_cast<std::size_t>(own.fresh));
  Fetch fetch(*this);
  fetch.add(found.data(), own.draft.found, static_cast<std::int64_t>(found.size() * sizeof(std::int32_t)));
  fetch.wait();
  const std::vector<std::int32_t> others = exchange_->swap(found);
  stream_.upload(own.draft.found + found.size(), others.data(), others.size() * sizeof(std::int32_t));
  own.fresh += others.size() / 2;
  write_list(stream_, lists_.list(), state_.data(), own);
  build_list(stream_, view, static_cast<std::int64_t>(all.carried / 2 + all.fresh));
}

// Each row's entries are of one rank, so each pair i > j is one's.
template <class Out>
void CudaRelaxation::gather(std::vector<Out>& pairs) const {
  if (!exchange_) return;
  const auto before = [](const Out& a, const Out& b) { return a.i < b.i || (a.i == b.i && a.j < b.j); };
  const std::vector<std::string> parts = exchange_->ranks().collect(bytes_of(pairs));
  pairs.clear();
  for (const std::string& part : parts) {
    const auto* from = reinterpret_cast<const char*>(part.data());
    const std::size_t middle = pairs.size();
    pairs.resize(middle + part.size() / sizeof(Out));
    if (!part.empty()) std::memcpy(static_cast<void*>(pairs.data() + middle), from, part.size());
    std::inplace_merge(pairs.begin(), pairs.begin() + static_cast<std::ptrdiff_t>(middle), pairs.end(), before);
  }
}

template void CudaRelaxation::gather(std::vector<Multiplier>&) const;
template void CudaRelaxation::gather(std::vector<ListedPair>&) const;

}  // namespace burelu::cuda
