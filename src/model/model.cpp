// Which container a model is in, and what every model must satisfy.
#include "model/model.hpp"

#include <algorithm>
#include <cmath>

#include "burelu/errors.hpp"
#include "formats/byte_stream.hpp"
#include "formats/output_file.hpp"
#include "formats/zip_archive.hpp"
#include "model/onnx.hpp"
#include "model/tensors.hpp"

namespace burelu {
namespace {

void check_finite(const std::string& path, const std::string& name, const std::vector<double>& values) {
  if (!std::all_of(values.begin(), values.end(), [](double value) { return std::isfinite(value); }))
    throw DataError(path + ": " + name + " holds NaN or infinity; train the network again");
}

/// Files of other programs that people have, with the way out.
void refuse_other_kinds(const std::string& path, const std::string& bytes) {
  const auto refuse = [&path](const std::string& kind, const std::string& remedy) {
    throw DataError(path + " is " + kind + ", which burelu does not read; " + remedy);
  };
  const std::string as_safetensors =
      "save the weights as safetensors, in Python: from safetensors.torch import save_file; save_file(torch.load('" +
      path + "', weights_only=True), 'net.safetensors')";
  if (bytes.starts_with("PK")) {
    for (const std::string& name : ZipReader(path).names()) {
      if (name == "data.pkl" || name.ends_with("/data.pkl")) refuse("a PyTorch checkpoint (a pickle)", as_safetensors);
      if (name.ends_with(".weights.h5")) refuse("a Keras model", "export it to ONNX with model.export or tf2onnx");
    }
  }
  if (bytes.size() > 2 && bytes[0] == '\x80' && bytes[1] >= 2 && bytes[1] <= 5)
    refuse("a Python pickle",
           "of PyTorch: " + as_safetensors + "; of scikit-learn: write skl2onnx.to_onnx(...) to a file");
  if (bytes.starts_with("\x89HDF"))
    refuse("an HDF5 file", "export the Keras model to ONNX with model.export or tf2onnx");
}

}  // namespace

void check_model(const std::string& path, const Model& model) {
  const auto fail = [&path](const std::string& problem) {
    throw DataError(path + ": " + problem + "; see docs/formats.md for the model file");
  };
  const Network& network = model.network;
  const Preparation& preparation = model.preparation;
  check_finite(path, "U", network.U.data);
  check_finite(path, "V", network.V.data);
  for (const auto* values : {&preparation.mean, &preparation.scale, &preparation.center, &preparation.components.data})
    check_finite(path, "the preparation", *values);
  if (network.V.rows < 1) fail("V has no rows; it needs one per output");
  if (network.U.rows < (preparation.bias ? 2 : 1)) fail("U needs a row per feature, and one more for the bias");
  if (network.U.cols != network.V.cols) fail("U and V must have as many columns, one per neuron");
  const auto features = static_cast<std::size_t>(model.features());
  if (!preparation.reduced() && preparation.components.rows > 0) fail("components need their center beside them");
  if (preparation.reduced() && preparation.components.rows != network.U.rows - (preparation.bias ? 1 : 0))
    fail("components must have one row per row of U (the bias row left out)");
  if (preparation.reduced() && preparation.center.size() != features) fail("center must have one number per feature");
  if (!preparation.features.empty() && preparation.features.size() != features)
    fail("features must name one feature per column of the data");
  if (preparation.mean.size() != preparation.scale.size() ||
      (preparation.standardized() && preparation.mean.size() != features))
    fail("mean and scale must have one number per feature");
  if (!std::all_of(preparation.scale.begin(), preparation.scale.end(), [](double value) { return value > 0.0; }))
    fail("scale has a number that is not positive");
  if (!std::isfinite(preparation.divisor) || preparation.divisor <= 0.0) fail("divisor is not positive");
  if (model.outputs.single && model.outputs.names.size() != 2) fail("one column for two classes needs two names");
  if (!model.outputs.names.empty() && model.outputs.columns() != static_cast<std::size_t>(network.V.rows))
    fail("outputs must have one name per row of V");
}

void write_model(const std::string& path, const Model& model) {
  if (has_extension(path, ".onnx")) return write_file(path, onnx_bytes(model));
  const Tensors tensors = tensors_of(model);
  write_file(path, has_extension(path, ".npz") ? npz_model_bytes(tensors) : safetensors_bytes(tensors));
}

Model read_model(const std::string& path, const ModelChoice& choice) {
  const std::string bytes = read_file(path);
  const bool zip = bytes.starts_with("PK");
  refuse_other_kinds(path, bytes);
  // safetensors: eight bytes of length, then JSON. ONNX: field 1 of ModelProto, a varint.
  const bool tensors = bytes.size() > 8 && bytes[8] == '{';
  if (!zip && !tensors && !bytes.starts_with("\x08"))
    throw DataError(path + " is not a model (neither safetensors nor NPZ nor ONNX); pass a file written by " +
                    "`burelu train --out`, or see docs/pytorch.md");
  if (!zip && !tensors) return parse_onnx(bytes, path, choice);
  return model_of(zip ? read_npz_model(path) : parse_safetensors(bytes, path), path, choice);
}

}  // namespace burelu
