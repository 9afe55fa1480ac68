// The one check of a problem at the door: shapes, finiteness, magnitudes.
#include <cmath>
#include <string>

#include "burelu/errors.hpp"
#include "burelu/problem.hpp"
#include "problem/limits.hpp"

namespace burelu {
namespace {

std::string fault(double value) {
  if (std::isnan(value)) return "is NaN; remove the sample or fill in the value";
  if (std::isinf(value)) return "is infinite; remove the sample or correct the value";
  if (std::fabs(value) > kLargestMagnitude)
    return "is larger than 1e100, which overflows when squared; rescale the data";
  return "is nonzero but smaller than 1e-100, which underflows when squared; rescale the data or set it to zero";
}

void check_shape(const MatrixView& matrix, const std::string& name, const std::string& missing) {
  check_readable(matrix, name);
  if (matrix.rows == 0) throw DataError(name + " has no rows: there is nothing to train on; pass at least one sample");
  if (matrix.cols == 0) throw DataError(name + " has no columns: " + missing);
  if (matrix.rows > kMostRows) throw DataError(name + " has more than 2^30 rows; train on a subset");
}

void check_entries(const MatrixView& matrix, const std::string& name) {
  for (index_t i = 0; i < matrix.rows; ++i)
    for (index_t j = 0; j < matrix.cols; ++j)
      if (!usable(matrix(i, j)))
        throw DataError(name + " row " + std::to_string(i) + ", column " + std::to_string(j) + " (counted from 0) " +
                        fault(matrix(i, j)));
}

}  // namespace

void check_readable(const MatrixView& matrix, const std::string& name) {
  if (matrix.rows < 0 || matrix.cols < 0)
    throw DataError(name + " has a negative number of rows or columns; pass the shape of the array");
  if (matrix.rows > 0 && matrix.cols > 0 && matrix.data == nullptr)
    throw DataError(name + " has a null data pointer; pass the address of its first entry");
}

void check_filled(const Matrix& matrix, const std::string& name) {
  index_t size = 0;
  const bool fits = matrix.rows >= 0 && matrix.cols >= 0 && !__builtin_mul_overflow(matrix.rows, matrix.cols, &size);
  if (!fits || static_cast<std::size_t>(size) != matrix.data.size())
    throw DataError(name + " says it is " + std::to_string(matrix.rows) + " x " + std::to_string(matrix.cols) +
                    " but holds " + std::to_string(matrix.data.size()) + " numbers; fill it, or correct its shape");
}

void validate(const Problem& problem) {
  check_shape(problem.X, "X", "a network needs at least one feature; pass one or more columns");
  check_shape(problem.Y, "Y", "there is no target to fit; pass one or more columns");
  if (problem.X.rows != problem.Y.rows)
    throw DataError("X has " + std::to_string(problem.X.rows) + " rows but Y has " + std::to_string(problem.Y.rows) +
                    "; pass one target row per sample");
  if (!std::isfinite(problem.gamma) || problem.gamma <= 0.0)
    throw DataError("gamma is " + std::to_string(problem.gamma) +
                    "; the bound needs a finite weight above 0, 0.1 for example");
  if (!usable(problem.gamma)) throw DataError("gamma " + fault(problem.gamma));
  check_entries(problem.X, "X");
  check_entries(problem.Y, "Y");
}

}  // namespace burelu
