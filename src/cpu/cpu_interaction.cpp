// The pairs of the CPU backend: scan, interaction pass and update of the multipliers over its list, and their way in
// and out.
//
// Flops of a pass: (2 + 2 active share) r per entry, two entries a pair. Rows are taken in blocks, whose sums are added
// in their order.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>

#include "cpu/cpu_backend.hpp"
#include "linalg/dense.hpp"
#include "seam/rules.hpp"

namespace burelu {
namespace {

constexpr double kWorthATeam = 1e5;  // numbers of F read by a pass, from which it is shared out

}  // namespace

template <class Work>
void CpuBackend::each_block(const Work& work) const {
  const auto first_of = [&](int part, int parts) {
    const index_t row = list_.boundary(part, parts, 1);
    return std::lower_bound(blocks_.begin(), blocks_.end(), row,
                            [](const Block& block, index_t begin) { return block.begin < begin; }) -
           blocks_.begin();
  };
  const auto share = [&](int part, int parts) {
    const auto end = first_of(part + 1, parts);
    for (auto k = first_of(part, parts); k < end; ++k) work(blocks_[static_cast<std::size_t>(k)], k);
  };
  if (static_cast<double>(list_.entries()) * stride_ < kWorthATeam) return share(0, 1);
  team_.run([&](int part) { share(part, team_.size()); });
}

isa::PairRows CpuBackend::rows() {
  return {factor_.data(),        gradient_factor_.data(), stride_,
          list_.offset.data(),   list_.column.data(),     list_.multiplier.data(),
          list_.previous.data(), list_.weight.data(),     control_.dual.sigma};
}

void CpuBackend::scan() {
  const Lists& last = control_.lists;
  const ScanLimits limits{control_.settings.margin, rules::list_room(control_),
                          last.wanted == 0 || last.wanted > last.pairs, last.scans, last.capacity};
  const PairScan found =
      scan_pairs(data_, {factor_.data(), rank_, stride_}, importance_.data(), list_, limits, team_, lines_);
  list_ = PairList(found.blocks, data_.factor_rows(), team_, own_rows());
  SlotSums pairs(lines_.plan());
  pairs.begin(1);
  pairs.at(lines_.own().empty() ? 0 : lines_.own().front().slot)[0] = static_cast<double>(list_.pairs());
  double total = 0.0;
  pairs.add_up(&total);
  rules::take_scan(control_, static_cast<std::int64_t>(total), found.wanted, found.sampled);
}

void CpuBackend::interaction_pass() {
  if (idle()) return;
  const auto pass = isa::kernels().pair_pass;
  const isa::PairRows pairs = rows();
  each_block([&](const Block& block, std::int64_t k) { block_sums_[k].penalty = pass(pairs, block.begin, block.end); });
  const index_t at = data_.d * rank_ + kPenalty;
  for (const LineGroup& group : lines_.own()) sums_.at(group.slot)[at] = 0.0;
  for (std::size_t k = 0; k < blocks_.size(); ++k)
    sums_.at(blocks_[k].slot)[at] += block_sums_[static_cast<std::int64_t>(k)].penalty;
}

void CpuBackend::update_multipliers() {
  const auto update = isa::kernels().pair_update;
  const isa::PairRows pairs = rows();
  each_block([&](const Block& block, std::int64_t k) {
    block_sums_[k] = {};
    update(pairs, block.begin, block.end, block_sums_[k]);
  });
  SlotSums sums(lines_.plan());
  sums.begin(sizeof(entry::UpdateSums) / sizeof(double));
  const auto add_at = [&sums](int slot, entry::UpdateSums& to) {
    entry::UpdateSums of_slot;
    std::memcpy(static_cast<void*>(&of_slot), sums.at(slot), sizeof of_slot);
    entry::add(to, of_slot);
  };
  for (std::size_t k = 0; k < blocks_.size(); ++k) {
    entry::UpdateSums of_group = block_sums_[static_cast<std::int64_t>(k)];
    add_at(blocks_[k].slot, of_group);
    std::memcpy(sums.at(blocks_[k].slot), &of_group, sizeof of_group);
  }
  for (const LineGroup& group : lines_.own()) {
    entry::UpdateSums of_group;
    add_at(group.slot, of_group);
    sums_.at(group.slot)[data_.d * rank_ + kPenalty] = of_group.penalty;  // for pull_back
  }
  sums.exchange();
  entry::UpdateSums total;
  for (const int slot : lines_.plan().order) add_at(slot, total);
  total.mass = mass();
  total.largest = largest_diagonal();
  rules::take_update(control_, total);
}

double CpuBackend::mass() const {
  double sum = 0.0;
  for (const SampledPair& pair : data_.sample) {
    const double s = isa::kernels().dot(factor_.data() + pair.i * stride_, factor_.data() + pair.j * stride_, rank_);
    sum += pair.weight * (importance_[pair.i] * importance_[pair.j]) * s * s;
  }
  return sum;
}

double CpuBackend::largest_diagonal() const {
  double largest = 0.0;
  for (index_t i = 0; i < data_.factor_rows(); ++i) {
    const double* f = factor_.data() + i * stride_;
    largest = std::max(largest, isa::kernels().dot(f, f, rank_));
  }
  return largest;
}

void CpuBackend::extrapolate() {
  const double beta = control_.dual.beta;
  for (std::int64_t e = 0; e < list_.entries(); ++e) {
    const double now = list_.multiplier[e];
    if (now == -kInfinity) continue;
    list_.multiplier[e] = entry::extrapolated(now, list_.previous[e], beta);
    list_.previous[e] = now;
  }
}

// T stays: T' is divided by what its weight is multiplied by.
void CpuBackend::reweigh() {
  const index_t m = data_.m;
  share_rows(tau_.data(), 1);
  double mean = 0.0;
  for (index_t k = 0; k < m; ++k) mean += std::max(-tau_[k], 0.0) / static_cast<double>(m);
  if (!(mean > 0.0)) return;
  Buffer<double> q(2 * m);
  double log_mean = 0.0;
  for (index_t k = 0; k < m; ++k) {
    q[k] = rules::importance(tau_[k], mean);
    log_mean += std::log(q[k]) / static_cast<double>(m);
  }
  for (index_t k = 0; k < m; ++k) q[m + k] = q[k] = q[k] / std::exp(log_mean);  // geometric mean of the weights kept
  for (index_t p = 0; p < 2 * m; ++p)
    for (std::int64_t e = list_.begin(p); e < list_.end(p); ++e) {
      const index_t o = list_.column[e];
      const float before = list_.weight[e];
      list_.weight[e] = static_cast<float>(before * ((q[p] * q[o]) / (importance_[p] * importance_[o])));
      const double factor = static_cast<double>(before) / list_.weight[e];
      list_.multiplier[e] *= factor;
      list_.previous[e] *= factor;
    }
  importance_ = std::move(q);
  control_.memory.flush = 1;
}

// Rows of all lines, of which this rank has filled those of its own: afterwards all.
void CpuBackend::share_rows(double* values, index_t width) {
  if (lines_.ranks().size() == 1) return;
  std::vector<double> packed(static_cast<std::size_t>(data_.m * width));
  double* at = packed.data();
  for (const LineGroup& group : lines_.all()) at = std::copy_n(values + group.begin * width, group.lines() * width, at);
  lines_.ranks().share(packed.data(), lines_.line_ends(), width);
  const double* from = packed.data();
  for (const LineGroup& group : lines_.all()) {
    std::copy_n(from, group.lines() * width, values + group.begin * width);
    from += group.lines() * width;
  }
}

// On rank 0: rows of all lines, from those of each rank.
Matrix CpuBackend::gather_lines(const double* own, index_t width) const {
  std::vector<double> packed(static_cast<std::size_t>(data_.m * width));
  const auto rank = static_cast<std::size_t>(lines_.ranks().rank());
  std::copy_n(own, lines_.lines() * width, packed.data() + (rank == 0 ? 0 : lines_.line_ends()[rank - 1]) * width);
  lines_.ranks().collect(packed.data(), lines_.line_ends(), width);
  Matrix out(data_.m, width);
  const double* from = packed.data();
  for (const LineGroup& group : lines_.all()) {
    std::copy_n(from, group.lines() * width, out.row(group.begin));
    from += group.lines() * width;
  }
  return out;
}

// On rank 0: E of all loss rows.
Matrix CpuBackend::gather_residual() const {
  const index_t c = data_.c;
  std::vector<std::int64_t> ends(static_cast<std::size_t>(lines_.ranks().size()));
  for (const LineGroup& group : lines_.all())
    ends[static_cast<std::size_t>(group.rank)] += group.lines() + group.negatives();
  std::partial_sum(ends.begin(), ends.end(), ends.begin());
  std::vector<double> packed(static_cast<std::size_t>(data_.loss_rows() * c));
  const auto rank = static_cast<std::size_t>(lines_.ranks().rank());
  std::copy_n(residual_.data(), residual_.size(), packed.data() + (rank == 0 ? 0 : ends[rank - 1]) * c);
  lines_.ranks().collect(packed.data(), ends, c);
  Matrix out(data_.loss_rows(), c);
  const double* from = packed.data();
  for (const LineGroup& group : lines_.all()) {
    std::copy_n(from, group.lines() * c, out.row(group.begin));
    from += group.lines() * c;
    std::copy_n(from, group.negatives() * c, out.row(data_.m + group.first_negative));
    from += group.negatives() * c;
  }
  return out;
}

// On rank 0: those of all ranks, by rows.
std::vector<ListedPair> CpuBackend::gather(const std::vector<ListedPair>& own) const {
  if (lines_.ranks().size() == 1) return own;
  const std::vector<std::string> parts =
      lines_.ranks().collect(std::string(reinterpret_cast<const char*>(own.data()), own.size() * sizeof(ListedPair)));
  std::vector<ListedPair> all;
  for (const std::string& part : parts) {
    const std::size_t before = all.size();
    all.resize(before + part.size() / sizeof(ListedPair));
    if (!part.empty()) std::memcpy(all.data() + before, part.data(), part.size());
  }
  std::sort(all.begin(), all.end(),
            [](const ListedPair& a, const ListedPair& b) { return a.i < b.i || (a.i == b.i && a.j < b.j); });
  return all;
}

// Pairs that carry a multiplier, of which the larger row is this rank's, by rows.
std::vector<ListedPair> CpuBackend::listed() const {
  std::vector<ListedPair> pairs;
  for (index_t p = 0; p < data_.factor_rows(); ++p)
    for (std::int64_t e = list_.begin(p); e < list_.upper(p); ++e) {
      if (!(list_.multiplier[e] > 0.0 || list_.previous[e] > 0.0)) continue;
      const double w = list_.weight[e];
      pairs.push_back({static_cast<std::int32_t>(p), list_.column[e], w * list_.multiplier[e], w * list_.previous[e]});
    }
  return pairs;
}

std::vector<char> CpuBackend::own_rows() const {
  if (lines_.ranks().size() == 1) return {};
  std::vector<char> own(static_cast<std::size_t>(data_.factor_rows()));
  for (std::size_t p = 0; p < own.size(); ++p) own[p] = lines_.owns(static_cast<index_t>(p)) ? 1 : 0;
  return own;
}

// A list of these pairs, with their T in place of T'.
void CpuBackend::list(std::vector<ListedPair> pairs) {
  for (ListedPair& pair : pairs)
    if (pair.i > pair.j) std::swap(pair.i, pair.j);
  std::sort(pairs.begin(), pairs.end(),
            [](const ListedPair& a, const ListedPair& b) { return a.i < b.i || (a.i == b.i && a.j < b.j); });
  std::vector<UpperBlock> blocks(1);
  std::size_t next = 0;
  for (index_t p = 0; p < data_.factor_rows(); ++p) {
    for (; next < pairs.size() && pairs[next].i == p; ++next) {
      const ListedPair& pair = pairs[next];
      const auto w = static_cast<float>(pair_weight(data_, p, pair.j) * (importance_[p] * importance_[pair.j]));
      blocks[0].entries.push_back({pair.j, w, pair.multiplier / w, pair.previous / w});
    }
    blocks[0].end.push_back(static_cast<std::int64_t>(blocks[0].entries.size()));
  }
  list_ = PairList(blocks, data_.factor_rows(), team_, own_rows());
}

void CpuBackend::write_multipliers(const std::vector<Multiplier>& pairs) {
  std::vector<ListedPair> listed;
  listed.reserve(pairs.size());
  for (const Multiplier& pair : pairs) listed.push_back({pair.i, pair.j, pair.value, pair.value});
  list(std::move(listed));
}

void CpuBackend::save(BackendState& into) {
  Snapshot now;
  read(now, kPoint);
  into.control = control_;
  into.Shat = std::move(now.Shat);
  into.Ut = std::move(now.Ut);
  into.importance.assign(importance_.data(), importance_.data() + data_.m);
  share_rows(tau_.data(), 1);
  into.tau.assign(tau_.data(), tau_.data() + tau_.size());
  into.pairs = gather(listed());
}

void CpuBackend::load(const BackendState& from) {
  write_point(from.Shat, from.Ut);
  control_ = resumed(from.control, control_);
  for (index_t k = 0; k < data_.m; ++k)
    importance_[data_.m + k] = importance_[k] = from.importance[static_cast<std::size_t>(k)];
  std::copy(from.tau.begin(), from.tau.end(), tau_.data());
  list(from.pairs);
}

void CpuBackend::read(Snapshot& into, unsigned what) {
  into.control = control_;
  if (what & kDual) {
    into.multipliers.clear();
    for (const ListedPair& pair : gather(listed()))
      if (pair.previous > 0.0) into.multipliers.push_back({pair.i, pair.j, pair.previous});
    share_rows(tau_.data(), 1);
    into.tau.assign(tau_.data(), tau_.data() + tau_.size());
    into.E = gather_residual();
  }
  if (what & kFactor) {
    into.A = Matrix(data_.m, rank_);
    for (index_t k = 0; k < data_.m; ++k) std::copy_n(factor_.data() + k * stride_, rank_, into.A.row(k));
    into.V = Matrix(data_.c, rank_);
    std::copy_n(output_.data(), output_.size(), into.V.data.data());
    into.U = Matrix(data_.d, rank_);
    multiply(1.0, data_.K, {ut(point_.data()), data_.d, rank_}, 0.0, into.U.data.data(), rank_);
  }
  const auto split = [this](double* z, Matrix& top, Matrix& bottom) {
    top = gather_lines(shat(z), rank_);
    bottom = Matrix(data_.d, rank_);
    std::copy_n(ut(z), data_.d * rank_, bottom.data.data());
  };
  if (what & kPoint) split(point_.data(), into.Shat, into.Ut);
  if (what & kGradient) split(gradient_.data(), into.gradient_Shat, into.gradient_Ut);
}

}  // namespace burelu
