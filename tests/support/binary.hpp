// Bytes of binary files, built by hand from the descriptions of their formats.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

namespace burelu::test {

/// The bytes of a number as it lies in memory, or the other way round.
template <class Number>
std::string raw(Number value, bool swap = false) {
  std::string bytes(sizeof value, '\0');
  std::memcpy(bytes.data(), &value, sizeof value);
  return swap ? std::string(bytes.rbegin(), bytes.rend()) : bytes;
}

template <class Number>
std::string raw_all(const std::vector<double>& values, bool swap = false) {
  std::string bytes;
  for (const double value : values) bytes += raw(static_cast<Number>(value), swap);
  return bytes;
}

/// An NPY file, version 1, with this dictionary.
inline std::string npy(const std::string& dictionary, const std::string& data) {
  std::string bytes("\x93NUMPY\x01\x00", 8);
  return bytes + raw(static_cast<std::uint16_t>(dictionary.size())) + dictionary + data;
}

inline std::string npy(const std::string& type, bool fortran, const std::string& shape, const std::string& data) {
  return npy(
      "{'descr': '" + type + "', 'fortran_order': " + (fortran ? "True" : "False") + ", 'shape': " + shape + ", }\n",
      data);
}

/// An IDX file: type code, axes, data.
inline std::string idx(int type, const std::vector<std::uint32_t>& axes, const std::string& data) {
  std::string bytes("\0\0", 2);
  bytes += static_cast<char>(type);
  bytes += static_cast<char>(axes.size());
  for (const std::uint32_t size : axes) bytes += raw(size, true);
  return bytes + data;
}

}  // namespace burelu::test
