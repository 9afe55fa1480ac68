// G = (L^-1 Z)'(L^-1 Z), see dense_slack.hpp.
#include "certificate/dense_slack.hpp"

#include <cblas.h>

namespace burelu {

bool DenseSlack::gram(Matrix& Z, Matrix& out) {
  slack_.solve_lower(Z);
  out = Matrix(Z.cols, Z.cols);
  const auto k = static_cast<blasint>(Z.cols);
  cblas_dsyrk(CblasColMajor, CblasLower, CblasNoTrans, k, static_cast<blasint>(Z.rows), 1.0, Z.data.data(), k, 0.0,
              out.data.data(), k);
  return true;
}

}  // namespace burelu
