// From the bytes of a model to the chain: first the messages, then the walk.
#include "model/onnx_graph.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <set>

#include "burelu/errors.hpp"
#include "formats/elements.hpp"
#include "formats/protobuf.hpp"
#include "model/onnx_fields.hpp"

namespace burelu::onnx {
namespace {

struct ParsedNode {
  std::string operation;
  std::vector<std::string> inputs;
  std::vector<std::string> outputs;
  std::map<std::string, std::int64_t> integers;
  std::map<std::string, float> floats;
  Tensor value;  ///< of a Constant
};

struct ParsedGraph {
  std::vector<ParsedNode> nodes;
  std::map<std::string, Tensor> constants;
  std::vector<std::string> inputs;
  std::vector<std::string> outputs;
  std::map<std::string, std::string> metadata;
};

class Parser {
 public:
  explicit Parser(const std::string& path) : path_(path) {}

  ParsedGraph parse(const std::string& bytes) {
    for (ProtoReader model(bytes, path_); model.next();) {
      if (model.field() == ModelProto::kGraph && model.has_length()) read_graph(model.message());
      if (model.field() == ModelProto::kMetadata && model.has_length()) read_entry(model.message());
    }
    return std::move(graph_);
  }

 private:
  [[noreturn]] void fail(const std::string& problem) const {
    throw DataError(path_ + ": " + problem + "; docs/pytorch.md shows what is read");
  }

  void read_graph(ProtoReader graph) {
    while (graph.next()) {
      if (!graph.has_length()) continue;
      if (graph.field() == Graph::kNode) read_node(graph.message());
      if (graph.field() == Graph::kInitializer) {
        auto [name, tensor] = read_tensor(graph.message());
        graph_.constants[name] = std::move(tensor);
      }
      if (graph.field() == Graph::kInput) graph_.inputs.push_back(name_of(graph.message()));
      if (graph.field() == Graph::kOutput) graph_.outputs.push_back(name_of(graph.message()));
    }
  }

  static std::string name_of(ProtoReader info) {
    std::string name;
    while (info.next())
      if (info.field() == ValueInfo::kName) name = info.text();
    return name;
  }

  void read_entry(ProtoReader entry) {
    std::string key;
    std::string value;
    while (entry.next()) {
      if (entry.field() == Entry::kKey) key = entry.text();
      if (entry.field() == Entry::kValue) value = entry.text();
    }
    graph_.metadata[key] = value;
  }

  void read_node(ProtoReader proto) {
    ParsedNode node;
    while (proto.next()) {
      if (proto.field() == Node::kInput) node.inputs.emplace_back(proto.text());
      if (proto.field() == Node::kOutput) node.outputs.emplace_back(proto.text());
      if (proto.field() == Node::kOperator) node.operation = proto.text();
      if (proto.field() == Node::kAttribute && proto.has_length()) read_attribute(proto.message(), node);
    }
    if (node.operation == "Constant" && !node.outputs.empty()) {
      graph_.constants[node.outputs.front()] = std::move(node.value);
    } else {
      graph_.nodes.push_back(std::move(node));
    }
  }

  void read_attribute(ProtoReader attribute, ParsedNode& node) {
    std::string name;
    while (attribute.next()) {
      if (attribute.field() == Attribute::kName) name = attribute.text();
      if (attribute.field() == Attribute::kInt) node.integers[name] = static_cast<std::int64_t>(attribute.number());
      if (attribute.field() == Attribute::kFloat)
        node.floats[name] = std::bit_cast<float>(static_cast<std::uint32_t>(attribute.number()));
      if (attribute.field() == Attribute::kTensor && attribute.has_length())
        node.value = read_tensor(attribute.message()).second;
    }
  }

