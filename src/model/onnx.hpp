// Networks as ONNX graphs: Div, Sub, Div, Sub, MatMul (the preparation, as much as there is), MatMul, Add, Relu,
// MatMul.
#pragma once

#include <string>

#include "model/model.hpp"

namespace burelu {

/// Opset 17, double precision, input X [N, features], output Y [N, outputs]; the metadata of the model as properties.
std::string onnx_bytes(const Model& model);

/// A graph of that kind, or one of two linear layers (Gemm, or MatMul and Add) as PyTorch exports it; numbers may be
/// float or double. Throws `DataError` saying what in the graph is not understood.
Model parse_onnx(const std::string& bytes, const std::string& path, const ModelChoice& choice = {});

}  // namespace burelu
