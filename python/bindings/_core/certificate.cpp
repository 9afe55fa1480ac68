// A certificate as an object that keeps the library's; its arrays for the checker and for pickling.
#include "burelu/certificate.hpp"

#include <nanobind/stl/string.h>

#include "convert.hpp"

namespace burelu_python {
namespace {

using burelu::Certificate;

nb::tuple multipliers_of(const Certificate& certificate) {
  std::vector<std::int32_t> i, j;
  std::vector<double> value;
  for (const burelu::Multiplier& entry : certificate.multipliers) {
    i.push_back(entry.i);
    j.push_back(entry.j);
    value.push_back(entry.value);
  }
  return nb::make_tuple(array_of(std::move(i)), array_of(std::move(j)), array_of(std::move(value)));
}

/// All there is, in the order that `from_arrays` and the checker take.
nb::tuple arrays(const Certificate& certificate) {
  return nb::make_tuple(certificate.lower_bound, certificate.gamma, certificate.data_hash, certificate.branched,
                        array_of(burelu::Matrix(certificate.W)),
                        array_of(std::vector<std::int32_t>(certificate.representatives)),
                        array_of(std::vector<std::int32_t>(certificate.line)),
                        array_of(std::vector<double>(certificate.ratio)), multipliers_of(certificate),
                        certificate.dominant, certificate.dominant_power);
}

void from_arrays(Certificate& target, double lower_bound, double gamma, std::uint64_t data_hash, bool branched,
                 const Array2& W, const Integers& representatives, const Integers& line, const Array1& ratio,
                 const nb::tuple& multipliers, std::int32_t dominant, int dominant_power) {
  Certificate result;
  result.lower_bound = lower_bound;
  result.gamma = gamma;
  result.data_hash = data_hash;
  result.branched = branched;
  result.W = matrix_of(W);
  result.representatives = vector_of<std::int32_t>(representatives);
  result.line = vector_of<std::int32_t>(line);
  result.ratio = vector_of<double>(ratio);
  result.dominant = dominant;
  result.dominant_power = dominant_power;
  const ProofParts parts(multipliers, branched, W.shape(0), line.shape(0), ratio.shape(0));
  for (std::size_t k = 0; k < parts.value.size(); ++k)
    result.multipliers.push_back({parts.i[k], parts.j[k], parts.value[k]});
  new (&target) Certificate(std::move(result));
}

}  // namespace

void bind_certificate(nb::module_& module) {
  using namespace nb::literals;
  nb::class_<Certificate>(module, "Certificate", "A lower bound with its proof, see burelu.Certificate.")
      .def("__init__", &from_arrays, "lower_bound"_a, "gamma"_a, "data_hash"_a, "branched"_a, "W"_a,
           "representatives"_a, "line"_a, "ratio"_a, "multipliers"_a, "dominant"_a, "dominant_power"_a)
      .def_ro("lower_bound", &Certificate::lower_bound)
      .def_ro("gamma", &Certificate::gamma)
      .def_ro("data_hash", &Certificate::data_hash)
      .def_ro("branched", &Certificate::branched)
      .def("__bool__", [](const Certificate& certificate) { return !certificate.empty(); })
      .def("arrays", &arrays)
      .def(
          "save",
          [](const Certificate& certificate, const std::string& path) { burelu::write_certificate(path, certificate); },
          "path"_a)
      .def_static(
          "load", [](const std::string& path) { return burelu::read_certificate(path); }, "path"_a);
}

}  // namespace burelu_python
