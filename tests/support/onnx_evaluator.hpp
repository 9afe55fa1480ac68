// Evaluates an ONNX file: a second reader of the format that shares nothing with the library's, for graphs of Sub, Div,
// MatMul, Add and Relu on doubles.
#pragma once

#include <string>
#include <vector>

namespace burelu::test {

struct OnnxOutput {
  std::vector<double> values;  ///< rows x columns
  std::size_t columns = 0;
  long long opset = 0;
  long long ir_version = 0;
};

/// The first output for the input `X`, row-major. Throws std::runtime_error for anything it does not know.
OnnxOutput evaluate_onnx(const std::string& bytes, const std::vector<double>& X, std::size_t rows, std::size_t columns);

}  // namespace burelu::test
