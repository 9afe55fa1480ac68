// W = -(I + G Lambda)^-1 Y with G and Y projected on what is orthogonal to the feature has no part along it (dual.hpp).
#include "certificate/tamed_dual.hpp"

#include <cmath>
#include <utility>
#include <vector>

#include "certificate/dual.hpp"
#include "certificate/sparse_slack.hpp"
#include "linalg/dense.hpp"
#include "seam/control.hpp"

namespace burelu {
namespace {

constexpr double kShares[] = {0.0, 1e-4, 1e-3, 1e-2, 0.03, 0.1, 0.2, 0.3, 0.5};

std::size_t at(index_t i) { return static_cast<std::size_t>(i); }

/// The representatives and J': column i is the form whose multiple row i is, in (a, u).
struct Lines {
  Matrix X, J;

  Lines(const MatrixView& rows, const Certificate& c)
      : X(static_cast<index_t>(c.representatives.size()), rows.cols), J(X.rows + X.cols, rows.rows) {
    for (index_t k = 0; k < X.rows; ++k)
      for (index_t j = 0; j < X.cols; ++j) X(k, j) = rows(c.representatives[at(k)], j);
    for (index_t i = 0; i < J.cols; ++i) {
      if (c.line[at(i)] < 0) continue;
      const index_t k = c.line[at(i)];
      const double r = c.ratio[at(i)];
      J(k, i) = std::abs(r);
      for (index_t j = 0; r < 0.0 && j < X.cols; ++j) J(X.rows + j, i) = r * X(k, j);
    }
  }
};

/// M <- (I - q q') M for the unit vectors q of the feature's rows of either sign.
void project(const MatrixView& X, index_t feature, Matrix& M) {
  for (const double sign : {1.0, -1.0}) {
    double square = 0.0;
    std::vector<double> sum(at(M.cols), 0.0);
    for (index_t i = 0; i < M.rows; ++i) {
      const double f = X(i, feature);
      if (!(sign * f > 0.0)) continue;
      square += f * f;
      for (index_t j = 0; j < M.cols; ++j) sum[at(j)] += f * M(i, j);
    }
    for (index_t i = 0; i < M.rows; ++i)
      for (index_t j = 0; j < M.cols && sign * X(i, feature) > 0.0; ++j) M(i, j) -= X(i, feature) * sum[at(j)] / square;
  }
}

Matrix transpose_of(const Matrix& M) {
  Matrix out(M.cols, M.rows);
  for (index_t i = 0; i < M.rows; ++i)
    for (index_t j = 0; j < M.cols; ++j) out(j, i) = M(i, j);
  return out;
}

Matrix symmetric(const Matrix& lower) {  // column-major lower triangle
  Matrix out = lower;
  for (index_t i = 0; i < out.rows; ++i)
    for (index_t j = 0; j < i; ++j) out(i, j) = out(j, i);
  return out;
}

}  // namespace

void improve_without_response(const Problem& problem, const Dominance& dominance, Certificate& certificate,
                              const Stop* stop) {
  if (problem.X.rows > kMostTamedRows || certificate.branched) return;
  const Lines lines(problem.X, certificate);
  const index_t m = lines.X.rows;
  std::vector<Multiplier> pairs;
  std::vector<double> tau(at(m), 0.0);
  for (const Multiplier& pair : certificate.multipliers) {
    if (pair.j < m && pair.i == pair.j + m) {
      tau[at(pair.j)] = pair.value;
    } else {
      pairs.push_back(pair);
    }
  }
  double squares = 0.0;
  for (const double x : lines.X.data) squares += x * x;
  const std::vector<double> interior(at(m), problem.gamma / squares);
  Matrix Y(problem.Y.rows, problem.Y.cols);
  for (index_t i = 0; i < Y.rows; ++i)
    for (index_t j = 0; j < Y.cols; ++j) Y(i, j) = problem.Y(i, j);
  project(problem.X, dominance.feature, Y);

  SparseSlack slack(lines.X, problem.gamma);
  slack.set_form(pairs, tau);
  BestDual best{-kInfinity, {}};
  double best_share = 0.0;
  double best_kept = 1.0;
  Matrix Lambda;
  for (const double share : kShares) {
    SlackMixture mixture{1.0 - share, 0.0, interior, 1.0};
    for (double& t : mixture.tied) t *= share;
    if (due(stop)) continue;
    const double kept = slack.factorise(mixture);
    if (!(kept > 0.0)) continue;
    Matrix J = lines.J, lower;
    if (!slack.gram(J, lower)) continue;
    Matrix G = symmetric(lower);
    project(problem.X, dominance.feature, G);
    G = transpose_of(G);
    project(problem.X, dominance.feature, G);
    BestDual found = best_dual(std::move(G), Y, problem.gamma, best.value, Lambda, stop);
    if (found.W.rows == 0 || !(found.value > best.value)) continue;
    best = std::move(found);
    best_share = share;
    best_kept = kept;
  }
  if (best.W.rows == 0) return;
  certificate.W = std::move(best.W);
  for (Multiplier& pair : certificate.multipliers) {
    pair.value *= best_kept * (1.0 - best_share);
    if (pair.j < m && pair.i == pair.j + m) pair.value -= best_kept * best_share * interior[at(pair.j)];
  }
}

}  // namespace burelu
