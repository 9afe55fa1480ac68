// Activation patterns of the data and their cones: D = diag(1[X u > 0]) and K = {u : (2D - I) X u >= 0}.
//
// On K the neuron (X u)_+ is the linear map D X u. The plane (d = 2) has at most 2n patterns and they are listed; in
// higher dimension, of at most 2 sum_{k<d} C(n-1, k) patterns (Cover, 1965), some are sampled.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "burelu/matrix.hpp"

namespace burelu::study {

/// One pattern with its cone.
class Pattern {
 public:
  /// The pattern of the rows of X (n x d) at `inside`, which must not lie on a kink of a nonzero row.
  Pattern(const Matrix& X, std::vector<double> inside);
  /// The same in the plane, where the cone is a wedge between the unit vectors `first` and `second`.
  Pattern(const Matrix& X, std::vector<double> inside, const double (&first)[2], const double (&second)[2]);

  bool active(index_t i) const { return active_[static_cast<std::size_t>(i)] != 0; }
  const std::vector<char>& bits() const { return active_; }
  /// Rows of (2D - I) X scaled to length one; in the plane the two that bound the wedge.
  const Matrix& sides() const { return sides_; }

  /// The nearest point of the cone, in place: closed form in the plane, else the active set method of Lawson and Hanson
  /// (Solving Least Squares Problems, 1974, chapter 23) on the dual.
  void project(double* u) const;

  /// A unit u of the cone with a large u'Mu, M (d x d) positive semidefinite, and that value. The largest in the plane;
  /// else the best end of projected power iterations, each of which rises. A cone that cannot beat `floor`, since the
  /// largest eigenvalue of M does not, is not searched: value 0.
  std::pair<std::vector<double>, double> largest(const Matrix& M, double floor = -1.0) const;

 private:
  bool contains(const double* u) const;
  std::pair<std::vector<double>, double> best_edge(const Matrix& M) const;
  std::pair<std::vector<double>, double> climb(const Matrix& M, std::vector<double> u) const;

  std::vector<char> active_;
  std::vector<double> inside_;
  Matrix sides_;
  bool wedge_ = false;
  double edges_[2][2] = {};
};

struct Patterns {
  std::vector<Pattern> list;
  bool complete = false;  ///< every pattern of the data is in the list
};

/// All patterns where d <= 2, else at most `most` distinct ones at Gaussian directions.
Patterns activation_patterns(const Matrix& X, int most, std::uint64_t seed);

/// The same matrix, owned and row-major.
Matrix dense(const MatrixView& view);

/// Eigenvalues in ascending order and orthonormal eigenvectors (columns) of a symmetric matrix. Throws `DataError`.
void eigen(Matrix M, std::vector<double>& values, Matrix& vectors);

}  // namespace burelu::study
