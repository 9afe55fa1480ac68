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

  void integers(const std::string& name, const std::vector<std::int64_t>& values) {
    std::string data(values.size() * 8, '\0');
    std::memcpy(data.data(), values.data(), data.size());
    ProtoWriter proto;
    proto.number(onnx::TensorProto::kDims, values.size()).number(onnx::TensorProto::kType, onnx::TensorProto::kInt64);
    proto.text(onnx::TensorProto::kName, name).text(onnx::TensorProto::kRaw, data);
    graph_.message(onnx::Graph::kInitializer, proto);
  }

  void scaler(const std::string& from, const std::string& to, const std::vector<float>& offset,
              const std::vector<float>& scale) {
    ProtoWriter proto;
    proto.text(onnx::Node::kInput, from).text(onnx::Node::kOutput, to).text(onnx::Node::kOperator, "Scaler");
    for (const auto& [name, values] : {std::pair("offset", offset), std::pair("scale", scale)}) {
      std::string data(values.size() * 4, '\0');
      std::memcpy(data.data(), values.data(), data.size());
      ProtoWriter attribute;
      attribute.text(onnx::Attribute::kName, name).text(onnx::Attribute::kFloats, data);
      proto.message(onnx::Node::kAttribute, attribute);
    }
    graph_.message(onnx::Graph::kNode, proto);
  }

  void property(const std::string& key, const std::string& value) {
    ProtoWriter entry;
    entry.text(onnx::Entry::kKey, key).text(onnx::Entry::kValue, value);
    properties_.message(onnx::ModelProto::kMetadata, entry);
  }

  Model read() {
    ProtoWriter input;
    ProtoWriter output;
    ProtoWriter graph = graph_;
    graph.message(onnx::Graph::kInput, input.text(onnx::ValueInfo::kName, "in"));
    graph.message(onnx::Graph::kOutput, output.text(onnx::ValueInfo::kName, "out"));
    ProtoWriter model;
    model.number(onnx::ModelProto::kIrVersion, 7).message(onnx::ModelProto::kGraph, graph);
    return parse_onnx(model.bytes() + properties_.bytes(), "m.onnx");
  }

 private:
  ProtoWriter graph_;
  ProtoWriter properties_;
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

/// Two inputs, three neurons, one output, each layer in one Gemm.
void add_inner(GraphBuilder& graph, const std::string& from = "in") {
  graph.constant("W1", {3, 2}, {1, 2, 3, 4, 5, 6}, true);
  graph.constant("b1", {3}, {7, 8, 9}, false);
  graph.node("Gemm", {from, "W1", "b1"}, "h", "transB");
  graph.node("Relu", {"h"}, "a");
}

void add_outer(GraphBuilder& graph, const std::string& to = "out") {
  graph.constant("W2", {1, 3}, {1, 2, 3}, false);
  graph.node("Gemm", {"a", "W2"}, to, "transB");
}

double value_at(const Model& model, std::vector<double> x) {
  Matrix X(1, static_cast<index_t>(x.size()));
  X.data = std::move(x);
  return predict(prepare(X, model.preparation), model.network)(0, 0);
}

TEST(Onnx, ShapesAndTypesAtTheEndAreNothing) {
  for (const std::string end : {"Squeeze", "Reshape", "Reshape1", "Cast", "Identity"}) {
    GraphBuilder graph;
    add_inner(graph);
    add_outer(graph, "y");
    graph.integers("column", {-1, 1});
    graph.integers("flat", {-1});
    graph.integers("axes", {-1});
    if (end == "Squeeze") graph.node("Squeeze", {"y", "axes"}, "out");
    if (end == "Reshape") graph.node("Reshape", {"y", "column"}, "out");
    if (end == "Reshape1") graph.node("Reshape", {"y", "flat"}, "out");
    if (end == "Cast") graph.node("Cast", {"y"}, "out", "to");
    if (end == "Identity") graph.node("Identity", {"y"}, "out");
    EXPECT_EQ(value_at(graph.read(), {1, 1}), 10 + 2 * 15 + 3 * 20) << end;
  }
}

TEST(Onnx, AffineStepsBeforeTheLayersAreThePreparation) {
  GraphBuilder graph;
  graph.constant("times", {2}, {0.5F, 4}, false);
  graph.constant("plus", {1, 2}, {1, -2}, false);
  graph.node("Mul", {"times", "in"}, "m");
  graph.node("Add", {"m", "plus"}, "p");
  add_inner(graph, "p");
  add_outer(graph);
  const Model model = graph.read();
  EXPECT_EQ(model.preparation.scale, (std::vector<double>{2, 0.25}));
  // (0.5 * 4 + 1, 4 * 2 - 2) = (3, 6)
  EXPECT_EQ(value_at(model, {4, 2}), (15 + 7) + 2 * (33 + 8) + 3 * (51 + 9));

  GraphBuilder centred;
  centred.constant("c", {2}, {1, 2}, false);
  centred.node("Sub", {"in", "c"}, "p");
  add_inner(centred, "p");
  add_outer(centred);
  EXPECT_EQ(centred.read().preparation.mean, (std::vector<double>{1, 2}));

  GraphBuilder negative;
  negative.constant("c", {1}, {-1}, false);
  negative.node("Mul", {"in", "c"}, "p");
  add_inner(negative, "p");
  add_outer(negative);
  EXPECT_NE(test::message_of<DataError>([&] { negative.read(); }).find("feature 1 is multiplied by -1"),
            std::string::npos);
}

