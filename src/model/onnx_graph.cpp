// The walk from the input of a graph to its output, one step after the other.
#include "model/onnx_graph.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include "burelu/errors.hpp"
#include "model/onnx_fields.hpp"
#include "model/onnx_parser.hpp"

namespace burelu::onnx {
namespace {

template <std::size_t size>
bool is_one_of(const std::array<const char*, size>& names, const std::string& operation) {
  return std::any_of(names.begin(), names.end(), [&](const char* name) { return operation == name; });
}

/// What makes classes or shares of the outputs of a classifier.
constexpr std::array kDecisions = {"Softmax",    "LogSoftmax", "Sigmoid", "ArgMax",    "ZipMap",
                                   "Normalizer", "Binarizer",  "TopK",    "LogSigmoid"};
constexpr std::array kActivations = {"Tanh",     "LeakyRelu", "Elu",     "Selu",        "Gelu",
                                     "Softplus", "Softsign",  "PRelu",   "HardSwish",   "Swish",
                                     "Mish",     "Celu",      "Sigmoid", "HardSigmoid", "Erf"};

class Walker {
 public:
  Walker(const ParsedGraph& graph, const std::string& path, const Warn& listener)
      : graph_(graph), path_(path), listener_(listener) {}

  std::vector<Step> walk() {
    value_ = input();
    if (graph_.input_columns.contains(value_)) columns_ = graph_.input_columns.at(value_);
    if (graph_.outputs.empty()) fail("the graph has no output");
    std::set<std::string> seen;
    while (value_ != graph_.outputs.front()) {
      if (!seen.insert(value_).second) fail("the graph goes round in circles");
      follow(consumer());
    }
    return std::move(steps_);
  }

 private:
  [[noreturn]] void fail(const std::string& problem) const {
    throw DataError(path_ + ": " + problem +
                    "; only chains of two linear layers with a ReLU between them are read, see " + "docs/pytorch.md");
  }

  std::string input() const {
    std::vector<std::string> inputs;
    for (const std::string& name : graph_.inputs)  // old exporters list the weights as well
      if (!graph_.constants.contains(name)) inputs.push_back(name);
    if (inputs.size() != 1) fail("the graph has " + std::to_string(inputs.size()) + " inputs, not one");
    return inputs.front();
  }

  const ParsedNode& consumer() const {
    const ParsedNode* found = nullptr;
    for (const ParsedNode& node : graph_.nodes) {
      if (std::find(node.inputs.begin(), node.inputs.end(), value_) == node.inputs.end()) continue;
      if (node.operation == "Shape") continue;  // what a Reshape asks, not a way that values take
      if (relus_ > 0 && is_one_of(kDecisions, node.operation)) refuse_decision(node.operation);
      if (found != nullptr) fail("the graph branches at '" + value_ + "'");
      found = &node;
    }
    if (found == nullptr || found->outputs.empty()) fail("the graph ends at '" + value_ + "' before its output");
    return *found;
  }

  [[noreturn]] void refuse_decision(const std::string& operation) const {
    if (relus_ > 1) refuse_depth();
    throw DataError(path_ + ": the network ends in " + operation +
                    ", but what is judged is the squared loss of the outputs before it; cut the graph there, " +
                    "onnx.utils.extract_model('" + path_ + "', 'cut.onnx', ['" + input() + "'], ['" + value_ + "'])");
  }

  [[noreturn]] void refuse_depth() const { fail("the network has more than one hidden layer, and burelu's have one"); }

  const Tensor& constant(const ParsedNode& node, std::size_t input) const {
    const auto name = input < node.inputs.size() ? node.inputs[input] : std::string();
    const auto found = graph_.constants.find(name);
    if (found == graph_.constants.end()) fail("an input of " + node.operation + " is no constant");
    const Constant& constant = found->second;
    if (constant.type == TensorProto::kHalf || constant.type == TensorProto::kBrainHalf)
      fail("the constant '" + name + "' has 16 bits per number, which is not read; export in 32 or 64 bits");
    if (!constant.real()) fail("an input of " + node.operation + " is no constant of floating-point numbers");
    return constant.tensor;
  }

  void follow(const ParsedNode& node) {
    const std::string& operation = node.operation;
    const bool first = node.inputs.front() == value_;
    if (operation == "Relu") {
      relu(node);
    } else if (operation == "Gemm" && first) {
      gemm(node);
    } else if (operation == "Add" || operation == "Mul") {
      steps_.push_back({operation, constant(node, first ? 1 : 0)});
    } else if ((operation == "Sub" || operation == "Div") && first) {
      steps_.push_back({operation, constant(node, 1)});
    } else if (operation == "MatMul" && first) {
      linear(constant(node, 1));
    } else if (operation == "Scaler") {
      scaler(node);
    } else if (operation == "BatchNormalization" && first) {
      batch_normalization(node);
    } else if (!keeps_values(node)) {
      refuse(operation);
    }
    value_ = node.outputs.front();
  }

  void relu(const ParsedNode& node) {
    if (!steps_.empty() && steps_.back().operation == "Relu") return;  // once more changes nothing
    const bool last = node.outputs.front() == graph_.outputs.front();
    if (++relus_ > 1 && last) fail("a Relu follows the outer layer");
    if (relus_ > 1) refuse_depth();
    steps_.push_back({"Relu", {}});
  }

