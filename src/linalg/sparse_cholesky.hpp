// Cholesky factorisation of a sparse symmetric matrix: complete in an order of minimum degree, or incomplete without
// fill (Meijerink and van der Vorst, Math. Comp. 31, 1977), which for a matrix with nonpositive entries off the
// diagonal ends exactly where the matrix may be positive definite, and preconditions conjugate gradients.
#pragma once

#include <cstdint>
#include <vector>

#include "linalg/sparse_symmetric.hpp"

namespace burelu {

class SparseCholesky {
 public:
  /// Complete where a factorisation takes `most_flops` at most.
  SparseCholesky(const SparseSymmetric& pattern, double most_flops);

  bool complete() const { return complete_; }
  double flops() const { return flops_; }
  /// Of a complete factor, below the diagonal.
  double entries() const { return static_cast<double>(row_.size()) + 0.5 * static_cast<double>(dense_.size()); }
  /// False at a pivot that is not positive. A has the pattern of the constructor.
  bool factorise(const SparseSymmetric& A);
  /// Z <- L^-1 P Z and Z <- P'L^-T Z for Z of order x k, P the order of elimination: A = P'L L'P.
  void solve_lower(Matrix& Z) const;
  void solve_upper(Matrix& Z) const;

 private:
  void natural(const SparseSymmetric& pattern);
  void place(const SparseSymmetric& pattern);
  bool eliminate_column(std::int32_t j, std::vector<double>& work);
  void reach(std::int32_t k);

  bool complete_ = false;
  double flops_ = 0.0;
  std::vector<std::int32_t> order_;  // of elimination
  std::vector<std::int64_t> start_;  // columns of L below the diagonal, in that order
  std::vector<std::int32_t> row_;    // ascending
  std::vector<double> value_;
  std::vector<double> diagonal_;
  std::int32_t sparse_ = 0;                                // columns held so; what they leave of the others is dense:
  std::vector<double> dense_;                              // its factor, column-major
  std::vector<std::int64_t> source_, target_;              // entries of A that go to L, and their places
  std::vector<std::int64_t> dense_source_, dense_target_;  // and to dense_
  std::vector<std::int64_t> position_;                     // of a finished column: its next entry to be used
  std::vector<std::int32_t> first_, next_,
      mark_;  // lists of finished columns that reach a row; rows of the column at hand
};

}  // namespace burelu