TEST(Onnx, ScalersAndBatchNormalisationAreTheirArithmetic) {
  GraphBuilder scaler;
  scaler.scaler("in", "p", {1, 2}, {2, 0.5F});
  add_inner(scaler, "p");
  add_outer(scaler);
  EXPECT_EQ(value_at(scaler.read(), {2, 4}), (4 + 7) + 2 * (10 + 8) + 3 * (16 + 9));  // (2, 1)

  GraphBuilder normalised;
  normalised.constant("s", {1}, {3}, false);
  normalised.constant("b", {1}, {5}, false);
  normalised.constant("m", {1}, {10}, false);
  normalised.constant("v", {1}, {4}, false);
  add_inner(normalised);
  add_outer(normalised, "y");
  normalised.node("BatchNormalization", {"y", "s", "b", "m", "v"}, "out");
  EXPECT_NEAR(value_at(normalised.read(), {1, 1}), (100 - 10) / 2.0 * 3 + 5, 1e-3);
}

TEST(Onnx, FactorsBehindALayerBelongToIt) {
  GraphBuilder graph;
  add_inner(graph);
  add_outer(graph, "y");
  graph.constant("f", {1}, {2}, false);
  graph.constant("t", {1, 1}, {-4}, false);
  graph.node("Mul", {"y", "f"}, "z");
  graph.node("Add", {"t", "z"}, "out");
  EXPECT_EQ(value_at(graph.read(), {1, 1}), 2 * 100 - 4);
}

TEST(Onnx, SharedWeightsBehindAnIdentityAreConstants) {
  GraphBuilder graph;
  graph.constant("stored", {3, 2}, {1, 2, 3, 4, 5, 6}, true);
  graph.constant("V", {1, 3}, {1, 2, 3}, false);
  graph.node("Identity", {"stored"}, "W");
  graph.node("Transpose", {"W"}, "U");
  graph.node("MatMul", {"in", "U"}, "h");
  graph.node("Relu", {"h"}, "a");
  graph.node("Gemm", {"a", "V"}, "out", "transB");
  EXPECT_EQ(value_at(graph.read(), {1, 1}), 3 + 2 * 7 + 3 * 11);
}

TEST(Onnx, MetadataOfOthersCount) {
  GraphBuilder graph;
  graph.property("class_names", R"(["no", "yes"])");
  graph.property("gamma", "0.25");
  add_inner(graph);
  add_outer(graph);
  const Model model = graph.read();
  EXPECT_EQ(model.outputs.names[1], "yes");
  EXPECT_TRUE(model.outputs.single);
  EXPECT_EQ(model.gamma, 0.25);
  graph.property("divisor", "7");
  EXPECT_NE(test::message_of<DataError>([&] { graph.read(); }).find("divided by 7"), std::string::npos);
}

TEST(Onnx, ClassifiersAreToBeCut) {
  for (const char* end : {"Softmax", "Sigmoid", "LogSoftmax"}) {
    GraphBuilder graph;
    add_inner(graph);
    add_outer(graph, "logits");
    graph.node(end, {"logits"}, "shares");
    graph.node("ArgMax", {"shares"}, "out");
    const std::string message = test::message_of<DataError>([&] { graph.read(); });
    EXPECT_NE(message.find(std::string("ends in ") + end), std::string::npos) << message;
    EXPECT_NE(message.find("['in'], ['logits']"), std::string::npos) << message;
  }
}

TEST(Onnx, MoreHiddenLayersAreSaid) {
  for (const char* end : {"Identity", "Softmax"}) {
    GraphBuilder graph;
    add_inner(graph);
    add_outer(graph, "y");
    graph.constant("W3", {1, 1}, {2}, false);
    graph.node("Relu", {"y"}, "z");
    graph.node("MatMul", {"z", "W3"}, "last");
    graph.node(end, {"last"}, "out");
    EXPECT_NE(test::message_of<DataError>([&] { graph.read(); }).find("more than one hidden layer"), std::string::npos);
  }
  GraphBuilder graph;
  add_inner(graph);
  add_outer(graph, "y");
  graph.node("Relu", {"y"}, "out");
  EXPECT_NE(test::message_of<DataError>([&] { graph.read(); }).find("a Relu follows the outer layer"),
            std::string::npos);
}

TEST(Onnx, ReshapesThatMixSamplesAreRefused) {
  GraphBuilder graph;
  add_inner(graph);
  graph.constant("W2", {2, 3}, {1, 2, 3, 4, 5, 6}, false);
  graph.node("Gemm", {"a", "W2"}, "y", "transB");
  graph.integers("flat", {-1});
  graph.node("Reshape", {"y", "flat"}, "out");
  EXPECT_NE(test::message_of<DataError>([&] { graph.read(); }).find("Reshape is not understood"), std::string::npos);
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
