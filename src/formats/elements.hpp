// Binary numbers of any type and byte order to double.
#pragma once

#include <cstddef>
#include <functional>
#include <string>

namespace burelu {

/// Fills a buffer from a file or an archive; fewer bytes than asked for only at the end.
using ByteReader = std::function<std::size_t(char*, std::size_t)>;

struct ElementType {
  char kind = 'f';  ///< f floating point, i signed, u unsigned, b boolean
  std::size_t size = 8;
  bool big_endian = false;
};

/// Whether `decode` knows the type.
bool is_known(const ElementType& type);

/// `count` packed numbers to `to`; NaN loses its payload, integers above 2^53 are rounded.
void decode(const char* from, std::size_t count, const ElementType& type, double* to);

}  // namespace burelu
