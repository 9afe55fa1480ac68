// Direct or iterative, see sparse_solver.hpp.
#include "linalg/sparse_solver.hpp"

#include <algorithm>
#include <atomic>

#include "linalg/conjugate_gradients.hpp"

namespace burelu {

bool SparseSolver::factorise(const SparseSymmetric& A) {
  A_ = &A;
  return factor_.factorise(A);
}

bool SparseSolver::solve(Matrix& Z, double tolerance, const Team& team) const {
  if (complete()) {
    factor_.solve_lower(Z);
    factor_.solve_upper(Z);
    return true;
  }
  const auto precondition = [this](Matrix& V) {
    factor_.solve_lower(V);
    factor_.solve_upper(V);
  };
  // A column takes the same steps whatever is beside it.
  std::atomic<bool> converged = true;
  team.share(Z.cols, 1, [&](int, index_t begin, index_t end) {
    if (begin == end) return;
    Matrix B(Z.rows, end - begin);
    for (index_t i = 0; i < Z.rows; ++i) std::copy(Z.row(i) + begin, Z.row(i) + end, B.row(i));
    Matrix X;
    if (!conjugate_gradients(*A_, precondition, B, {.tolerance = tolerance}, X).converged) converged = false;
    for (index_t i = 0; i < Z.rows; ++i) std::copy_n(X.row(i), end - begin, Z.row(i) + begin);
  });
  return converged;
}

}  // namespace burelu
