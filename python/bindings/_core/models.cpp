// Models with their preparation: learnt, applied and written as the program `burelu` does it, to the bit.
#include <nanobind/stl/map.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "convert.hpp"
#include "model/model.hpp"
#include "model/onnx.hpp"

namespace burelu_python {
namespace {

using burelu::Model;
using burelu::Preparation;

nb::tuple fit_preparation(const Array2& X, bool standardize, bool bias) {
  Preparation preparation;
  burelu::PreparationChoice choice;
  choice.standardize = standardize;
  choice.bias = bias;
  burelu::Matrix prepared = burelu::fit_preparation(matrix_of(X), choice, 0.0, preparation);
  return nb::make_tuple(array_of(std::move(prepared)), array_of(std::move(preparation.mean)),
                        array_of(std::move(preparation.scale)));
}

Returned<double, 2> prepare(const Array2& X, const Array1& mean, const Array1& scale, bool bias) {
  Preparation preparation;
  preparation.mean = vector_of<double>(mean);
  preparation.scale = vector_of<double>(scale);
  preparation.bias = bias;
  return array_of(burelu::prepare(matrix_of(X), preparation));
}

Model model_of(const Array2& U, const Array2& V, const nb::dict& fields) {
  Model model;
  model.network = network_of(U, V);
  const auto vector = [&](const char* key) { return vector_of<double>(nb::cast<Array1>(fields[key])); };
  model.preparation.mean = vector("mean");
  model.preparation.scale = vector("scale");
  model.preparation.bias = nb::cast<bool>(fields["bias"]);
  model.preparation.features = nb::cast<std::vector<std::string>>(fields["features"]);
  model.outputs.classes = nb::cast<bool>(fields["classes"]);
  model.outputs.names = nb::cast<std::vector<std::string>>(fields["names"]);
  model.gamma = nb::cast<double>(fields["gamma"]);
  model.objective = nb::cast<double>(fields["objective"]);
  model.lower_bound = nb::cast<double>(fields["lower_bound"]);
  model.relative_gap = nb::cast<double>(fields["relative_gap"]);
  model.provenance = nb::cast<std::map<std::string, std::string>>(fields["provenance"]);
  return model;
}

nb::dict read_model(const std::string& path) {
  Model model = burelu::read_model(path);
  nb::dict result;
  result["U"] = array_of(std::move(model.network.U));
  result["V"] = array_of(std::move(model.network.V));
  result["mean"] = array_of(std::move(model.preparation.mean));
  result["scale"] = array_of(std::move(model.preparation.scale));
  result["bias"] = model.preparation.bias;
  result["names"] = model.outputs.names;
  result["gamma"] = model.gamma;
  return result;
}

}  // namespace

void bind_models(nb::module_& module) {
  using namespace nb::literals;
  module.def("fit_preparation", &fit_preparation, "X"_a.noconvert(), "standardize"_a, "bias"_a);
  module.def("prepare", &prepare, "X"_a.noconvert(), "mean"_a, "scale"_a, "bias"_a);
  module.def(
      "write_model",
      [](const std::string& path, const Array2& U, const Array2& V, const nb::dict& fields) {
        burelu::write_model(path, model_of(U, V, fields));
      },
      "path"_a, "U"_a, "V"_a, "fields"_a);
  module.def(
      "onnx_bytes",
      [](const Array2& U, const Array2& V, const nb::dict& fields) {
        const std::string bytes = burelu::onnx_bytes(model_of(U, V, fields));
        return nb::bytes(bytes.data(), bytes.size());
      },
      "U"_a, "V"_a, "fields"_a);
  module.def("read_model", &read_model, "path"_a);
}

}  // namespace burelu_python
