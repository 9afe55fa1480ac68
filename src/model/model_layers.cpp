// Networks from elsewhere: two linear layers with a ReLU between them.
#include <algorithm>

#include "burelu/errors.hpp"
#include "model/tensors.hpp"
#include "problem/limits.hpp"

namespace burelu {
namespace {

[[noreturn]] void fail(const std::string& path, const std::string& problem) {
  throw DataError(path + ": " + problem + "; docs/pytorch.md shows what is read");
}

void append_row(Matrix& A, const std::vector<double>& row) {
  A.data.insert(A.data.end(), row.begin(), row.end());
  ++A.rows;
}

void append_column(Matrix& A, const std::vector<double>& column) {
  Matrix wider(A.rows, A.cols + 1);
  for (index_t i = 0; i < A.rows; ++i) {
    std::copy_n(A.row(i), A.cols, wider.row(i));
    wider(i, A.cols) = column[static_cast<std::size_t>(i)];
  }
  A = std::move(wider);
}

bool all_zero(const std::vector<double>& values) {
  return std::all_of(values.begin(), values.end(), [](double value) { return value == 0.0; });
}

}  // namespace

Matrix transposed(const Matrix& matrix) {
  Matrix result(matrix.cols, matrix.rows);
  for (index_t i = 0; i < matrix.rows; ++i)
    for (index_t j = 0; j < matrix.cols; ++j) result(j, i) = matrix(i, j);
  return result;
}

void set_layers(const Matrix& inner, const std::vector<double>* inner_bias, const Matrix& outer,
                const std::vector<double>* outer_bias, const std::string& path, Model& model) {
  if (std::max({inner.rows, inner.cols, outer.rows}) > kMostColumns)  // of no entries any size can be claimed
    fail(path, "a layer has more than " + std::to_string(kMostColumns) + " inputs or outputs");
  if (inner.rows != outer.cols)
    fail(path, "the inner layer has " + std::to_string(inner.rows) + " outputs but the outer one takes " +
                   std::to_string(outer.cols));
  if (inner_bias != nullptr && static_cast<index_t>(inner_bias->size()) != inner.rows)
    fail(path, "the bias of the inner layer has not one number per neuron");
  if (outer_bias != nullptr && static_cast<index_t>(outer_bias->size()) != outer.rows)
    fail(path, "the bias of the outer layer has not one number per output");
  const bool outer_counts = outer_bias != nullptr && !all_zero(*outer_bias);
  Network& network = model.network;
  network = {transposed(inner), outer};
  const bool has_row = model.preparation.bias && inner_bias == nullptr;
  model.preparation.bias |= inner_bias != nullptr || outer_counts;
  const std::vector<double> none(static_cast<std::size_t>(inner.rows), 0.0);
  if (model.preparation.bias && !has_row) append_row(network.U, inner_bias != nullptr ? *inner_bias : none);
  if (outer_counts) {  // b = b (1 * 1)_+
    std::vector<double> constant(static_cast<std::size_t>(network.U.rows), 0.0);
    if (constant.empty()) fail(path, "the inner layer takes no inputs");
    constant.back() = 1.0;
    append_column(network.U, constant);
    append_column(network.V, *outer_bias);
  }
}

}  // namespace burelu
