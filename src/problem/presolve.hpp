// Presolve: an exact reduction of the training problem to rows for which the relaxation has an interior.
//
//  1. Rank: X is replaced by its coordinates in its row space (u in null(X) only costs), and Y where it has more
//  columns
//     than rows: all that follows is of order min(n, d) and min(n, c).
//  2. Zero rows: the prediction is 0 whatever the network is; their loss is a constant. A row with |x| ||Y|| <= 1e-14
//  gamma
//     counts as zero (a network worth considering predicts less than 1e-14 ||Y|| there). No row may be left: m = d = 0.
//  3. Parallel and antiparallel rows lie on one line through the origin; every line becomes ONE row, and since
//     a_j = t a_i (x_j = t x_i, t > 0) or a_j = |t| b_i (t < 0), its labels sit on a_i, on b_i, or on both.
//  4. Labels on the same side of a line are merged: sum_j 1/2 || |x_j| h - y_j ||^2 = 1/2 || q h - ybar ||^2 +
//  constant,
//     q = (sum |x_j|^2)^1/2, ybar = sum |x_j| y_j / q.
//  5. Scaling: X <- X / s, gamma <- gamma / s, s = mean row norm; undone by U, V <- ./sqrt(s), A <- sqrt(s) A.
#pragma once

#include <cstdint>
#include <vector>

#include "burelu/problem.hpp"
#include "burelu/result.hpp"
#include "linalg/stop.hpp"

namespace burelu {

/// The reduced problem (m rows, d columns, c outputs) and the way back. Loss rows are H = [A; diag(negative_scale)
/// B_neg].
struct Presolved {
  Matrix X;            ///< m x d, scaled: row k is q_k times a unit direction, in the coordinates of `basis`
  Matrix Y;            ///< (m + negative.size()) x c merged targets
  double gamma = 0.0;  ///< scaled
  std::vector<std::int32_t> negative;  ///< rows k that also carry a loss on b_k
  std::vector<double> negative_scale;  ///< q of the negative side over q of the positive side, same length

  double scale = 1.0;  ///< s
  Matrix basis;        ///< d x original columns, orthonormal rows, u = basis' u~; no columns: features are as they were
  Matrix output_basis;                        ///< the same for the outputs, c x original
  double constant_loss = 0.0;                 ///< zero rows and merging
  std::vector<std::int32_t> representatives;  ///< m: a row of the original X on each line
  std::vector<double> representative_norm;    ///< m: |x_representative|
  std::vector<double> weight;                 ///< m: q_k, before scaling
  std::vector<std::int32_t> line;             ///< per original row: its line k, -1 for a zero row
  std::vector<double> ratio;                  ///< per original row: x_i ~ ratio * x_representative (sign: side)
  PresolveSummary summary;
  bool complete = true;  ///< otherwise nothing but this counts

  index_t rows() const { return X.rows; }
  index_t features() const { return X.cols; }
  index_t outputs() const { return Y.cols; }
};

/// Reduces a validated problem. Rows whose directions differ by less than 1e-9 (radians) count as parallel where that
/// costs the bound less than 1e-6 of it; the certificate accounts for the difference.
/// `stop`, which may be null, is asked between factorisations that take long: what it ends is not `complete`.
Presolved presolve(const Problem& problem, const Stop* stop = nullptr);

/// Bytes that it takes, and with many features the way back and the rows of proofs, about.
std::int64_t presolve_bytes(const Problem& problem);

/// Undoes presolve: a factor of the reduced problem in the coordinates of the data as given. A keeps one row per line,
/// for its representative.
Factor restore(const Presolved& reduced, Factor factor);

/// The dual variable of the original residual, n x c, that agrees with W (rows of the reduced loss) on every line and
/// maximises -<W, Y> - 1/2 ||W||^2: w_j = |x_j| (w + ybar) / q - y_j.
Matrix restore_dual(const Presolved& reduced, const Problem& problem, const Matrix& W);

}  // namespace burelu
