// Big-endian: two zero bytes, the type of the numbers, the count of axes, their lengths, the numbers (yann.lecun.com).
#include "formats/idx.hpp"

#include <algorithm>
#include <filesystem>

#include "burelu/errors.hpp"
#include "formats/elements.hpp"
#include "problem/limits.hpp"

namespace burelu {
namespace {

constexpr std::size_t kBlock = std::size_t{1} << 20;

[[noreturn]] void fail(const ByteStream& stream, const std::string& problem) {
  throw DataError(stream.source() + ": " + problem + "; pass an IDX file as MNIST has them");
}

ElementType type_of(ByteStream& stream, unsigned char code) {
  switch (code) {
    case 0x08:
      return {'u', 1, true};
    case 0x09:
      return {'i', 1, true};
    case 0x0B:
      return {'i', 2, true};
    case 0x0C:
      return {'i', 4, true};
    case 0x0D:
      return {'f', 4, true};
    case 0x0E:
      return {'f', 8, true};
    default:
      fail(stream, "the type of its numbers (" + std::to_string(code) + ") is unknown");
  }
}

std::uint64_t big_endian(ByteStream& stream, std::size_t size) {
  unsigned char bytes[4] = {};
  if (stream.read(reinterpret_cast<char*>(bytes), size) != size) fail(stream, "the file is cut off in its header");
  std::uint64_t value = 0;
  for (std::size_t k = 0; k < size; ++k) value = value << 8U | bytes[k];
  return value;
}

struct Shape {
  index_t rows = 0;
  index_t columns = 1;
};

Shape shape_of(ByteStream& stream, std::uint64_t axes) {
  if (axes == 0) fail(stream, "it declares no axes");
  Shape shape;
  shape.rows = static_cast<index_t>(big_endian(stream, 4));
  for (std::uint64_t axis = 1; axis < axes; ++axis) {
    shape.columns *= static_cast<index_t>(big_endian(stream, 4));
    if (shape.columns > kMostColumns)
      fail(stream, "it declares more than the " + std::to_string(kMostColumns) + " columns that burelu takes");
  }
  if (shape.rows == 0) fail(stream, "it has no rows of data");
  if (shape.rows > kMostRows) fail(stream, "it declares more than the " + std::to_string(kMostRows) + " rows");
  return shape;
}

void read_values(ByteStream& stream, const ElementType& type, std::size_t count, std::vector<double>& values) {
  std::string bytes(std::min(kBlock, count) * type.size, '\0');
  const bool known = !stream.compressed() && stream.total() > 0;
  if (known && count * type.size <= stream.total()) values.reserve(count);
  while (values.size() < count) {
    const std::size_t block = std::min(kBlock, count - values.size());
    const std::size_t got = stream.read(bytes.data(), block * type.size) / type.size;
    const std::size_t start = values.size();
    values.resize(start + got);
    decode(bytes.data(), got, type, values.data() + start);
    if (got < block)
      fail(stream, "the file is cut off: it declares " + std::to_string(count) + " numbers and holds " +
                       std::to_string(values.size()));
  }
}

}  // namespace

Table read_idx(ByteStream& stream) {
  const std::uint64_t magic = big_endian(stream, 4);
  if (magic >> 16U != 0) fail(stream, "its first two bytes are not zero (wrong magic)");
  const ElementType type = type_of(stream, static_cast<unsigned char>(magic >> 8U & 0xffU));
  const Shape shape = shape_of(stream, magic & 0xffU);
  Table table;
  table.source = stream.source();
  table.rows = shape.rows;
  table.has_header = true;
  table.features_only = true;
  table.full_range = type.kind == 'u' ? 255.0 : 0.0;
  read_values(stream, type, static_cast<std::size_t>(shape.rows * shape.columns), table.values);
  char more = 0;
  if (stream.read(&more, 1) != 0) fail(stream, "there are bytes after the " + std::to_string(shape.rows) + " entries");
  table.add_numbered("x", shape.columns);  // last: a header may promise millions of columns that are not there
  return table;
}

std::string idx_labels(const std::string& images) {
  const auto slash = images.rfind('/');
  const std::size_t start = slash == std::string::npos ? 0 : slash + 1;
  std::string name = images.substr(start);
  const auto replace = [&name](const std::string& from, const std::string& to) {
    const auto at = name.rfind(from);
    if (at != std::string::npos) name.replace(at, from.size(), to);
    return at != std::string::npos;
  };
  if (!replace("images", "labels")) return {};
  replace("idx3", "idx1");
  const std::string plain = name.ends_with(".gz") ? name.substr(0, name.size() - 3) : name;
  for (const std::string& candidate : {name, plain, plain + ".gz"})
    if (std::filesystem::exists(images.substr(0, start) + candidate)) return images.substr(0, start) + candidate;
  return {};
}

Table read_idx_pair(const std::string& path, const ReadProgress& progress) {
  const std::string partner = idx_labels(path);
  ByteStream stream(path, progress);
  if (partner.empty()) return read_idx(stream);
  ByteStream label_stream(partner);
  const Table labels = read_idx(label_stream);
  Table table = read_idx(stream);
  if (labels.columns() != 1)
    throw DataError(partner + " has " + std::to_string(labels.columns()) +
                    " numbers per entry where labels have one; pass the file of labels that belongs to the images");
  if (labels.rows != table.rows)
    throw DataError(partner + " has " + std::to_string(labels.rows) + " labels but " + path + " has " +
                    std::to_string(table.rows) + " images; pass files that belong together");
  add_column(table, "label", labels.values);
  table.features_only = false;
  return table;
}

}  // namespace burelu
