// safetensors (github.com/huggingface/safetensors): the length of a JSON header as eight little-endian bytes, the
// header with type, shape and place of each tensor, then the numbers.
#include <algorithm>
#include <bit>
#include <cstring>
#include <nlohmann/json.hpp>

#include "burelu/errors.hpp"
#include "formats/elements.hpp"
#include "model/tensors.hpp"

namespace burelu {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kLength = 8;
constexpr std::size_t kLongestHeader = 100'000'000;  // as the format says

class Parser {
 public:
  Parser(const std::string& bytes, const std::string& path) : bytes_(bytes), path_(path) {}

  Tensors parse() {
    std::uint64_t length = 0;
    if (bytes_.size() < kLength) fail("it is cut off in its header");
    for (std::size_t k = kLength; k > 0; --k) length = length << 8U | static_cast<unsigned char>(bytes_[k - 1]);
    if (length > kLongestHeader || length > bytes_.size() - kLength) fail("it is cut off in its header");
    data_ = kLength + static_cast<std::size_t>(length);
    const Json header =
        Json::parse(bytes_.begin() + kLength, bytes_.begin() + static_cast<std::ptrdiff_t>(data_), nullptr, false);
    if (!header.is_object()) fail("its header is no JSON object");
    Tensors tensors;
    for (const auto& [name, entry] : header.items()) {
      if (!entry.is_object()) fail("the entry of '" + name + "' is no JSON object");
      if (name == "__metadata__") {
        for (const auto& [key, value] : entry.items())
          tensors.metadata[key] = value.is_string() ? value.get<std::string>() : value.dump();
      } else if (const std::string type = type_of(name, entry); type == "F64" || type == "F32") {
        tensors.arrays[name] = tensor(name, entry);
      } else {
        tensors.unread[name] = type;
      }
    }
    return tensors;
  }

 private:
  [[noreturn]] void fail(const std::string& problem) const {
    throw DataError(path_ + ": " + problem + "; write the safetensors file again");
  }

  std::string type_of(const std::string& name, const Json& entry) const {
    if (!entry.contains("dtype") || !entry.at("dtype").is_string()) fail("tensor '" + name + "' has no dtype");
    return entry.at("dtype").get<std::string>();
  }

  std::vector<std::uint64_t> counts(const std::string& name, const Json& entry, const char* field) const {
    std::vector<std::uint64_t> values;
    if (!entry.contains(field) || !entry.at(field).is_array()) fail("tensor '" + name + "' has no " + field);
    for (const Json& value : entry.at(field)) {
      if (!value.is_number_unsigned()) fail(std::string(field) + " of tensor '" + name + "' are no whole numbers");
      values.push_back(value.get<std::uint64_t>());
    }
    return values;
  }

  Tensor tensor(const std::string& name, const Json& entry) const {
    const std::vector<std::uint64_t> place = counts(name, entry, "data_offsets");
    const std::size_t left = bytes_.size() - data_;
    if (place.size() != 2 || place[0] > place[1] || place[1] > left)
      fail("tensor '" + name + "' lies outside the file");
    const ElementType type{'f', entry.at("dtype") == "F64" ? 8U : 4U, false};
    Tensor result;
    std::uint64_t count = 1;
    for (const std::uint64_t size : counts(name, entry, "shape")) {
      if (size > (std::uint64_t{1} << 48U) || __builtin_mul_overflow(count, size, &count))
        fail("tensor '" + name + "' is too large");
      result.shape.push_back(static_cast<index_t>(size));
    }
    if (count > left || count * type.size != place[1] - place[0])
      fail("the shape of tensor '" + name + "' does not fit its bytes");
    result.values.resize(count);
    decode(bytes_.data() + data_ + place[0], count, type, result.values.data());
    return result;
  }

  const std::string& bytes_;
  const std::string& path_;
  std::size_t data_ = 0;
};

}  // namespace

std::string safetensors_bytes(const Tensors& tensors) {
  static_assert(std::endian::native == std::endian::little, "doubles are written as they lie in memory");
  Json header;
  header["__metadata__"] = tensors.metadata;
  std::string data;
  for (const auto& [name, tensor] : tensors.arrays) {
    const std::size_t start = data.size();
    data.resize(start + tensor.values.size() * sizeof(double));
    if (!tensor.values.empty())
      std::memcpy(data.data() + start, tensor.values.data(), tensor.values.size() * sizeof(double));
    header[name] = {{"dtype", "F64"}, {"shape", tensor.shape}, {"data_offsets", {start, data.size()}}};
  }
  std::string text = header.dump(-1, ' ', false, Json::error_handler_t::replace);
  text.append((8 - text.size() % 8) % 8, ' ');  // numbers begin at a multiple of eight bytes
  std::string bytes;
  for (unsigned byte = 0; byte < kLength; ++byte) bytes += static_cast<char>(text.size() >> (8 * byte) & 0xffU);
  return bytes + text + data;
}

Tensors parse_safetensors(const std::string& bytes, const std::string& path) { return Parser(bytes, path).parse(); }

}  // namespace burelu
