// Field numbers of onnx.proto (github.com/onnx/onnx, IR version 8), those that are used.
#pragma once

#include <cstdint>

namespace burelu::onnx {

struct ModelProto {
  static constexpr std::uint32_t kIrVersion = 1, kProducerName = 2, kProducerVersion = 3, kGraph = 7, kOpsetImport = 8,
                                 kMetadata = 14;
};
struct OperatorSet {
  static constexpr std::uint32_t kDomain = 1, kVersion = 2;
};
struct Entry {
  static constexpr std::uint32_t kKey = 1, kValue = 2;
};
struct Graph {
  static constexpr std::uint32_t kNode = 1, kName = 2, kInitializer = 5, kInput = 11, kOutput = 12;
};
struct Node {
  static constexpr std::uint32_t kInput = 1, kOutput = 2, kName = 3, kOperator = 4, kAttribute = 5;
};
struct Attribute {
  static constexpr std::uint32_t kName = 1, kFloat = 2, kInt = 3, kTensor = 5, kFloats = 7, kInts = 8;
};
struct TensorProto {
  static constexpr std::uint32_t kDims = 1, kType = 2, kFloats = 4, kIntegers = 5, kLongs = 7, kName = 8, kRaw = 9,
                                 kDoubles = 10, kLocation = 14;
  static constexpr std::uint64_t kFloat = 1, kInt32 = 6, kInt64 = 7, kHalf = 10, kDouble = 11, kBrainHalf = 16;
};
struct ValueInfo {
  static constexpr std::uint32_t kName = 1, kType = 2;
};
struct Type {
  static constexpr std::uint32_t kTensor = 1, kElement = 1, kShape = 2, kDimension = 1, kSize = 1, kSymbol = 2;
};

}  // namespace burelu::onnx
