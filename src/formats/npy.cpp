// The numbers of an NPY array, and arrays to bytes.
#include "formats/npy.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

#include "burelu/errors.hpp"
#include "formats/utf.hpp"

namespace burelu {
namespace {

constexpr std::size_t kBlock = std::size_t{1} << 20;

[[noreturn]] void refuse_short(const NpyHeader& header) {
  throw DataError(header.place + ": the array is cut off; its header promises " + std::to_string(header.bytes()) +
                  " bytes of data; save or fetch it again");
}

/// Calls `use(first, numbers)` for the numbers in the order of the file, a block at a time.
template <class Use>
void for_blocks(const ByteReader& read, const NpyHeader& header, const Use& use) {
  const std::size_t size = header.type.size;
  auto left = static_cast<std::size_t>(header.count());
  const std::size_t most = std::clamp<std::size_t>(kBlock / size, 1, left);
  std::string bytes(most * size, '\0');
  std::vector<double> numbers(most);
  for (std::size_t first = 0; left > 0;) {
    const std::size_t count = std::min(left, most);
    if (read(bytes.data(), count * size) != count * size) refuse_short(header);
    decode(bytes.data(), count, header.type, numbers.data());
    use(first, numbers.data(), count);
    first += count;
    left -= count;
  }
}

/// Index in C order of row i and the k-th entry of a Fortran-ordered array, whose axes after the first count upwards.
std::vector<std::size_t> row_order(const NpyHeader& header) {
  std::vector<std::size_t> order(static_cast<std::size_t>(header.row_size));
  std::vector<std::size_t> index(header.shape.size(), 0);
  for (std::size_t& target : order) {
    target = 0;
    for (std::size_t axis = 1; axis < index.size(); ++axis)
      target = target * static_cast<std::size_t>(header.shape[axis]) + index[axis];
    for (std::size_t axis = 1; axis < index.size(); ++axis) {
      if (++index[axis] < static_cast<std::size_t>(header.shape[axis])) break;
      index[axis] = 0;
    }
  }
  return order;
}

void read_fortran(const ByteReader& read, const NpyHeader& header, std::size_t stride, std::vector<double>& values) {
  const auto rows = static_cast<std::size_t>(header.rows());
  const std::vector<std::size_t> order = row_order(header);
  const std::size_t offset = values.size();
  values.resize(offset + rows * stride);
  for_blocks(read, header, [&](std::size_t first, const double* numbers, std::size_t count) {
    for (std::size_t k = 0; k < count; ++k)
      values[offset + (first + k) % rows * stride + order[(first + k) / rows]] = numbers[k];
  });
}

std::string header_bytes(const std::string& type, const std::vector<index_t>& shape) {
  std::string axes;
  for (const index_t size : shape) axes += std::to_string(size) + ",";
  if (shape.size() > 1) axes.pop_back();
  std::string dictionary = "{'descr': '" + type + "', 'fortran_order': False, 'shape': (" + axes + "), }";
  constexpr std::size_t kStart = 10;                               // magic, version, length
  dictionary.append(63 - (kStart + dictionary.size()) % 64, ' ');  // numbers begin at a multiple of 64 bytes
  dictionary += '\n';
  std::string bytes("\x93NUMPY\x01\x00", 8);
  bytes += static_cast<char>(dictionary.size() & 0xffU);
  bytes += static_cast<char>(dictionary.size() >> 8U);
  return bytes + dictionary;
}

}  // namespace

void read_npy_rows(const ByteReader& read, const NpyHeader& header, index_t stride, std::vector<double>& values) {
  if (header.text())
    throw DataError(header.place + ": the array holds text where numbers belong; save it again as numbers");
  const auto step = static_cast<std::size_t>(stride);
  if (header.count() == 0) {
    values.resize(values.size() + static_cast<std::size_t>(header.rows()) * step);
    return;
  }
  if (header.fortran_order && header.shape.size() > 1) return read_fortran(read, header, step, values);
  const auto width = static_cast<std::size_t>(header.row_size);
  const std::size_t offset = values.size();
  for_blocks(read, header, [&](std::size_t first, const double* numbers, std::size_t count) {
    values.resize(offset + ((first + count - 1) / width + 1) * step);
    if (step == width) {
      std::copy_n(numbers, count, values.data() + offset + first);
      return;
    }
    for (std::size_t k = 0; k < count; ++k)
      values[offset + (first + k) / width * step + (first + k) % width] = numbers[k];
  });
}

void refuse_empty(const NpyHeader& header) {
  if (header.count() == 0)
    throw DataError(header.place + " has no " + (header.rows() == 0 ? "rows" : "columns") +
                    "; save an array with samples and features");
}

std::vector<std::string> read_npy_texts(const ByteReader& read, const NpyHeader& header) {
  std::vector<std::string> texts;
  std::string bytes(header.type.size, '\0');
  for (index_t k = 0; k < header.count(); ++k) {
    if (read(bytes.data(), bytes.size()) != bytes.size()) refuse_short(header);
    texts.push_back(header.type.kind == 'U' ? utf8_of_ucs4(bytes, header.type.big_endian)
                                            : bytes.substr(0, bytes.find('\0')));
    if (!is_utf8(texts.back()))
      throw DataError(header.place + ": text " + std::to_string(k + 1) + " is not valid Unicode; save it again");
  }
  return texts;
}

Table read_npy(ByteStream& stream) {
  const ByteReader read = [&stream](char* to, std::size_t size) { return stream.read(to, size); };
  const NpyHeader header = read_npy_header(read, stream.source());
  Table table;
  table.source = stream.source();
  table.rows = header.rows();
  refuse_empty(header);
  if (!stream.compressed() && stream.total() > 0) {
    if (static_cast<std::uint64_t>(header.bytes()) > stream.total() - stream.done()) refuse_short(header);
    table.values.reserve(static_cast<std::size_t>(header.count()));
  } else if (static_cast<std::uint64_t>(header.bytes()) > 1100 * std::max<std::uint64_t>(stream.total(), 1U << 20U)) {
    refuse_short(header);  // deflate makes nothing smaller than a 1032nd
  }
  read_npy_rows(read, header, header.row_size, table.values);
  char more = 0;
  if (read(&more, 1) != 0)
    throw DataError(table.source + ": there are bytes after the array; save it again with numpy.save, or as .npz");
  table.add_numbered("x", header.row_size);  // last: a header may promise millions of columns that are not there
  return table;
}

std::string npy_bytes(const double* values, const std::vector<index_t>& shape) {
  static_assert(std::endian::native == std::endian::little, "doubles are written as they lie in memory");
  std::size_t count = 1;
  for (const index_t size : shape) count *= static_cast<std::size_t>(size);
  std::string bytes = header_bytes("<f8", shape);
  const std::size_t start = bytes.size();
  bytes.resize(start + count * sizeof(double));
  if (count > 0) std::memcpy(bytes.data() + start, values, count * sizeof(double));
  return bytes;
}

std::string npy_bytes(const std::vector<std::string>& texts, bool scalar) {
  std::vector<std::u32string> wide;
  std::size_t length = 1;
  for (const std::string& text : texts) {
    wide.push_back(ucs4_of_utf8(text));
    length = std::max(length, wide.back().size());
  }
  const std::vector<index_t> shape = {static_cast<index_t>(texts.size())};
  std::string bytes = header_bytes("<U" + std::to_string(length), scalar ? std::vector<index_t>() : shape);
  for (std::u32string& text : wide) {
    text.resize(length, U'\0');
    for (const char32_t letter : text)
      for (unsigned byte = 0; byte < 4; ++byte) bytes += static_cast<char>(letter >> (8 * byte) & 0xffU);
  }
  return bytes;
}

}  // namespace burelu
