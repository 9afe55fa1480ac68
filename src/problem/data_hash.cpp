// FNV-1a (64 bit; Fowler, Noll, Vo, draft-eastlake-fnv) over n, d, c as little-endian int64, then X, Y and gamma as
// little-endian IEEE doubles, row by row.
#include <bit>
#include <cstdint>

#include "burelu/certificate.hpp"
#include "problem/limits.hpp"

namespace burelu {
namespace {

class Fnv1a {
 public:
  void add(std::uint64_t word) {
    for (int byte = 0; byte < 8; ++byte) {
      hash_ ^= (word >> (8 * byte)) & 0xffU;
      hash_ *= 1099511628211ULL;
    }
  }
  void add(double value) { add(std::bit_cast<std::uint64_t>(value)); }
  void add(const MatrixView& matrix) {
    for (index_t i = 0; i < matrix.rows; ++i)
      for (index_t j = 0; j < matrix.cols; ++j) add(matrix(i, j));
  }
  std::uint64_t value() const { return hash_; }

 private:
  std::uint64_t hash_ = 14695981039346656037ULL;
};

}  // namespace

std::uint64_t data_hash(const Problem& problem) {
  check_readable(problem.X, "X");
  check_readable(problem.Y, "Y");
  Fnv1a hash;
  hash.add(static_cast<std::uint64_t>(problem.X.rows));
  hash.add(static_cast<std::uint64_t>(problem.X.cols));
  hash.add(static_cast<std::uint64_t>(problem.Y.cols));
  hash.add(problem.X);
  hash.add(problem.Y);
  hash.add(problem.gamma);
  return hash.value();
}

}  // namespace burelu
