// Exported graphs against a second reader of the format; graphs of others.
#include "model/onnx.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

#include "burelu/errors.hpp"
#include "formats/protobuf.hpp"
#include "model/onnx_fields.hpp"
#include "support/onnx_evaluator.hpp"
#include "support/sample_model.hpp"
#include "support/scratch_folder.hpp"

namespace burelu {
namespace {

using test::sample_model;

void expect_equal_predictions(const Model& model) {
  Random random(4);
  const Matrix X = test::random_matrix(random, 40, model.features());
  const Matrix wanted = predict(prepare(X, model.preparation), model.network);
  const test::OnnxOutput output = test::evaluate_onnx(onnx_bytes(model), X.data, 40, static_cast<std::size_t>(X.cols));
  EXPECT_EQ(output.opset, 17);
  EXPECT_EQ(output.ir_version, 8);
  ASSERT_EQ(output.values.size(), wanted.data.size());
  double largest = 1.0;
  for (const double value : wanted.data) largest = std::max(largest, std::fabs(value));
  for (std::size_t k = 0; k < wanted.data.size(); ++k)
    EXPECT_NEAR(output.values[k], wanted.data[k], 1e-12 * largest) << k;
}

TEST(Onnx, PredictionsEqualOurs) {
  Model model = sample_model();
  expect_equal_predictions(model);
  model.preparation.center.clear();
  model.preparation.components = {};
  expect_equal_predictions(model);
  model.preparation.mean.clear();
  model.preparation.scale.clear();
  expect_equal_predictions(model);
  model.preparation.divisor = 1.0;
  expect_equal_predictions(model);
  model.preparation.bias = false;
  model.preparation.features = {"a", "b", "c"};
  expect_equal_predictions(model);
}

TEST(Onnx, ANetworkWithoutNeuronsComesBack) {
  for (const bool bias : {true, false}) {
    Model model = sample_model();
    if (!bias) {
      model.preparation = {};
      model.preparation.features = {"a", "b", "c"};
    }
    model.network = {Matrix(3, 0), Matrix(2, 0)};
    expect_equal_predictions(model);
    const Model back = parse_onnx(onnx_bytes(model), "m.onnx");
    EXPECT_EQ(back.network.width(), 0);
    EXPECT_EQ(back.network.U.rows, 3);
    EXPECT_EQ(back.network.V.rows, 2);
    EXPECT_EQ(back.preparation.bias, bias);
    EXPECT_EQ(back.features(), model.features());
  }
}

/// Builds a graph such as another exporter would: floats, Gemm with transB, weights as packed or raw numbers.
class GraphBuilder {
 public:
  void constant(const std::string& name, const std::vector<std::uint64_t>& dims, const std::vector<float>& values,
                bool packed) {
    std::string data(values.size() * 4, '\0');
    std::memcpy(data.data(), values.data(), data.size());
    ProtoWriter proto;
    for (const std::uint64_t size : dims) proto.number(onnx::TensorProto::kDims, size);
    proto.number(onnx::TensorProto::kType, onnx::TensorProto::kFloat).text(onnx::TensorProto::kName, name);
    proto.text(packed ? onnx::TensorProto::kFloats : onnx::TensorProto::kRaw, data);
    graph_.message(onnx::Graph::kInitializer, proto);
  }

  void node(const std::string& operation, const std::vector<std::string>& inputs, const std::string& output,
            const std::string& integer = "") {
    ProtoWriter proto;
    for (const std::string& input : inputs) proto.text(onnx::Node::kInput, input);
    proto.text(onnx::Node::kOutput, output).text(onnx::Node::kOperator, operation);
    ProtoWriter attribute;
    if (!integer.empty())
      proto.message(onnx::Node::kAttribute,
                    attribute.text(onnx::Attribute::kName, integer).number(onnx::Attribute::kInt, 1));
    graph_.message(onnx::Graph::kNode, proto);
  }

  Model read() {
    ProtoWriter input;
    ProtoWriter output;
    graph_.message(onnx::Graph::kInput, input.text(onnx::ValueInfo::kName, "in"));
    graph_.message(onnx::Graph::kOutput, output.text(onnx::ValueInfo::kName, "out"));
    ProtoWriter model;
    model.number(onnx::ModelProto::kIrVersion, 7).message(onnx::ModelProto::kGraph, graph_);
    return parse_onnx(model.bytes(), "m.onnx");
  }

 private:
  ProtoWriter graph_;
};

TEST(Onnx, ReadsTheLayersOfOtherExporters) {
  GraphBuilder gemm;
  gemm.constant("W1", {3, 2}, {1, 2, 3, 4, 5, 6}, true);
  gemm.constant("b1", {3}, {7, 8, 9}, false);
  gemm.constant("W2", {1, 3}, {1, 2, 3}, false);
  gemm.constant("b2", {1}, {0}, true);
  gemm.node("Flatten", {"in"}, "flat");
  gemm.node("Gemm", {"flat", "W1", "b1"}, "h", "transB");
  gemm.node("Relu", {"h"}, "a");
  gemm.node("Gemm", {"a", "W2", "b2"}, "out", "transB");
  const Model model = gemm.read();
  EXPECT_EQ(model.network.U.data, (std::vector<double>{1, 3, 5, 2, 4, 6, 7, 8, 9}));
  EXPECT_EQ(model.network.V.data, (std::vector<double>{1, 2, 3}));
  EXPECT_TRUE(model.preparation.bias);

  GraphBuilder matmul;
  matmul.constant("W1", {2, 3}, {1, 3, 5, 2, 4, 6}, false);
  matmul.constant("W2", {3, 1}, {1, 2, 3}, false);
  matmul.node("MatMul", {"in", "W1"}, "h");
  matmul.node("Relu", {"h"}, "a");
  matmul.node("MatMul", {"a", "W2"}, "out");
  EXPECT_EQ(matmul.read().network.U.data, (std::vector<double>{1, 3, 5, 2, 4, 6}));
}

TEST(Onnx, GraphsThatAreNoSuchChainAreRefused) {
  const auto refusal = [](GraphBuilder& builder) {
    return test::message_of<DataError>([&builder] { builder.read(); });
  };
  GraphBuilder tanh;
  tanh.node("Tanh", {"in"}, "out");
  EXPECT_NE(refusal(tanh).find("operator Tanh is not understood"), std::string::npos);
  GraphBuilder branch;
  branch.node("Relu", {"in"}, "a");
  branch.node("Relu", {"in"}, "out");
  EXPECT_NE(refusal(branch).find("branches at 'in'"), std::string::npos);
  GraphBuilder circle;
  circle.node("Relu", {"in"}, "a");
  circle.node("Relu", {"a"}, "in");
  EXPECT_NE(refusal(circle).find("circles"), std::string::npos);
  GraphBuilder end;
  end.node("Relu", {"in"}, "a");
  EXPECT_NE(refusal(end).find("ends at 'a'"), std::string::npos);
  GraphBuilder unknown;
  unknown.node("MatMul", {"in", "W"}, "out");
  EXPECT_NE(refusal(unknown).find("an input of MatMul is no constant"), std::string::npos);
  GraphBuilder early;
  early.node("Relu", {"in"}, "out");
  EXPECT_NE(refusal(early).find("Relu comes where it is not understood (step 1)"), std::string::npos);
}

}  // namespace
}  // namespace burelu
