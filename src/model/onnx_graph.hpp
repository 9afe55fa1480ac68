// An ONNX graph as a chain of steps.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "model/tensors.hpp"

namespace burelu::onnx {

/// value := operation(value, constant). Gemm has become MatMul and Add; scalers and batch normalisation the four
/// operations they consist of; what only changes shape or type is gone.
struct Step {
  std::string operation;  ///< Add, Sub, Mul, Div, MatMul, Relu
  Tensor constant;        ///< none for Relu
};

struct GraphChain {
  std::vector<Step> steps;
  std::map<std::string, std::string> metadata;
};

/// Follows the graph from its input to its output. Throws `DataError` where it is no such chain.
GraphChain read_chain(const std::string& bytes, const std::string& path, const Warn& listener);

}  // namespace burelu::onnx
