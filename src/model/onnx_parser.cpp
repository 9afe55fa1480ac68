// The messages of onnx.proto, then the constants that exporters compute in the graph.
#include "model/onnx_parser.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "burelu/errors.hpp"
#include "formats/elements.hpp"
#include "formats/protobuf.hpp"
#include "model/onnx_fields.hpp"

namespace burelu::onnx {
namespace {

constexpr std::size_t kMostAxes = 16;

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
        auto [name, constant] = read_tensor(graph.message());
        graph_.constants[name] = std::move(constant);
      }
      if (graph.field() == Graph::kInput) read_input(graph.message());
      if (graph.field() == Graph::kOutput) graph_.outputs.push_back(name_of(graph.message()));
    }
  }

  static std::string name_of(ProtoReader info) {
    std::string name;
    while (info.next())
      if (info.field() == ValueInfo::kName) name = info.text();
    return name;
  }

  void read_input(ProtoReader info) {
    const std::string name = name_of(info);
    graph_.inputs.push_back(name);
    while (info.next())
      if (info.field() == ValueInfo::kType && info.has_length()) read_shape(name, info.message());
  }

  /// Of the axes behind the first, where all of them have a size.
  void read_shape(const std::string& name, ProtoReader type) {
    std::vector<std::int64_t> sizes;
    each(type, Type::kTensor, [&](ProtoReader tensor) {
      each(tensor, Type::kShape, [&](ProtoReader shape) {
        each(shape, Type::kDimension, [&](ProtoReader dimension) {
          std::int64_t size = -1;
          while (dimension.next())
            if (dimension.field() == Type::kSize && !dimension.has_length())
              size = static_cast<std::int64_t>(dimension.number());
          sizes.push_back(size);
        });
      });
    });
    if (sizes.size() < 2 || sizes.size() > kMostAxes) return;
    std::int64_t columns = 1;
    for (auto size = sizes.begin() + 1; size != sizes.end(); ++size)
      if (*size < 1 || __builtin_mul_overflow(columns, *size, &columns)) return;
    graph_.input_columns[name] = columns;
  }

  template <class Use>
  static void each(ProtoReader proto, std::uint32_t field, const Use& use) {
    while (proto.next())
      if (proto.field() == field && proto.has_length()) use(proto.message());
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
      graph_.constants[node.outputs.front()] = constant_of(node);
    } else {
      graph_.nodes.push_back(std::move(node));
    }
  }

  /// A tensor, a number, or a list of numbers.
  static Constant constant_of(ParsedNode& node) {
    if (node.value.type != 0) return std::move(node.value);
    for (const auto& [key, value] : node.floats)
      if (key == "value_float") return {{{}, {static_cast<double>(value)}}, TensorProto::kFloat};
    for (const auto& [key, value] : node.integers)
      if (key == "value_int") return {{{}, {static_cast<double>(value)}}, TensorProto::kInt64};
    for (const auto& [key, values] : node.lists)
      if (key == "value_floats" || key == "value_ints")
        return {tensor_of(values), key == "value_floats" ? TensorProto::kFloat : TensorProto::kInt64};
    return {};
  }

  void read_attribute(ProtoReader attribute, ParsedNode& node) {
    std::string name;
    std::string floats;
    std::vector<std::int64_t> integers;
    while (attribute.next()) {
      if (attribute.field() == Attribute::kName) name = attribute.text();
      if (attribute.field() == Attribute::kInt) node.integers[name] = static_cast<std::int64_t>(attribute.number());
      if (attribute.field() == Attribute::kFloat)
        node.floats[name] = std::bit_cast<float>(static_cast<std::uint32_t>(attribute.number()));
      if (attribute.field() == Attribute::kTensor && attribute.has_length())
        node.value = read_tensor(attribute.message()).second;
      if (attribute.field() == Attribute::kFloats) append(attribute, 4, floats);
      if (attribute.field() == Attribute::kInts) attribute.append_to(integers);
    }
    std::vector<double> list(floats.size() / 4);
    decode(floats.data(), list.size(), {'f', 4, false}, list.data());
    for (const std::int64_t value : integers) list.push_back(static_cast<double>(value));
    if (!list.empty()) node.lists[name] = std::move(list);
  }

  std::pair<std::string, Constant> read_tensor(ProtoReader proto) {
    std::string name;
    std::string_view raw;
    std::string packed;
    std::vector<std::int64_t> integers;
    Constant constant;
    Tensor& tensor = constant.tensor;
    while (proto.next()) {
      const std::uint32_t field = proto.field();
      if (field == TensorProto::kName) name = proto.text();
      if (field == TensorProto::kType) constant.type = proto.number();
      if (field == TensorProto::kDims) proto.append_to(tensor.shape);
      if (field == TensorProto::kRaw) raw = proto.text();
      if (field == TensorProto::kLocation && proto.number() == 1)
        fail("the weights are in another file (external data); export them into the ONNX file");
      if (field == TensorProto::kFloats || field == TensorProto::kDoubles)
        append(proto, field == TensorProto::kFloats ? 4 : 8, packed);
      if (field == TensorProto::kIntegers || field == TensorProto::kLongs) proto.append_to(integers);
    }
    const bool real = constant.real();
    const bool whole = constant.type == TensorProto::kInt32 || constant.type == TensorProto::kInt64;
    if (!real && !whole) return {name, {{}, constant.type}};
    if (whole && !integers.empty()) {
      check_count(name, tensor.shape, integers.size());
      tensor.values.assign(integers.begin(), integers.end());
      return {name, std::move(constant)};
    }
    const bool wide = constant.type == TensorProto::kDouble || constant.type == TensorProto::kInt64;
    const ElementType element{real ? 'f' : 'i', wide ? 8U : 4U, false};
    const std::string_view bytes = packed.empty() ? raw : std::string_view(packed);
    if (bytes.size() % element.size != 0) fail("the shape of tensor '" + name + "' does not fit its bytes");
    check_count(name, tensor.shape, bytes.size() / element.size);
    tensor.values.resize(bytes.size() / element.size);
    decode(bytes.data(), tensor.values.size(), element, tensor.values.data());
    return {name, std::move(constant)};
  }

  void check_count(const std::string& name, const std::vector<index_t>& shape, std::size_t numbers) const {
    std::int64_t count = 1;
    for (const std::int64_t size : shape)
      if (size < 0 || __builtin_mul_overflow(count, size, &count))
        fail("tensor '" + name + "' has an impossible shape");
    if (numbers != static_cast<std::uint64_t>(count)) fail("the shape of tensor '" + name + "' does not fit its bytes");
  }

  /// A repeated field of fixed width, packed or not.
  static void append(const ProtoReader& proto, std::size_t size, std::string& packed) {
    if (proto.has_length()) {
      packed += proto.text();
      return;
    }
    for (std::size_t byte = 0; byte < size; ++byte) packed += static_cast<char>(proto.number() >> (8 * byte) & 0xffU);
  }

  const std::string& path_;
  ParsedGraph graph_;
};

