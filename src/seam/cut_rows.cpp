#include "seam/cut_rows.hpp"

#include <cmath>

namespace burelu {
namespace {

struct Term {
  std::int32_t form;
  double value;
};

std::vector<Term> terms_of(const Cut& cut) {
  std::vector<Term> out;
  for (const CutTerm& term : cut.terms) out.push_back({term.form, term.coefficient});
  out.push_back({cut.line, -1.0});
  return out;
}

}  // namespace

CutRows cut_rows(const std::vector<Cut>& cuts, index_t base, double size, const PairKernel& pair) {
  CutRows out;
  const auto q = static_cast<index_t>(cuts.size());
  out.kernel = Matrix(q, q == 0 ? 0 : base + q);
  for (index_t t = 0; t < q; ++t) {
    const Cut& cut = cuts[static_cast<std::size_t>(t)];
    double lengths = std::sqrt(pair(cut.line, cut.line));  // bounds the form on unit vectors
    for (const CutTerm& term : cut.terms) lengths += term.coefficient * std::sqrt(pair(term.form, term.form));
    const double scale = 2.0 * std::sqrt(size) / lengths;
    for (const Term& term : terms_of(cut)) {
      out.form.push_back(term.form);
      out.value.push_back(scale * term.value);
      for (index_t j = 0; j < base; ++j) out.kernel(t, j) += scale * term.value * pair(term.form, j);
    }
    out.offset.push_back(static_cast<std::int64_t>(out.form.size()));
    out.scale.push_back(scale);
  }
  for (index_t t = 0; t < q; ++t)
    for (index_t s = 0; s < q; ++s) {
      double sum = 0.0;
      for (std::int64_t p = out.offset[static_cast<std::size_t>(s)]; p < out.offset[static_cast<std::size_t>(s) + 1];
           ++p)
        sum += out.value[static_cast<std::size_t>(p)] * out.kernel(t, out.form[static_cast<std::size_t>(p)]);
      out.kernel(t, base + s) = sum;
    }
  return out;
}

}  // namespace burelu
