// Products with cuts written out in products of the forms (a, b): a cut is s = sum_j c_j f_j - a_k.
#pragma once

#include <algorithm>
#include <span>
#include <vector>

#include "burelu/certificate.hpp"

namespace burelu {

/// One factor of a product: coefficient times a form below 2m.
struct FormTerm {
  std::int32_t form;
  double coefficient;
};

/// The terms of form `form` < 2m + cuts.size(); `scratch` holds them.
inline std::span<const FormTerm> terms_of(std::int32_t form, std::int32_t m, std::span<const Cut> cuts,
                                          std::vector<FormTerm>& scratch) {
  scratch.clear();
  if (form < 2 * m) {
    scratch.push_back({form, 1.0});
  } else {
    const Cut& cut = cuts[static_cast<std::size_t>(form - 2 * m)];
    for (const CutTerm& term : cut.terms) scratch.push_back({term.form, term.coefficient});
    scratch.push_back({cut.line, -1.0});
  }
  return scratch;
}

/// Calls put(i, j, value), i >= j, values of any sign, such that the sum of value f_i f_j (half of it where i = j) is
/// T(i, j) times the product of the pair (half of it for a square). At most three roundings per value.
template <class Put>
void expand(const Multiplier& pair, std::int32_t m, std::span<const Cut> cuts, const Put& put) {
  std::vector<FormTerm> left;
  std::vector<FormTerm> right;
  const auto a = terms_of(pair.i, m, cuts, left);
  const auto b = terms_of(pair.j, m, cuts, right);
  const bool square = pair.i == pair.j;
  for (std::size_t p = 0; p < a.size(); ++p)
    for (std::size_t q = square ? p : 0; q < b.size(); ++q) {
      const double value = pair.value * a[p].coefficient * b[q].coefficient;
      // f_p f_q, p = q: half of 2 T; in a square T c_p^2 / 2 stands on the diagonal already, and p < q covers q < p.
      const bool same = a[p].form == b[q].form;
      const bool diagonal_of_square = square && p == q;
      put(std::max(a[p].form, b[q].form), std::min(a[p].form, b[q].form),
          same && !diagonal_of_square ? 2.0 * value : value);
    }
}

/// The line whose scale a form has: that of its row of X, or of the row that a cut bounds.
inline std::int32_t line_of(std::int32_t form, std::int32_t m, std::span<const Cut> cuts) {
  // NOLINTNEXTLINE(clang-analyzer-core.DivideZero): a form below 2m says that m > 0
  return form < 2 * m ? form % m : cuts[static_cast<std::size_t>(form - 2 * m)].line;
}

}  // namespace burelu