/// The result of a node of constants; false where it is not one of those that exporters leave.
bool folded(const ParsedNode& node, const Constant& from, const std::string& path, Constant& to) {
  const auto to_type = node.integers.find("to");
  const auto perm = node.lists.find("perm");
  to = from;
  if (node.operation == "Identity") return true;
  if (node.operation == "Cast" && to_type != node.integers.end()) {
    to.type = static_cast<std::uint64_t>(to_type->second);
    return !from.tensor.values.empty();
  }
  if (!from.real()) return false;
  if (node.operation == "Sqrt") {
    for (double& value : to.tensor.values) value = std::sqrt(value);
    return true;
  }
  if (node.operation != "Transpose" || from.tensor.shape.size() != 2) return false;
  const bool turned = perm == node.lists.end() || perm->second == std::vector<double>{1, 0};
  if (turned) to.tensor = tensor_of(transposed(from.tensor.matrix(path)));
  return true;
}

void fold(ParsedGraph& graph, const std::string& path) {
  std::vector<ParsedNode> left;
  for (ParsedNode& node : graph.nodes) {  // in the order of the file, which is topological
    Constant result;
    const bool single = node.inputs.size() == 1 && node.outputs.size() == 1;
    const auto found = single ? graph.constants.find(node.inputs.front()) : graph.constants.end();
    if (found != graph.constants.end() && folded(node, found->second, path, result)) {
      graph.constants[node.outputs.front()] = std::move(result);
    } else {
      left.push_back(std::move(node));
    }
  }
  graph.nodes = std::move(left);
}

}  // namespace

bool Constant::real() const { return type == TensorProto::kFloat || type == TensorProto::kDouble; }

ParsedGraph parse_graph(const std::string& bytes, const std::string& path) {
  ParsedGraph graph = Parser(path).parse(bytes);
  fold(graph, path);
  return graph;
}

}  // namespace burelu::onnx
