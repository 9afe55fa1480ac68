#include "interior/dense.hpp"

#include <utility>
#include <vector>

#include "linalg/dense.hpp"

namespace burelu::interior {

double inner(const Matrix& a, const Matrix& b) {
  double sum = 0.0;
  for (std::size_t i = 0; i < a.data.size(); ++i) sum += a.data[i] * b.data[i];
  return sum;
}

void add(Matrix& to, double scale, const Matrix& from) {
  for (std::size_t i = 0; i < to.data.size(); ++i) to.data[i] += scale * from.data[i];
}

Matrix inverse(Matrix a) {
  if (!invert_positive(a.data.data(), a.rows)) return {};
  for (index_t i = 0; i < a.rows; ++i)
    for (index_t j = 0; j < i; ++j) a(i, j) = a(j, i);
  return a;
}

// The least eigenvalue of L^-1 D L^-T.
double step_to_boundary(Matrix A, Matrix D, double most) {
  const index_t n = A.rows;
  if (!cholesky(A.data.data(), n)) return 0.0;
  solve_lower(A.data.data(), n, D.data.data(), n);
  for (index_t i = 0; i < n; ++i)
    for (index_t j = 0; j < i; ++j) std::swap(D(i, j), D(j, i));
  solve_lower(A.data.data(), n, D.data.data(), n);
  std::vector<double> values;
  if (!eigenvalues(D, values)) return 0.0;
  return values.front() < -1.0 / most ? -1.0 / values.front() : most;
}

}  // namespace burelu::interior
