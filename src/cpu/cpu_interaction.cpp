// The pairs of the CPU backend: scan, interaction pass and update of the multipliers over its list, and their way in
// and out.
//
// Flops of a pass: (2 + 2 active share) r per entry, two entries a pair. Rows are taken in blocks, whose sums are added
// in their order.
#include <algorithm>
#include <cmath>

#include "cpu/cpu_backend.hpp"
#include "linalg/dense.hpp"
#include "seam/rules.hpp"

namespace burelu {
namespace {

constexpr double kWorthATeam = 1e5;  // numbers of F read by a pass, from which it is shared out

}  // namespace

template <class Work>
void CpuBackend::for_each_block(const Work& work) const {
  const index_t rows = data_.factor_rows();
  const auto share = [&](int part, int parts) {
    const index_t end = list_.boundary(part + 1, parts, kBlockRows);
    for (index_t row = list_.boundary(part, parts, kBlockRows); row < end; row += kBlockRows)
      work(row / kBlockRows, row, std::min(row + kBlockRows, rows));
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
                          last.wanted == 0 || last.wanted > last.pairs};
  const PairScan found = scan_pairs(data_, {factor_.data(), rank_, stride_}, importance_.data(), list_, limits, team_);
  list_ = PairList(found.blocks, data_.factor_rows(), team_);
  rules::take_scan(control_, list_.pairs(), found.wanted);
}

void CpuBackend::interaction_pass() {
  if (idle()) return;
  const auto pass = isa::kernels().pair_pass;
  const isa::PairRows pairs = rows();
  for_each_block([&](index_t block, index_t begin, index_t end) { sums_[block].penalty = pass(pairs, begin, end); });
  double total = 0.0;
  for (index_t block = 0; block < sums_.size(); ++block) total += sums_[block].penalty;
  rules::take_penalty(control_, total);
}

void CpuBackend::update_multipliers() {
  const auto update = isa::kernels().pair_update;
  const isa::PairRows pairs = rows();
  for_each_block([&](index_t block, index_t begin, index_t end) {
    sums_[block] = {};
    update(pairs, begin, end, sums_[block]);
  });
  entry::UpdateSums total;
  for (index_t block = 0; block < sums_.size(); ++block) entry::add(total, sums_[block]);
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

void CpuBackend::read_multipliers(Snapshot& into) const {
  into.multipliers.clear();
  for (index_t p = 0; p < data_.factor_rows(); ++p)
    for (std::int64_t e = list_.begin(p); e < list_.upper(p); ++e)
      if (list_.previous[e] > 0.0)
        into.multipliers.push_back(
            {static_cast<std::int32_t>(p), list_.column[e], list_.previous[e] * list_.weight[e]});
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
  list_ = PairList(blocks, data_.factor_rows(), team_);
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
  into.tau.assign(tau_.data(), tau_.data() + tau_.size());
  into.pairs.clear();
  for (index_t p = 0; p < data_.factor_rows(); ++p)
    for (std::int64_t e = list_.begin(p); e < list_.upper(p); ++e) {
      if (!(list_.multiplier[e] > 0.0 || list_.previous[e] > 0.0)) continue;
      const double w = list_.weight[e];
      into.pairs.push_back(
          {static_cast<std::int32_t>(p), list_.column[e], w * list_.multiplier[e], w * list_.previous[e]});
    }
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
    read_multipliers(into);
    into.tau.assign(tau_.data(), tau_.data() + tau_.size());
    into.E = Matrix(data_.loss_rows(), data_.c);
    std::copy_n(residual_.data(), residual_.size(), into.E.data.data());
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
    top = Matrix(data_.m, rank_);
    bottom = Matrix(data_.d, rank_);
    std::copy_n(shat(z), data_.m * rank_, top.data.data());
    std::copy_n(ut(z), data_.d * rank_, bottom.data.data());
  };
  if (what & kPoint) split(point_.data(), into.Shat, into.Ut);
  if (what & kGradient) split(gradient_.data(), into.gradient_Shat, into.gradient_Ut);
}

}  // namespace burelu
