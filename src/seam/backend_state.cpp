#include "seam/backend_state.hpp"

#include <algorithm>
#include <cmath>

#include "seam/control_check.hpp"
#include "seam/rules.hpp"

namespace burelu {
namespace {

bool nonnegative(double value) { return value >= 0.0 && std::isfinite(value); }

bool fits(const BackendState& s, index_t m, index_t d) {
  const auto rows = static_cast<std::int32_t>(2 * m);
  const auto pair = [&](const ListedPair& p) {
    return p.j >= 0 && p.j < p.i && p.i < rows && p.i != p.j + m && nonnegative(p.multiplier) &&
           nonnegative(p.previous);
  };
  const auto before = [](const ListedPair& a, const ListedPair& b) { return a.i < b.i || (a.i == b.i && a.j < b.j); };
  return s.Shat.rows == m && s.Ut.rows == d && s.Shat.cols >= 1 && s.Shat.cols <= m + d && s.Ut.cols == s.Shat.cols &&
         static_cast<index_t>(s.importance.size()) == m && static_cast<index_t>(s.tau.size()) == m &&
         std::all_of(s.importance.begin(), s.importance.end(), [](double q) { return q > 0.0 && std::isfinite(q); }) &&
         std::all_of(s.pairs.begin(), s.pairs.end(), pair) &&
         std::adjacent_find(s.pairs.begin(), s.pairs.end(),
                            [&](const auto& a, const auto& b) { return !before(a, b); }) == s.pairs.end();
}

}  // namespace

Control resumed(const Control& saved, const Control& fresh) {
  Control out = fresh;
  out.settings = saved.settings;
  out.value = saved.value;
  out.dual = saved.dual;
  out.count = saved.count;
  rules::forget_pairs(out.memory);
  rules::open_window(out);
  return out;
}

void exchange(Archive& archive, BackendState& state) {
  archive.value(state.control);
  archive.matrix(state.Shat);
  archive.matrix(state.Ut);
  archive.list(state.importance);
  archive.list(state.tau);
  archive.list(state.pairs);
}

void exchange(Archive& archive, BackendState& state, index_t m, index_t d) {
  exchange(archive, state);
  if (archive.loading() && !(fits(state, m, d) && plausible(state.control))) Archive::refuse();
}

}  // namespace burelu
