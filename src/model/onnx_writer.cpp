// The graph as a chain: every step takes the value of the step before and a constant.
#include <bit>
#include <cstring>

#include "burelu/version.hpp"
#include "formats/protobuf.hpp"
#include "model/onnx.hpp"
#include "model/onnx_fields.hpp"
#include "model/tensors.hpp"

namespace burelu {
namespace {

ProtoWriter tensor_proto(const std::string& name, const Tensor& tensor) {
  static_assert(std::endian::native == std::endian::little, "doubles are written as they lie in memory");
  ProtoWriter proto;
  for (const index_t size : tensor.shape) proto.number(onnx::TensorProto::kDims, static_cast<std::uint64_t>(size));
  proto.number(onnx::TensorProto::kType, onnx::TensorProto::kDouble);
  proto.text(onnx::TensorProto::kName, name);
  std::string raw(tensor.values.size() * sizeof(double), '\0');
  if (!raw.empty()) std::memcpy(raw.data(), tensor.values.data(), raw.size());
  return proto.text(onnx::TensorProto::kRaw, raw);
}

/// A matrix of doubles, as many rows as the caller has.
ProtoWriter value_info(const std::string& name, index_t columns) {
  using onnx::Type;
  ProtoWriter shape;
  shape.message(Type::kDimension, ProtoWriter().text(Type::kSymbol, "N"));
  shape.message(Type::kDimension, ProtoWriter().number(Type::kSize, static_cast<std::uint64_t>(columns)));
  ProtoWriter tensor;
  tensor.number(Type::kElement, onnx::TensorProto::kDouble).message(Type::kShape, shape);
  ProtoWriter info;
  info.text(onnx::ValueInfo::kName, name).message(onnx::ValueInfo::kType, ProtoWriter().message(Type::kTensor, tensor));
  return info;
}

class Chain {
 public:
  /// Appends value := operation(value, constant); no constant where its name is empty.
  void step(const std::string& operation, const std::string& constant, const Tensor& tensor = {}, bool last = false) {
    const std::string output = last ? "Y" : "step_" + std::to_string(++steps_);
    ProtoWriter node;
    node.text(onnx::Node::kInput, value_);
    if (!constant.empty()) {
      node.text(onnx::Node::kInput, constant);
      constants_.push_back(tensor_proto(constant, tensor));
    }
    node.text(onnx::Node::kOutput, output).text(onnx::Node::kName, operation + "_" + output);
    node.text(onnx::Node::kOperator, operation);
    nodes_.push_back(node);
    value_ = output;
  }

  ProtoWriter graph(index_t inputs, index_t outputs) const {
    ProtoWriter proto;
    for (const ProtoWriter& node : nodes_) proto.message(onnx::Graph::kNode, node);
    proto.text(onnx::Graph::kName, "burelu");
    for (const ProtoWriter& constant : constants_) proto.message(onnx::Graph::kInitializer, constant);
    proto.message(onnx::Graph::kInput, value_info("X", inputs));
    return proto.message(onnx::Graph::kOutput, value_info("Y", outputs));
  }

 private:
  std::string value_ = "X";
  int steps_ = 0;
  std::vector<ProtoWriter> nodes_;
  std::vector<ProtoWriter> constants_;
};

void add_preparation(const Preparation& preparation, Chain& chain) {
  if (preparation.divisor != 1.0) chain.step("Div", "divisor", {{}, {preparation.divisor}});
  if (preparation.standardized()) {
    chain.step("Sub", "mean", tensor_of(preparation.mean));
    chain.step("Div", "scale", tensor_of(preparation.scale));
  }
  if (preparation.reduced()) {
    chain.step("Sub", "center", tensor_of(preparation.center));
    chain.step("MatMul", "components", tensor_of(transposed(preparation.components)));
  }
}

void add_network(const Network& network, bool bias, Chain& chain) {
  Tensor U = tensor_of(network.U);
  if (bias) {  // the last row of U belongs to the ones
    const auto k = static_cast<std::ptrdiff_t>(network.width());
    Tensor last{{network.width()}, {U.values.end() - k, U.values.end()}};
    U.values.resize(U.values.size() - static_cast<std::size_t>(k));
    --U.shape[0];
    chain.step("MatMul", "U", U);
    chain.step("Add", "bias", last);
  } else {
    chain.step("MatMul", "U", U);
  }
  chain.step("Relu", "");
  chain.step("MatMul", "V", tensor_of(transposed(network.V)), true);
}

}  // namespace

std::string onnx_bytes(const Model& model) {
  Chain chain;
  add_preparation(model.preparation, chain);
  add_network(model.network, model.preparation.bias, chain);
  ProtoWriter proto;
  proto.number(onnx::ModelProto::kIrVersion, 8);
  proto.text(onnx::ModelProto::kProducerName, "burelu").text(onnx::ModelProto::kProducerVersion, kVersion);
  ProtoWriter opset;
  opset.text(onnx::OperatorSet::kDomain, "").number(onnx::OperatorSet::kVersion, 17);
  proto.message(onnx::ModelProto::kOpsetImport, opset);
  for (const auto& [key, value] : tensors_of(model).metadata) {
    ProtoWriter entry;
    proto.message(onnx::ModelProto::kMetadata, entry.text(onnx::Entry::kKey, key).text(onnx::Entry::kValue, value));
  }
  // The graph comes last: a file that was cut off at the end of a field has none.
  proto.message(onnx::ModelProto::kGraph, chain.graph(model.features(), model.network.V.rows));
  return proto.bytes();
}

}  // namespace burelu
