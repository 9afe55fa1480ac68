// The header of an NPY array: a Python dictionary in text, of which only one shape is legal.
#include <algorithm>
#include <charconv>
#include <string_view>

#include "burelu/errors.hpp"
#include "formats/npy.hpp"
#include "problem/limits.hpp"

namespace burelu {
namespace {

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr index_t kMostCells = index_t{1} << 44;  // 128 TiB of doubles; no product of sizes overflows below
constexpr std::size_t kLongestHeader = std::size_t{1} << 16;

[[noreturn]] void fail(const std::string& place, const std::string& problem) {
  throw DataError(place + ": " + problem + "; save it again with numpy.save or numpy.savez as numbers");
}

std::string exactly(const ByteReader& read, std::size_t size, const std::string& place) {
  std::string bytes(size, '\0');
  if (read(bytes.data(), size) != size) fail(place, "the array is cut off in its header");
  return bytes;
}

std::size_t little_endian(std::string_view bytes) {
  std::size_t value = 0;
  for (std::size_t k = bytes.size(); k > 0; --k) value = value << 8U | static_cast<unsigned char>(bytes[k - 1]);
  return value;
}

/// What follows 'key': in the dictionary.
std::string_view value_of(std::string_view dictionary, const std::string& key, const std::string& place) {
  const auto at = dictionary.find("'" + key + "':");
  if (at == std::string_view::npos) fail(place, "the header has no '" + key + "'");
  std::string_view value = dictionary.substr(at + key.size() + 3);
  value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
  return value;
}

/// '<f8' and the like.
ElementType element_type(std::string_view value, const std::string& place) {
  const auto end = value.size() > 1 && value.front() == '\'' ? value.find('\'', 1) : std::string_view::npos;
  if (end == std::string_view::npos) fail(place, "the array has fields (a structured type), not numbers");
  const std::string_view name = value.substr(1, end - 1);
  ElementType type;
  if (name.size() < 3 || std::string_view("<>|=").find(name.front()) == std::string_view::npos)
    fail(place, "the type '" + std::string(name) + "' is unknown");
  type.big_endian = name.front() == '>';
  type.kind = name[1];
  const auto [stop, error] = std::from_chars(name.data() + 2, name.data() + name.size(), type.size);
  if (error != std::errc() || stop != name.data() + name.size() || type.size > kLongestHeader)
    fail(place, "the type '" + std::string(name) + "' is unknown");
  if (type.kind == 'U') type.size *= 4;
  if (type.kind != 'U' && type.kind != 'S' && !is_known(type))
    fail(place, "the type '" + std::string(name) + "' is not read (float32, float64, integers, bool and text are)");
  return type;
}

std::vector<index_t> shape_of(std::string_view value, const std::string& place) {
  const auto end = value.find(')');
  if (value.empty() || value.front() != '(' || end == std::string_view::npos) fail(place, "the shape is no tuple");
  std::vector<index_t> shape;
  for (std::string_view left = value.substr(1, end - 1); !left.empty();) {
    const auto comma = std::min(left.find(','), left.size());
    std::string_view item = left.substr(0, comma);
    left.remove_prefix(std::min(comma + 1, left.size()));
    while (!item.empty() && item.front() == ' ') item.remove_prefix(1);
    if (item.empty()) continue;
    index_t size = -1;
    const auto [stop, error] = std::from_chars(item.data(), item.data() + item.size(), size);
    if (error != std::errc() || stop != item.data() + item.size() || size < 0) fail(place, "the shape is malformed");
    shape.push_back(size);
  }
  return shape;
}

}  // namespace

NpyHeader read_npy_header(const ByteReader& read, const std::string& place) {
  NpyHeader header;
  header.place = place;
  const std::string start = exactly(read, kMagic.size() + 2, place);
  if (!start.starts_with(kMagic)) fail(place, "this is no NPY array (its first bytes are wrong)");
  const int version = static_cast<unsigned char>(start[kMagic.size()]);
  if (version < 1 || version > 3) fail(place, "version " + std::to_string(version) + " of NPY is unknown");
  const std::size_t length = little_endian(exactly(read, version == 1 ? 2 : 4, place));
  if (length > kLongestHeader) fail(place, "the header is longer than 64 KiB");
  const std::string dictionary = exactly(read, length, place);
  header.type = element_type(value_of(dictionary, "descr", place), place);
  header.fortran_order = value_of(dictionary, "fortran_order", place).starts_with("True");
  header.shape = shape_of(value_of(dictionary, "shape", place), place);
  for (std::size_t axis = 0; axis < header.shape.size(); ++axis) {
    const index_t most = axis == 0 ? kMostRows : kMostColumns;
    if (header.shape[axis] > most)
      fail(place, "the shape has " + std::to_string(header.shape[axis]) + " along axis " + std::to_string(axis) +
                      ", more than the " + std::to_string(most) + " that burelu takes");
    if (axis > 0) header.row_size *= header.shape[axis];
    if (header.row_size > kMostColumns)
      fail(place, "the rows are longer than the " + std::to_string(kMostColumns) + " columns that burelu takes");
  }
  if (header.row_size > 0 && header.rows() > kMostCells / header.row_size)
    fail(place, "the array is larger than burelu takes");
  return header;
}

}  // namespace burelu
