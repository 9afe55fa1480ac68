// What burelu-verify reads: the data as CSV and the certificate file of docs/formats.md. No code is shared with burelu.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

namespace burelu::verify {

/// A file that cannot be read or that is malformed: exit code 3.
class FileError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Row-major.
struct Table {
  std::size_t rows = 0;
  std::size_t cols = 0;
  std::vector<double> values;
  double operator()(std::size_t i, std::size_t j) const { return values[i * cols + j]; }
  double& operator()(std::size_t i, std::size_t j) { return values[i * cols + j]; }
};

struct Data {
  Table X, Y;
};

struct Pair {
  std::int64_t i = 0;
  std::int64_t j = 0;
  double value = 0.0;
};

struct Claim {
  double lower_bound = 0.0;
  double gamma = 0.0;
  std::uint64_t data_hash = 0;
  bool branched = false;       ///< version 3: W is all there is
  std::int64_t dominant = -1;  ///< the feature that is larger than all others by far, -1 for none (dominant.hpp)
  int dominant_power = 0;
  Table W;
  std::vector<std::int64_t> representatives;
  std::vector<std::int64_t> line;
  std::vector<double> ratio;
  std::vector<Pair> pairs;
};

/// Header x0,x1,...,y0,y1,... or x0,...,label (integers 0..K-1, one-hot). Throws `FileError`.
Data read_data(const std::string& path);
Data parse_data(const std::string& text, const std::string& name);

/// Throws `FileError`.
Claim read_claim(const std::string& path);
Claim parse_claim(const std::string& text, const std::string& name);

/// FNV-1a over n, d, c as 8-byte little-endian integers, then X, Y, gamma as doubles.
std::uint64_t hash(const Data& data, double gamma);

}  // namespace burelu::verify