  /// Constants of other types (shapes, say) come back empty.
  std::pair<std::string, Tensor> read_tensor(ProtoReader proto) {
    std::string name;
    std::uint64_t type = 0;
    std::string_view raw;
    std::string packed;
    Tensor tensor;
    while (proto.next()) {
      if (proto.field() == TensorProto::kName) name = proto.text();
      if (proto.field() == TensorProto::kType) type = proto.number();
      if (proto.field() == TensorProto::kDims) proto.append_to(tensor.shape);
      if (proto.field() == TensorProto::kRaw) raw = proto.text();
      if (proto.field() == TensorProto::kLocation && proto.number() == 1)
        fail("the weights are in another file (external data); export them into the ONNX file");
      if (proto.field() == TensorProto::kFloats || proto.field() == TensorProto::kDoubles) append(proto, packed);
    }
    if (type != TensorProto::kFloat && type != TensorProto::kDouble) return {name, {}};
    const std::string_view bytes = packed.empty() ? raw : std::string_view(packed);
    const ElementType element{'f', type == TensorProto::kDouble ? 8U : 4U, false};
    std::int64_t count = 1;
    for (const std::int64_t size : tensor.shape)
      if (size < 0 || __builtin_mul_overflow(count, size, &count))
        fail("tensor '" + name + "' has an impossible shape");
    if (bytes.size() % element.size != 0 || bytes.size() / element.size != static_cast<std::uint64_t>(count))
      fail("the shape of tensor '" + name + "' does not fit its bytes");
    tensor.values.resize(static_cast<std::size_t>(count));
    decode(bytes.data(), tensor.values.size(), element, tensor.values.data());
    return {name, std::move(tensor)};
  }

  static void append(const ProtoReader& proto, std::string& packed) {
    if (proto.has_length()) {
      packed += proto.text();
      return;
    }
    const std::size_t size = proto.field() == TensorProto::kFloats ? 4 : 8;
    for (std::size_t byte = 0; byte < size; ++byte) packed += static_cast<char>(proto.number() >> (8 * byte) & 0xffU);
  }

  const std::string& path_;
  ParsedGraph graph_;
};

class Walker {
 public:
  Walker(const ParsedGraph& graph, const std::string& path) : graph_(graph), path_(path) {}

  std::vector<Step> walk() {
    value_ = input();
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
      if (found != nullptr) fail("the graph branches at '" + value_ + "'");
      found = &node;
    }
    if (found == nullptr || found->outputs.empty()) fail("the graph ends at '" + value_ + "' before its output");
    return *found;
  }

  const Tensor& constant(const ParsedNode& node, std::size_t input) const {
    const auto name = input < node.inputs.size() ? node.inputs[input] : std::string();
    const auto found = graph_.constants.find(name);
    // What was not read has neither numbers nor a shape; the weights of no neuron have a shape.
    if (found == graph_.constants.end() || (found->second.values.empty() && found->second.shape.empty()))
      fail("an input of " + node.operation + " is no constant");
    return found->second;
  }

  void follow(const ParsedNode& node) {
    const std::string& operation = node.operation;
    const bool first = node.inputs.front() == value_;
    if (operation == "Relu") {
      steps_.push_back({"Relu", {}});
    } else if (operation == "Gemm" && first) {
      gemm(node);
    } else if (operation == "Add") {
      steps_.push_back({operation, constant(node, first ? 1 : 0)});
    } else if ((operation == "Sub" || operation == "Div" || operation == "MatMul") && first) {
      steps_.push_back({operation, constant(node, 1)});
    } else if (operation != "Identity" && operation != "Flatten" && operation != "Cast" && operation != "Dropout") {
      fail("the operator " + operation + " is not understood");
    }
    value_ = node.outputs.front();
  }

  /// Y = alpha A B + beta C
  void gemm(const ParsedNode& node) {
    const auto integer = [&node](const char* key) { return node.integers.contains(key) ? node.integers.at(key) : 0; };
    const auto real = [&node](const char* key) { return node.floats.contains(key) ? node.floats.at(key) : 1.0F; };
    if (integer("transA") != 0 || real("alpha") != 1.0F || real("beta") != 1.0F)
      fail("a Gemm has transA, alpha or beta");
    const Matrix B = constant(node, 1).matrix(path_ + ": a weight");
    steps_.push_back({"MatMul", tensor_of(integer("transB") != 0 ? transposed(B) : B)});
    if (node.inputs.size() > 2) steps_.push_back({"Add", constant(node, 2)});
  }

  const ParsedGraph& graph_;
  const std::string& path_;
  std::string value_;
  std::vector<Step> steps_;
};

}  // namespace

GraphChain read_chain(const std::string& bytes, const std::string& path) {
  const ParsedGraph graph = Parser(path).parse(bytes);
  return {Walker(graph, path).walk(), graph.metadata};
}

}  // namespace burelu::onnx
