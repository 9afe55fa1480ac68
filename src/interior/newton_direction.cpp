// Newton directions of the interior-point method: one system in the N (N + 1) / 2 coordinates of Z, the ties by a Schur
// complement.
#include "interior/dense.hpp"
#include "interior/solver.hpp"
#include "linalg/dense.hpp"
#include "linalg/team.hpp"

namespace burelu::interior {
namespace {

std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }

}  // namespace

/// H += scale times the form <B_ab, sym(A B_cd B)>, with B_ab = e_a e_b' + e_b e_a' (e_a e_a' where a = b).
void Solver::add_kronecker(const Matrix& A, const Matrix& B, double scale) {
  Team::current().each(N_, [&](index_t c) {
    for (index_t d = 0; d <= c; ++d) {
      double* column = hessian_.column(coordinate(c, d));
      const double outer = scale * (c == d ? 0.5 : 1.0);
      for (index_t a = c; a < N_; ++a)
        for (index_t b = a == c ? d : 0; b <= a; ++b) {
          const double sum = A(b, c) * B(d, a) + A(b, d) * B(c, a) + A(a, c) * B(d, b) + A(a, d) * B(c, b) +
                             B(b, c) * A(d, a) + B(b, d) * A(c, a) + B(a, c) * A(d, b) + B(a, d) * A(c, b);
          column[coordinate(a, b)] += (a == b ? 0.5 : 1.0) * outer * 0.5 * sum;
        }
    }
  });
}

/// H += sum over pairs of T/S times the square of the pair's linear function.
void Solver::add_pairs() {
  const Team team = Team::current();  // each part owns every so many columns
  team.run([&](int own) {
    for (const Pair& pair : pairs_) {
      const double weight = T_(pair.i, pair.j) / S_(pair.i, pair.j);
      const SparseRow& g = pair.function;
      for (std::size_t q = 0; q < g.size(); ++q) {
        if (g[q].column % team.size() != own) continue;
        double* column = hessian_.column(g[q].column);
        const double left = weight * g[q].value;
        for (std::size_t p = q; p < g.size(); ++p) column[g[p].column] += left * g[p].value;
      }
    }
  });
}

/// Factorises H, and the Schur complement of the ties.
bool Solver::assemble() {
  hessian_.clear();
  add_kronecker(inverse_Z_, Xi_, 1.0);
  add_kronecker(P_phi_, C_phi_, data_.gamma);
  add_pairs();
  if (!hessian_.factorise()) return false;
  tie_solutions_ = Matrix(data_.m, size_);
  for (index_t k = 0; k < data_.m; ++k)
    for (const SparseEntry& entry : ties_[at(k)]) tie_solutions_(k, entry.column) = entry.value;
  const Matrix ties = tie_solutions_;
  hessian_.solve(tie_solutions_);
  tie_schur_ = product(ties, transposed(tie_solutions_)).data;
  return cholesky(tie_schur_.data(), data_.m);
}

/// Towards complementarity mu; with the predictor's second-order terms where it is given.
Solver::Direction Solver::direction(double mu, const Direction* predictor) const {
  Matrix wanted(P_, P_);  // T + dT apart from the part that depends on dS
  for (index_t i = 0; i < P_; ++i)
    for (index_t j = 0; j < P_; ++j) {
      if (!free_pair(i, j)) continue;
      const double second = predictor == nullptr ? 0.0 : predictor->S(i, j) * predictor->T(i, j);
      wanted(i, j) = (mu - second - T_(i, j) * excess_(i, j)) / S_(i, j);
    }
  Matrix with_ties = wanted;
  for (index_t k = 0; k < data_.m; ++k) with_ties(k, data_.m + k) = with_ties(data_.m + k, k) = tau_[at(k)];
  Matrix rhs = products_.pulled_back(with_ties);  // Newton's right-hand side -gradient + 1/2 J'TJ + mu Z^-1
  for (double& value : rhs.data) value *= 0.5;
  add(rhs, -1.0, gradient_);
  add(rhs, mu, inverse_Z_);
  Matrix second(N_, N_);  // - sym(dXi dZ Z^-1) of the predictor
  if (predictor != nullptr) {
    const Matrix half = product(predictor->Xi, product(predictor->Z, inverse_Z_));
    for (index_t i = 0; i < N_; ++i)
      for (index_t j = 0; j < N_; ++j) second(i, j) = -0.5 * (half(i, j) + half(j, i));
    add(rhs, 1.0, second);
  }

  Matrix rhs_vector(1, size_);
  std::vector<double>& z = rhs_vector.data;
  for (index_t a = 0; a < N_; ++a)
    for (index_t b = 0; b <= a; ++b) z[at(coordinate(a, b))] = (a == b ? 1.0 : 2.0) * rhs(a, b);
  hessian_.solve(rhs_vector);
  Direction out;
  out.tau.resize(at(data_.m));
  for (index_t k = 0; k < data_.m; ++k) {
    double along = 0.0;
    for (const SparseEntry& entry : ties_[at(k)]) along += entry.value * z[at(entry.column)];
    out.tau[at(k)] = -excess_(data_.m + k, k) - S_(data_.m + k, k) - along;
  }
  solve_rows(tie_schur_.data(), data_.m, out.tau.data(), 1);
  multiply(1.0, {out.tau.data(), 1, data_.m}, tie_solutions_, 1.0, z.data(), size_);
  out.Z = Matrix(N_, N_);
  for (index_t a = 0; a < N_; ++a)
    for (index_t b = 0; b <= a; ++b) out.Z(a, b) = out.Z(b, a) = z[at(coordinate(a, b))];
  out.S = products_.products(out.Z);
  out.T = Matrix(P_, P_);
  for (index_t i = 0; i < P_; ++i)
    for (index_t j = 0; j < P_; ++j)
      if (free_pair(i, j)) out.T(i, j) = wanted(i, j) - T_(i, j) - T_(i, j) / S_(i, j) * out.S(i, j);
  add(out.S, 1.0, excess_);
  const Matrix half = product(Xi_, product(out.Z, inverse_Z_));
  out.Xi = Matrix(N_, N_);
  for (index_t i = 0; i < N_; ++i)
    for (index_t j = 0; j < N_; ++j)
      out.Xi(i, j) = mu * inverse_Z_(i, j) - Xi_(i, j) - 0.5 * (half(i, j) + half(j, i)) + second(i, j);
  return out;
}

}  // namespace burelu::interior
