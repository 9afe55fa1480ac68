// Arrays as numpy.save writes them (NPY, versions 1 to 3), alone in a file or as members of an NPZ archive.
#pragma once

#include <string>
#include <vector>

#include "burelu/matrix.hpp"
#include "formats/byte_stream.hpp"
#include "formats/elements.hpp"
#include "formats/table.hpp"

namespace burelu {

/// What the header of an array says.
struct NpyHeader {
  std::string place;  ///< file, and array where there are several, for messages
  ElementType type;   ///< kind U: UCS-4 text, S: bytes, `size` bytes each
  bool fortran_order = false;
  std::vector<index_t> shape;
  index_t row_size = 1;  ///< product of all axes but the first
  bool text() const { return type.kind == 'U' || type.kind == 'S'; }
  index_t rows() const { return shape.empty() ? 1 : shape.front(); }
  index_t count() const { return rows() * row_size; }
  index_t bytes() const { return count() * static_cast<index_t>(type.size); }
};

/// Throws `DataError` for anything that is no array of numbers or text of a reasonable size.
NpyHeader read_npy_header(const ByteReader& read, const std::string& place);

/// The numbers as rows (every axis but the first in C order), `stride` doubles apart, appended to `values`; gaps are 0.
/// Memory grows with what is there, not with what the header promises.
void read_npy_rows(const ByteReader& read, const NpyHeader& header, index_t stride, std::vector<double>& values);

/// Throws `DataError` where the array has no entries.
void refuse_empty(const NpyHeader& header);

/// The texts, in C order of a one-dimensional array.
std::vector<std::string> read_npy_texts(const ByteReader& read, const NpyHeader& header);

/// A two-dimensional array (more axes are flattened), columns x0, x1, ... Throws `DataError`.
Table read_npy(ByteStream& stream);

/// The bytes of an array of doubles in C order.
std::string npy_bytes(const double* values, const std::vector<index_t>& shape);

/// The bytes of an array of text, UCS-4.
std::string npy_bytes(const std::vector<std::string>& texts, bool scalar = false);

}  // namespace burelu
