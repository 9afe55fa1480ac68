// Rounds of cone cuts in the outer loop: separate on the factor, add, go on with a new backend (docs/method.md).
#include <algorithm>
#include <cmath>

#include "burelu/errors.hpp"
#include "cuts/cut_numbering.hpp"
#include "cuts/separation.hpp"
#include "interior/tighten.hpp"
#include "linalg/dense.hpp"
#include "relaxation/iteration.hpp"
#include "relaxation/outer_loop.hpp"

namespace burelu {
namespace {

constexpr int kCutRounds = 6;
constexpr double kCutThreshold = 1e-4;              // least violation, in units of the natural size of a product
constexpr std::int64_t kCutProgrammes = 2'000'000;  // of a round
constexpr double kShortfallWeight = 5.0;
constexpr index_t kFewFeatures = 2;  // more: cuts from a factor of first-order accuracy gain nothing to speak of
constexpr index_t kFewRows = 1000;

}  // namespace

// The backend for the cuts in use; sigma 0: the backend's own start.
void OuterLoop::build(double sigma) {
  std::vector<Cut> cuts;
  for (const std::int32_t id : active_) cuts.push_back(incumbent_.certifier().cuts()[static_cast<std::size_t>(id)]);
  data_ = prepare(reduced_, cuts);
  data_.gamma *= state_.share;
  for (double& value : data_.decay.data) value *= state_.share;
  backend_.reset();  // two at once may not fit
  backend_ = make_(data_, sigma);
  settings_.shortfall_weight = cuts_pay() ? kShortfallWeight : 0.0;
  backend_->set(settings_);
  listed_ = false;
}

// The relaxation with another set of cuts, from the same factor, penalty and multipliers.
void OuterLoop::use_cuts(std::vector<std::int32_t> ids, const std::vector<Multiplier>& pairs) {
  active_ = std::move(ids);
  evaluations_before_ = evaluations();
  snapshot_.control.count.evaluations = 0;
  build(snapshot_.control.dual.sigma);
  backend_->write_point(snapshot_.Shat, snapshot_.Ut);
  backend_->write_multipliers(over_rows(pairs, data_, active_, incumbent_.certifier().cuts().size()));
  state_.changed_at = evaluations();
}

// In this loop: where the interior-point method is not for this size, and cuts are asked for or there are few
// dimensions.
bool OuterLoop::cuts_pay() const {
  if (options_.cuts == 0 || tightens(reduced_, options_)) return false;
  return options_.cuts > 0 || (reduced_.features() <= kFewFeatures && reduced_.rows() <= kFewRows);
}

std::vector<std::int32_t> OuterLoop::cuts_with_multipliers() const {
  const auto base = static_cast<std::int32_t>(2 * data_.m);
  std::vector<char> used(active_.size(), 0);
  for (const Multiplier& pair : snapshot_.multipliers)
    for (const std::int32_t row : {pair.i, pair.j})
      if (row >= base && pair.value > 0.0) used[static_cast<std::size_t>(row - base)] = 1;
  std::vector<std::int32_t> out;
  for (std::size_t t = 0; t < active_.size(); ++t)
    if (used[t] != 0) out.push_back(active_[t]);
  return out;
}

// More cuts, where the factor violates some: false where none is left to add.
bool OuterLoop::cut_round() {
  const int rounds = options_.cut_rounds > 0 ? options_.cut_rounds : kCutRounds;
  if (!cuts_pay() || cut_rounds_ >= rounds) return false;
  backend_->read(snapshot_, kDual | kPoint);
  result_.host_waits += 1;
  std::vector<std::int32_t> ids = active_;
  auto most = static_cast<std::size_t>(data_.m);
  if (options_.cuts > 0) {  // at a time: idle ones make room
    ids = cuts_with_multipliers();
    most = static_cast<std::size_t>(std::max<std::int64_t>(options_.cuts - static_cast<std::int64_t>(ids.size()), 0));
  }
  if (most == 0) return false;
  Separator separator(data_);
  std::vector<Cut> fresh;
  const Matrix F = factor_rows(data_, {snapshot_.Shat, snapshot_.Ut});
  const Matrix products = product(F, transposed(F));
  for (Violated& v : separator.separate(products, kCutThreshold, most, kCutProgrammes, options_.seed))
    fresh.push_back(std::move(v.cut));
  if (fresh.empty()) return false;
  for (std::size_t t = 0; t < fresh.size(); ++t)
    ids.push_back(static_cast<std::int32_t>(incumbent_.certifier().cuts().size() + t));
  incumbent_.certifier().add_cuts(fresh);
  const std::vector<Multiplier> pairs = over_forms(snapshot_.multipliers, data_, active_);
  const std::vector<std::int32_t> before = active_;
  try {
    use_cuts(std::move(ids), pairs);
  } catch (const MemoryError&) {  // no room for them: the relaxation that was there stands
    use_cuts(before, pairs);
    descend(*backend_, 1);
    return false;
  }
  if (cut_rounds_++ == 0) result_.bound_without_cuts = incumbent_.bound();
  return true;
}

}  // namespace burelu
