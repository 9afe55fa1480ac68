// Dense matrices of the public interface: an owning row-major matrix and a strided read-only view.
#pragma once

#include <cstdint>
#include <vector>

namespace burelu {

using index_t = std::int64_t;

/// Owning dense matrix, row-major, no padding: entry (i, j) is at `data[i * cols + j]`.
struct Matrix {
  index_t rows = 0;
  index_t cols = 0;
  std::vector<double> data;

  Matrix() = default;
  Matrix(index_t row_count, index_t col_count, double value = 0.0)
      : rows(row_count), cols(col_count), data(static_cast<std::size_t>(row_count * col_count), value) {}

  double& operator()(index_t i, index_t j) { return data[static_cast<std::size_t>(i * cols + j)]; }
  double operator()(index_t i, index_t j) const { return data[static_cast<std::size_t>(i * cols + j)]; }
  double* row(index_t i) { return data.data() + i * cols; }
  const double* row(index_t i) const { return data.data() + i * cols; }
};

/// Read-only view of somebody else's matrix, row- or column-major (or any strides). Nothing is copied; the owner must
/// outlive every call that takes the view.
struct MatrixView {
  const double* data = nullptr;
  index_t rows = 0;
  index_t cols = 0;
  index_t row_stride = 0;  ///< distance in doubles between (i, j) and (i + 1, j)
  index_t col_stride = 0;  ///< distance in doubles between (i, j) and (i, j + 1)

  MatrixView() = default;
  MatrixView(const double* values, index_t row_count, index_t col_count, index_t row_step, index_t col_step)
      : data(values), rows(row_count), cols(col_count), row_stride(row_step), col_stride(col_step) {}
  MatrixView(const Matrix& m)  // NOLINT(google-explicit-constructor): a Matrix is a view of itself
      : data(m.data.data()), rows(m.rows), cols(m.cols), row_stride(m.cols), col_stride(1) {}

  static MatrixView row_major(const double* values, index_t rows, index_t cols) {
    return {values, rows, cols, cols, 1};
  }
  static MatrixView col_major(const double* values, index_t rows, index_t cols) {
    return {values, rows, cols, 1, rows};
  }

  double operator()(index_t i, index_t j) const { return data[i * row_stride + j * col_stride]; }
};

}  // namespace burelu
