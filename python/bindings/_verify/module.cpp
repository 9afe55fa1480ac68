// The module burelu._verify: the checker of certificates on arrays. It shares no code with the solver.
#include <nanobind/nanobind.h>
#include <nanobind/stl/string.h>

#include "arrays.hpp"
#include "verify/check.hpp"

namespace {

namespace nb = nanobind;
using namespace burelu_python;
using namespace burelu::verify;

Table table_of(const Array2& array) {
  Table table{array.shape(0), array.shape(1), {}};
  table.values.reserve(table.rows * table.cols);
  for (std::size_t i = 0; i < table.rows; ++i)
    for (std::size_t j = 0; j < table.cols; ++j) table.values.push_back(array(i, j));
  return table;
}

nb::tuple check_arrays(const Array2& X, const Array2& Y, double lower_bound, double gamma, std::uint64_t data_hash,
                       bool branched, const Array2& W, const Integers& representatives, const Integers& line,
                       const Array1& ratio, const nb::tuple& multipliers, std::int64_t dominant, int dominant_power) {
  const Data data{table_of(X), table_of(Y)};
  Claim claim;
  claim.lower_bound = lower_bound;
  claim.gamma = gamma;
  claim.data_hash = data_hash;
  claim.branched = branched;
  claim.W = table_of(W);
  claim.representatives = vector_of<std::int64_t>(representatives);
  claim.line = vector_of<std::int64_t>(line);
  claim.ratio = vector_of<double>(ratio);
  claim.dominant = dominant;
  claim.dominant_power = dominant_power;
  const ProofParts parts(multipliers, branched, W.shape(0), line.shape(0), ratio.shape(0));
  for (std::size_t k = 0; k < parts.value.size(); ++k) claim.pairs.push_back({parts.i[k], parts.j[k], parts.value[k]});
  Verdict verdict;
  {
    const nb::gil_scoped_release unlocked;
    verdict = check(data, claim);
  }
  return nb::make_tuple(verdict.valid, verdict.reason, verdict.lower_bound, verdict.cells);
}

}  // namespace

NB_MODULE(_verify, module) {
  using namespace nb::literals;
  module.def("check", &check_arrays, "X"_a.noconvert(), "Y"_a.noconvert(), "lower_bound"_a, "gamma"_a, "data_hash"_a,
             "branched"_a, "W"_a, "representatives"_a, "line"_a, "ratio"_a, "multipliers"_a,
             "dominant"_a, "dominant_power"_a,
             "Whether the certificate proves a bound for these data: (valid, reason, lower bound, cells).");
}
