// G = (L^-1 Z)'(L^-1 Z), see dense_slack.hpp.
#include "certificate/dense_slack.hpp"

#include "linalg/dense.hpp"

namespace burelu {

bool DenseSlack::gram(Matrix& Z, Matrix& out) {
  slack_.solve_lower(Z);
  out = Matrix(Z.cols, Z.cols);
  burelu::gram(1.0, Z, 0.0, out.data.data());
  return true;
}

}  // namespace burelu
