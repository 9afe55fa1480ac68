// Messages are kept as lists of (field, bytes); nodes run in the order of the file, which ONNX guarantees to be
// topological.
#include "support/onnx_evaluator.hpp"

#include <cstdint>
#include <cstring>
#include <map>
#include <stdexcept>

namespace burelu::test {
namespace {

struct Field {
  std::uint64_t number = 0;
  std::uint64_t value = 0;
  std::string bytes;
};

std::uint64_t varint(const std::string& bytes, std::size_t& at) {
  std::uint64_t value = 0;
  for (unsigned shift = 0;; shift += 7) {
    const auto byte = static_cast<unsigned char>(bytes.at(at++));
    value |= static_cast<std::uint64_t>(byte & 127U) << shift;
    if (byte < 128) return value;
  }
}

std::vector<Field> fields(const std::string& bytes) {
  std::vector<Field> list;
  for (std::size_t at = 0; at < bytes.size();) {
    const std::uint64_t key = varint(bytes, at);
    Field field{key / 8, 0, ""};
    if (key % 8 == 0) {
      field.value = varint(bytes, at);
    } else if (key % 8 == 2) {
      const std::uint64_t size = varint(bytes, at);
      if (size > bytes.size() - at) throw std::runtime_error("field beyond the end");
      field.bytes = bytes.substr(at, size);
      at += size;
    } else {
      throw std::runtime_error("wire type");
    }
    list.push_back(field);
  }
  return list;
}

struct Array {
  std::size_t rows = 1;
  std::size_t columns = 1;
  std::vector<double> values;
};

std::pair<std::string, Array> array_of(const std::string& bytes) {
  std::vector<std::size_t> dims;
  std::string name;
  Array array;
  for (const Field& field : fields(bytes)) {
    if (field.number == 1) dims.push_back(field.value);
    if (field.number == 2 && field.value != 11) throw std::runtime_error("not double");
    if (field.number == 8) name = field.bytes;
    if (field.number == 9) {
      array.values.resize(field.bytes.size() / 8);
      if (!field.bytes.empty()) std::memcpy(array.values.data(), field.bytes.data(), field.bytes.size());
    }
  }
  if (dims.size() == 2) array.rows = dims[0];
  if (!dims.empty()) array.columns = dims.back();
  if (array.values.size() != array.rows * array.columns) throw std::runtime_error("shape");
  return {name, array};
}

Array product(const Array& a, const Array& b) {
  if (a.columns != b.rows) throw std::runtime_error("MatMul shapes");
  Array c{a.rows, b.columns, std::vector<double>(a.rows * b.columns)};
  for (std::size_t i = 0; i < a.rows; ++i)
    for (std::size_t j = 0; j < b.columns; ++j) {
      long double sum = 0;
      for (std::size_t k = 0; k < a.columns; ++k)
        sum += static_cast<long double>(a.values[i * a.columns + k]) * b.values[k * b.columns + j];
      c.values[i * b.columns + j] = static_cast<double>(sum);
    }
  return c;
}

Array elementwise(const std::string& operation, Array a, const Array& b) {
  if (b.rows != 1 || (b.columns != 1 && b.columns != a.columns)) throw std::runtime_error("broadcast");
  for (std::size_t k = 0; k < a.values.size(); ++k) {
    const double other = b.values[b.columns == 1 ? 0 : k % a.columns];
    double& value = a.values[k];
    value = operation == "Add" ? value + other : operation == "Sub" ? value - other : value / other;
  }
  return a;
}

Array run(const std::string& operation, const std::vector<Array>& inputs) {
  if (operation == "MatMul") return product(inputs.at(0), inputs.at(1));
  if (operation == "Add" || operation == "Sub" || operation == "Div")
    return elementwise(operation, inputs.at(0), inputs.at(1));
  if (operation != "Relu") throw std::runtime_error(operation);
  Array result = inputs.at(0);
  for (double& value : result.values) value = value > 0.0 ? value : 0.0;
  return result;
}

}  // namespace

OnnxOutput evaluate_onnx(const std::string& bytes, const std::vector<double>& X, std::size_t rows,
                         std::size_t columns) {
  OnnxOutput output;
  std::map<std::string, Array> values = {{"X", {rows, columns, X}}};
  std::vector<std::string> nodes;
  std::string result;
  for (const Field& field : fields(bytes)) {
    if (field.number == 1) output.ir_version = static_cast<long long>(field.value);
    if (field.number == 8)
      for (const Field& inner : fields(field.bytes))
        if (inner.number == 2) output.opset = static_cast<long long>(inner.value);
    if (field.number != 7) continue;
    for (const Field& inner : fields(field.bytes)) {
      if (inner.number == 1) nodes.push_back(inner.bytes);
      if (inner.number == 5) values.insert(array_of(inner.bytes));
      if (inner.number == 12) result = fields(inner.bytes).at(0).bytes;
    }
  }
  for (const std::string& node : nodes) {
    std::vector<Array> inputs;
    std::string name;
    std::string operation;
    for (const Field& field : fields(node)) {
      if (field.number == 1) inputs.push_back(values.at(field.bytes));
      if (field.number == 2) name = field.bytes;
      if (field.number == 4) operation = field.bytes;
    }
    values[name] = run(operation, inputs);
  }
  output.values = values.at(result).values;
  output.columns = values.at(result).columns;
  return output;
}

}  // namespace burelu::test