  void linear(const Tensor& weight) {
    if (weight.shape.size() == 2) columns_ = weight.shape[1];
    steps_.push_back({"MatMul", weight});
  }

  /// Y = alpha A B + beta C
  void gemm(const ParsedNode& node) {
    const auto integer = [&node](const char* key) { return node.integers.contains(key) ? node.integers.at(key) : 0; };
    const auto real = [&node](const char* key) { return node.floats.contains(key) ? node.floats.at(key) : 1.0F; };
    if (integer("transA") != 0 || real("alpha") != 1.0F || real("beta") != 1.0F)
      fail("a Gemm has transA, alpha or beta");
    const Matrix B = constant(node, 1).matrix(path_ + ": a weight");
    linear(tensor_of(integer("transB") != 0 ? transposed(B) : B));
    if (node.inputs.size() > 2 && !node.inputs[2].empty()) steps_.push_back({"Add", constant(node, 2)});
  }

  /// scikit-learn's scalers: (x - offset) scale.
  void scaler(const ParsedNode& node) {
    const auto list = [&node, this](const char* key) {
      if (!node.lists.contains(key)) fail(std::string("a Scaler has no ") + key);
      return tensor_of(node.lists.at(key));
    };
    steps_.push_back({"Sub", list("offset")});
    steps_.push_back({"Mul", list("scale")});
  }

  /// (x - mean) / sqrt(variance + epsilon) scale + shift.
  void batch_normalization(const ParsedNode& node) {
    Tensor deviation = constant(node, 4);
    const double epsilon = node.floats.contains("epsilon") ? node.floats.at("epsilon") : 1e-5F;
    for (double& value : deviation.values) value = std::sqrt(value + epsilon);
    steps_.push_back({"Sub", constant(node, 3)});
    steps_.push_back({"Div", deviation});
    steps_.push_back({"Mul", constant(node, 1)});
    steps_.push_back({"Add", constant(node, 2)});
  }

  /// Whether every sample keeps its numbers and their order.
  bool keeps_values(const ParsedNode& node) const {
    const std::string& operation = node.operation;
    if (operation == "Identity" || operation == "Dropout") return true;
    if (operation == "Flatten") {
      const std::int64_t axis = node.integers.contains("axis") ? node.integers.at("axis") : 1;
      return axis == 1 || axis == -1;
    }
    if (operation == "Cast") {
      const auto to = static_cast<std::uint64_t>(node.integers.contains("to") ? node.integers.at("to") : 0);
      return to == TensorProto::kFloat || to == TensorProto::kDouble;
    }
    if (operation == "Squeeze") {
      const std::vector<double> axes = integers_of(node, "axes");
      return columns_ == 1 && std::find(axes.begin(), axes.end(), 0.0) == axes.end();
    }
    if (operation != "Reshape") return false;
    const std::vector<double> shape = integers_of(node, "shape");
    return keeps_samples(shape) || is_column_of_all(node, shape);
  }

  /// skl2onnx puts the outputs of a regressor with several targets in one column, sample after sample.
  bool is_column_of_all(const ParsedNode& node, const std::vector<double>& shape) const {
    const bool last = node.outputs.front() == graph_.outputs.front();
    if (!last || relus_ == 0 || columns_ < 2 || shape != std::vector<double>{-1.0, 1.0}) return false;
    warn(listener_, path_ + ": the graph ends by putting the " + std::to_string(columns_) + " outputs of each sample " +
                        "below each other; they were read as " + std::to_string(columns_) + " outputs");
    return true;
  }

  /// To [-1, columns], [0, -1] and the like; one column also to [-1]. Nothing is known of a shape that is computed.
  bool keeps_samples(const std::vector<double>& shape) const {
    if (shape.empty()) return steps_.empty();  // computed: x.view(x.size(0), -1) before the layers
    if (shape.size() == 1) return columns_ == 1;
    if (shape.size() != 2) return false;
    const double last = shape.back();
    if (last == -1.0) return shape.front() != -1.0;
    return columns_ == -1 || last == static_cast<double>(columns_);
  }

  /// The second input, or in old opsets the attribute.
  std::vector<double> integers_of(const ParsedNode& node, const char* attribute) const {
    if (node.lists.contains(attribute)) return node.lists.at(attribute);
    const auto found = graph_.constants.find(node.inputs.size() > 1 ? node.inputs[1] : std::string());
    return found == graph_.constants.end() ? std::vector<double>() : found->second.tensor.values;
  }

  [[noreturn]] void refuse(const std::string& operation) const {
    const bool activation = relus_ == 0 && is_one_of(kActivations, operation);
    fail("the operator " + operation + " is not understood" + (activation ? ", the activation must be ReLU" : "") +
         (operation == "Reshape" || operation == "Squeeze" ? " where it mixes samples" : "") +
         (operation == "Clip" ? ", features that are cut off are not read (clip=False)" : ""));
  }

  const ParsedGraph& graph_;
  const std::string& path_;
  const Warn& listener_;
  std::string value_;
  index_t columns_ = -1;  ///< numbers per sample, where it is known
  int relus_ = 0;
  std::vector<Step> steps_;
};

}  // namespace

GraphChain read_chain(const std::string& bytes, const std::string& path, const Warn& listener) {
  const ParsedGraph graph = parse_graph(bytes, path);
  return {Walker(graph, path, listener).walk(), graph.metadata};
}

}  // namespace burelu::onnx
