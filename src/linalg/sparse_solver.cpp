// Direct or iterative, see sparse_solver.hpp.
#include "linalg/sparse_solver.hpp"

#include "linalg/conjugate_gradients.hpp"

namespace burelu {

bool SparseSolver::factorise(const SparseSymmetric& A) {
  A_ = &A;
  return factor_.factorise(A);
}

bool SparseSolver::solve(Matrix& Z, double tolerance) const {
  if (complete()) {
    factor_.solve_lower(Z);
    factor_.solve_upper(Z);
    return true;
  }
  Matrix X;
  const auto precondition = [this](Matrix& V) {
    factor_.solve_lower(V);
    factor_.solve_upper(V);
  };
  const GradientsResult found = conjugate_gradients(*A_, precondition, Z, {.tolerance = tolerance}, X);
  Z = std::move(X);
  return found.converged;
}

}  // namespace burelu
