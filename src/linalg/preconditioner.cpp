#include "linalg/preconditioner.hpp"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "linalg/dense.hpp"

namespace burelu {

Preconditioner precondition(const Matrix& X, double conditioning) {
  const index_t d = X.cols;
  Preconditioner out;
  Matrix Q(d, d);  // eigenvectors in its rows
  std::vector<double> values;
  gram(1.0, X, 0.0, Q.data.data());
  require_decomposition(eigen(Q, values), "the eigenvalues of X'X");
  for (double& value : values) {
    value = std::max(value, 0.0);
    out.mean += value / static_cast<double>(d);
  }
  const auto power = [&](double exponent) {
    Matrix scaled = Q;
    for (index_t k = 0; k < d; ++k) {
      const double value = values[static_cast<std::size_t>(k)] + conditioning * values.back();
      const double factor = std::pow(value / out.mean, exponent);
      for (index_t i = 0; i < d; ++i) scaled(k, i) *= factor;
    }
    return product(transposed(scaled), Q);
  };
  out.K = power(-0.5);
  out.inverse = power(0.5);
  return out;
}

}  // namespace burelu
