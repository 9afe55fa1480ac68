// An ONNX file as nodes and constants, before anything is understood.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "model/tensors.hpp"

namespace burelu::onnx {

struct Constant {
  Tensor tensor;           ///< numbers of float, double, int32 and int64; of other types none
  std::uint64_t type = 0;  ///< of TensorProto; 0: not said

  bool real() const;  ///< float or double
};

struct ParsedNode {
  std::string operation;
  std::vector<std::string> inputs;
  std::vector<std::string> outputs;
  std::map<std::string, std::int64_t> integers;
  std::map<std::string, float> floats;
  std::map<std::string, std::vector<double>> lists;  ///< of floats or integers
  Constant value;                                    ///< of a Constant
};

struct ParsedGraph {
  std::vector<ParsedNode> nodes;
  std::map<std::string, Constant> constants;
  std::vector<std::string> inputs;
  std::map<std::string, index_t> input_columns;  ///< numbers per sample, where the shape says
  std::vector<std::string> outputs;
  std::map<std::string, std::string> metadata;
};

/// Nodes whose inputs are all constants have become constants, as far as they are Identity, Cast, Transpose or Sqrt.
/// Throws `DataError`.
ParsedGraph parse_graph(const std::string& bytes, const std::string& path);

}  // namespace burelu::onnx
