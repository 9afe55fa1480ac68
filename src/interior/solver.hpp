// The state of one interior-point solve: iterate, Newton system, direction (docs/method.md, "Solving with cuts").
#pragma once

#include <vector>

#include "interior/dense.hpp"
#include "interior/interior_point.hpp"
#include "interior/products.hpp"
#include "interior/scaled_system.hpp"

namespace burelu::interior {

/// One solve: the data of the problem, the iterate, and a Newton system.
class Solver {
 public:
  /// Keeps a reference.
  explicit Solver(const RelaxationData& data);

  InteriorPoint run(double weight, double tolerance, const InteriorObserver& observer);
  void report(InteriorPoint& out) const;

 private:
  bool free_pair(index_t i, index_t j) const { return i != j && !data_.tied(i, j); }
  bool start(double weight);
  double evaluate(const Matrix& Z);
  bool assemble();
  void add_kronecker(const Matrix& A, const Matrix& B, double scale);
  void add_pairs();
  struct Direction {
    Matrix Z, S, T, Xi;
    std::vector<double> tau;
  };
  Direction direction(double mu, const Direction* predictor) const;
  double complementarity() const { return inner(Z_, Xi_) + 0.5 * inner(T_, S_); }
  Matrix slack() const;
  double dual_defect() const;
  double longest(const Direction& d) const;
  void move(const Direction& d, double t);

  const RelaxationData& data_;
  Products products_;
  index_t N_, P_;
  std::int64_t size_;
  Matrix L_;
  struct Pair {
    index_t i, j;
    SparseRow function;
  };
  std::vector<Pair> pairs_;
  std::vector<SparseRow> ties_;
  Matrix Z_, T_, Xi_;  // T symmetric with zeros on the diagonal and the ties
  Matrix S_;       // positive; with cuts no Z may have all products positive, so S - J Z J' = 0 holds in the end only
  Matrix excess_;  // J Z J' - S
  std::vector<double> tau_;
  Matrix inverse_Z_, E_, gradient_, P_phi_, C_phi_;
  ScaledSystem hessian_;
  Matrix tie_solutions_;  // m x size: H^-1 A'
  std::vector<double> tie_schur_;
};

}  // namespace burelu::interior
