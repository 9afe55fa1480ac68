// Cuts are eliminated from the polynomial one after the other, the last first: s_t g becomes sum_j c_j f_j g - a_k g
// for every g left beside it, a square s_t^2 first s_t times the sum. Nothing else about products is needed.
#include "verify/cuts.hpp"

#include <map>

namespace burelu::verify {
namespace {

using Polynomial = std::map<std::pair<std::size_t, std::size_t>, Interval>;  // (larger, smaller): coefficient

void accumulate(Polynomial& sum, std::size_t i, std::size_t j, Interval coefficient) {
  const auto [place, fresh] = sum.try_emplace({std::max(i, j), std::min(i, j)}, coefficient);
  if (!fresh) place->second += coefficient;
}

/// coefficient s g, with s written out.
void substitute(Polynomial& sum, const Combination& cut, std::size_t g, Interval coefficient) {
  for (const Combination::Term& term : cut.terms)
    accumulate(sum, static_cast<std::size_t>(term.form), g, coefficient * Interval(term.coefficient));
  accumulate(sum, static_cast<std::size_t>(cut.line), g, -coefficient);
}

Polynomial pairs_with_cuts(const Claim& claim) {
  const std::size_t forms = 2 * claim.representatives.size();
  Polynomial out;
  for (const Pair& pair : claim.pairs)
    if (const auto i = static_cast<std::size_t>(pair.i); i >= forms)
      accumulate(out, i, static_cast<std::size_t>(pair.j),
                 pair.i == pair.j ? halved(pair.value) : Interval(pair.value));
  return out;
}

/// How far a form may fall below zero, and how large it may be, on ||u|| = 1.
struct Range {
  double below = 0.0;
  double size = 0.0;
};

class Ranges {
 public:
  Ranges(const Table& rows, const Claim& claim) : table_(rows) {
    for (std::size_t k = 0; k < rows.rows; ++k) rows_.push_back({0.0, norm_above(x(k), rows.cols)});
    for (const Combination& cut : claim.cuts) cuts_.push_back(range_of(cut));
  }

  const Range& operator()(std::int64_t form) const {
    const auto index = static_cast<std::size_t>(form);
    const std::size_t m = rows_.size();
    return index < 2 * m ? rows_[index % m] : cuts_[index - 2 * m];
  }

 private:
  const double* x(std::size_t k) const { return table_.values.data() + k * table_.cols; }

  Range range_of(const Combination& cut) const {
    const std::size_t m = rows_.size();
    const auto line = static_cast<std::size_t>(cut.line);
    const double* target = x(line);
    std::vector<Interval> residual(target, target + table_.cols);
    Range out{0.0, rows_[line].size};
    for (const Combination::Term& term : cut.terms) {
      const auto form = static_cast<std::size_t>(term.form);
      const double* row = x(form % m);
      const Interval signed_coefficient = form < m ? term.coefficient : -term.coefficient;
      for (std::size_t l = 0; l < residual.size(); ++l)
        if (row[l] != 0.0) residual[l] -= signed_coefficient * Interval(row[l]);
      out.size = up(out.size + up(term.coefficient * rows_[form % m].size));
    }
    std::vector<double> largest;
    for (const Interval& entry : residual) largest.push_back(entry.magnitude());
    out.below = norm_above(largest.data(), largest.size());
    return out;
  }

  const Table& table_;
  std::vector<Range> rows_, cuts_;
};

}  // namespace

std::vector<Monomial> substitute_cuts(const Claim& claim) {
  const std::size_t forms = 2 * claim.representatives.size();
  Polynomial sum = pairs_with_cuts(claim);
  while (!sum.empty() && sum.rbegin()->first.first >= forms) {
    const auto [pair, coefficient] = *sum.rbegin();  // of the last cut, squares first
    sum.erase(std::prev(sum.end()));
    substitute(sum, claim.cuts[pair.first - forms], pair.second, coefficient);
  }
  std::vector<Monomial> out;
  for (const auto& [pair, coefficient] : sum) out.push_back({pair.first, pair.second, coefficient});
  return out;
}

double shortfall_above(const Table& rows, const Claim& claim) {
  const auto forms = static_cast<std::int64_t>(2 * claim.representatives.size());
  if (claim.cuts.empty()) return 0.0;
  const Ranges range(rows, claim);
  double delta = 0.0;
  for (const Pair& pair : claim.pairs) {
    if (pair.i < forms || pair.i == pair.j) continue;  // a square is nonnegative whatever the form is
    const Range& f = range(pair.i);
    const Range& g = range(pair.j);
    const double least = up(up(f.below * g.size) + up(g.below * f.size));
    delta = up(delta + up(pair.value * least));
  }
  return delta;
}

double norm_above(const double* x, std::size_t size) {
  double sum = 0.0;
  for (std::size_t j = 0; j < size; ++j) {
    const double entry = x[j] == 0.0 ? 0.0 : std::max(std::abs(x[j]), 1e-150);
    if (entry != 0.0) sum = up(sum + up(entry * entry));
  }
  return sum == 0.0 ? 0.0 : up(std::sqrt(sum));
}

}  // namespace burelu::verify
