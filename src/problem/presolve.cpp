// Presolve (see presolve.hpp): find the lines through the origin, merge their labels, rotate into the row space, scale.
#include "problem/presolve.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>
#include <random>

#include "linalg/dense.hpp"
#include "linalg/row_space.hpp"
#include "problem/directions.hpp"

namespace burelu {
namespace {

constexpr double kParallel = 1e-9;  // radians below which two rows may share a line ...
constexpr double kDefect = 1e-6;    // ... where what that takes off gamma, at most, is this share of it
constexpr double kInfinite = std::numeric_limits<double>::infinity();
constexpr double kNegligible = 1e-14;  // |x| ||Y|| <= kNegligible gamma: a zero row

double norm(const double* x, index_t size) {
  double sum = 0.0;
  for (index_t i = 0; i < size; ++i) sum += x[i] * x[i];
  return std::sqrt(sum);
}

Matrix copy(const MatrixView& view) {
  Matrix out(view.rows, view.cols);
  for (index_t i = 0; i < view.rows; ++i)
    for (index_t j = 0; j < view.cols; ++j) out(i, j) = view(i, j);
  return out;
}

/// Unit directions of the rows (zero rows stay zero) and their norms.
struct Directions {
  Matrix unit;
  std::vector<double> norms;

  explicit Directions(const Matrix& X) : unit(X), norms(static_cast<std::size_t>(X.rows)) {
    for (index_t i = 0; i < X.rows; ++i) {
      const double size = norm(X.row(i), X.cols);
      norms[static_cast<std::size_t>(i)] = size;
      for (index_t j = 0; size > 0.0 && j < X.cols; ++j) unit(i, j) /= size;
    }
  }

  /// Distance of unit row i to the line of unit row k: min over signs of |N_i -+ N_k|.
  double distance(index_t i, index_t k) const {
    const double* a = unit.row(i);
    const double* b = unit.row(k);
    double minus = 0.0;
    double plus = 0.0;
    for (index_t j = 0; j < unit.cols; ++j) {
      minus += (a[j] - b[j]) * (a[j] - b[j]);
      plus += (a[j] + b[j]) * (a[j] + b[j]);
    }
    return std::sqrt(std::min(minus, plus));
  }
};

/// |g'N_i| for one fixed random g: rows on one line agree in it to |g| kParallel, so only neighbours need comparing.
std::vector<double> fingerprints(const Matrix& unit, double& tolerance) {
  std::mt19937_64 random(20240229);
  std::normal_distribution<double> normal;
  std::vector<double> g(static_cast<std::size_t>(unit.cols));
  for (double& value : g) value = normal(random);
  tolerance = 2.0 * kParallel * norm(g.data(), unit.cols);
  std::vector<double> out(static_cast<std::size_t>(unit.rows));
  for (index_t i = 0; i < unit.rows; ++i)
    out[static_cast<std::size_t>(i)] = std::abs(std::inner_product(g.begin(), g.end(), unit.row(i), 0.0));
  return out;
}

/// In the coordinates of the data, where equal rows have ratio 1 exactly.
double ratio_on_line(const MatrixView& X, index_t i, index_t k) {
  double across = 0.0;
  double along = 0.0;
  for (index_t j = 0; j < X.cols; ++j) {
    across += X(i, j) * X(k, j);
    along += X(k, j) * X(k, j);
  }
  return across / along;
}

/// When rows count as zero, and when as parallel. A row at distance e from its line takes ||w|| e off gamma, and
/// sum ||w_i|| e_i <= ||Y|| sqrt(n) max e.
struct LineRule {
  double negligible = 0.0;
  double distance = 0.0;  ///< from a line, at most

  LineRule(double size_of_labels, double gamma, index_t n) {
    const auto count = std::sqrt(static_cast<double>(n));
    negligible = size_of_labels > 0.0 ? kNegligible * gamma / size_of_labels : 0.0;
    distance = size_of_labels > 0.0 ? kDefect * gamma / (size_of_labels * count) : kInfinite;
  }
};

/// ||x_i - r x_k||, each entry rounded once: rows may be apart by less than their directions can tell.
double defect(const MatrixView& X, index_t i, double r, index_t k) {
  double sum = 0.0;
  for (index_t j = 0; j < X.cols; ++j) {
    const double e = std::fma(-r, X(k, j), X(i, j));
    sum += e * e;
  }
  return std::sqrt(sum);
}

/// Fills line, ratio and representatives. The first row of a line, in the order given, represents it.
void find_lines(const MatrixView& X, const Directions& rows, const LineRule& rule, Presolved& out) {
  const auto n = static_cast<std::size_t>(X.rows);
  double tolerance = 0.0;
  const std::vector<double> print = fingerprints(rows.unit, tolerance);
  std::vector<index_t> order(n);
  std::iota(order.begin(), order.end(), index_t{0});
  std::sort(order.begin(), order.end(), [&](index_t a, index_t b) {
    return print[static_cast<std::size_t>(a)] < print[static_cast<std::size_t>(b)];
  });
  std::vector<std::size_t> place(n);
  for (std::size_t p = 0; p < n; ++p) place[static_cast<std::size_t>(order[p])] = p;

  out.line.assign(n, -1);
  out.ratio.assign(n, 0.0);
  for (std::size_t k = 0; k < n; ++k) {
    if (out.line[k] >= 0 || rows.norms[k] <= rule.negligible) continue;
    const auto line = static_cast<std::int32_t>(out.representatives.size());
    const auto row = static_cast<index_t>(k);
    out.representatives.push_back(static_cast<std::int32_t>(k));
    const auto visit = [&](std::size_t p) {  // false: outside the window
      const auto i = static_cast<std::size_t>(order[p]);
      if (std::abs(print[i] - print[k]) > tolerance) return false;
      if (out.line[i] < 0 && rows.norms[i] > rule.negligible && rows.distance(order[p], row) <= kParallel) {
        const double ratio = ratio_on_line(X, order[p], row);
        if (!(defect(X, order[p], ratio, row) <= rule.distance)) return true;
        out.line[i] = line;
        out.ratio[i] = ratio;
      }
      return true;
    };
    for (std::size_t p = place[k]; p < n && visit(p); ++p) {
    }
    for (std::size_t p = place[k]; p-- > 0 && visit(p);) {
    }
  }
}

/// Sums of |x_j|^2 and |x_j| y_j over one side of each line.
struct Side {
  std::vector<double> squares;
  Matrix labels;

  Side(std::size_t m, index_t c) : squares(m, 0.0), labels(static_cast<index_t>(m), c) {}

  void add(std::int32_t k, double size, const double* y) {
    squares[static_cast<std::size_t>(k)] += size * size;
    for (index_t j = 0; j < labels.cols; ++j) labels(k, j) += size * y[j];
  }
};

/// Merges the labels of every line (item 4 of the header): Y, weight, negative, negative_scale, constant_loss.
void merge_labels(const Matrix& Y, const Directions& rows, Presolved& out) {
  const std::size_t m = out.representatives.size();
  Side positive(m, Y.cols);
  Side opposite(m, Y.cols);
  for (std::size_t i = 0; i < out.line.size(); ++i)
    if (out.line[i] >= 0)
      (out.ratio[i] > 0.0 ? positive : opposite).add(out.line[i], rows.norms[i], Y.row(static_cast<index_t>(i)));

  for (std::size_t k = 0; k < m; ++k) {
    out.weight.push_back(std::sqrt(positive.squares[k]));
    out.representative_norm.push_back(rows.norms[static_cast<std::size_t>(out.representatives[k])]);
    if (opposite.squares[k] == 0.0) continue;
    out.negative.push_back(static_cast<std::int32_t>(k));
    out.negative_scale.push_back(std::sqrt(opposite.squares[k]) / out.weight[k]);
  }
  out.Y = Matrix(static_cast<index_t>(m + out.negative.size()), Y.cols);
  const auto put = [&](std::size_t row, const Side& side, std::size_t k) {
    const double q = std::sqrt(side.squares[k]);
    for (index_t j = 0; j < Y.cols; ++j)
      out.Y(static_cast<index_t>(row), j) = side.labels(static_cast<index_t>(k), j) / q;
  };
  for (std::size_t k = 0; k < m; ++k) put(k, positive, k);
  for (std::size_t l = 0; l < out.negative.size(); ++l) put(m + l, opposite, static_cast<std::size_t>(out.negative[l]));

  // sum of 1/2 ||y_j||^2 - 1/2 ||ybar||^2 cancels where nothing is merged, so sum 1/2 ||y_j - |x_j| ybar / q||^2
  // instead.
  std::vector<index_t> loss_row(m, -1);
  for (std::size_t l = 0; l < out.negative.size(); ++l)
    loss_row[static_cast<std::size_t>(out.negative[l])] = static_cast<index_t>(m + l);
  for (std::size_t i = 0; i < out.line.size(); ++i) {
    const double* y = Y.row(static_cast<index_t>(i));
    const std::int32_t line = out.line[i];
    const auto k = static_cast<std::size_t>(std::max(line, 0));
    const bool is_positive = out.ratio[i] > 0.0;
    const double q = line < 0 ? 1.0 : std::sqrt(is_positive ? positive.squares[k] : opposite.squares[k]);
    const double* merged = line < 0 ? nullptr : out.Y.row(is_positive ? line : loss_row[k]);
    for (index_t j = 0; j < Y.cols; ++j) {
      const double rest = merged == nullptr ? y[j] : y[j] - rows.norms[i] / q * merged[j];
      out.constant_loss += 0.5 * rest * rest;
    }
  }
}

/// More outputs than loss rows: the targets in the space of their rows, the same problem with as many outputs as rows.
void reduce_outputs(Presolved& out) {
  if (out.Y.cols <= out.Y.rows || out.Y.rows == 0) return;
  RowSpace space = row_space(std::move(out.Y));
  out.Y = std::move(space.L);
  out.output_basis = std::move(space.Q);
}

constexpr double kLong = 1e9;  // n d min(n, d): some tenths of a second for one factorisation

bool takes_long(const MatrixView& X) {
  const auto n = static_cast<double>(X.rows);
  const auto d = static_cast<double>(X.cols);
  return n * d * std::min(n, d) > kLong;
}

Presolved unfinished() {
  Presolved out;
  out.complete = false;
  return out;
}

}  // namespace

std::int64_t presolve_bytes(const Problem& problem) {
  const index_t n = problem.X.rows;
  const index_t d = problem.X.cols;
  const index_t least = std::min(n, d);
  const index_t wide = d > n ? 3 * n * d : 0;  // Q, and beside it a basis of fewer rows, or what a proof takes
  return static_cast<std::int64_t>(sizeof(double)) * (wide + 6 * n * least + n * problem.Y.cols);
}

Presolved presolve(const Problem& problem, const Stop* asked) {
  const Stop* stop = takes_long(problem.X) ? asked : nullptr;
  const Matrix Y = copy(problem.Y);
  Matrix X = copy(problem.X);
  Matrix Q;  // more features than rows: X is L from here on
  const bool wide = X.cols > X.rows;
  if (wide) {
    RowSpace space = row_space(std::move(X), stop);
    X = std::move(space.L);
    Q = std::move(space.Q);
  }
  if (due(stop)) return unfinished();
  const Directions rows(X);
  Presolved out;
  find_lines(problem.X, rows, LineRule(norm(Y.data.data(), Y.rows * Y.cols), problem.gamma, X.rows), out);
  merge_labels(Y, rows, out);

  const auto m = static_cast<index_t>(out.representatives.size());
  Matrix weighted(m, X.cols);  // q_k times the unit direction of line k
  for (index_t k = 0; k < m; ++k) {
    const auto index = static_cast<std::size_t>(k);
    for (index_t j = 0; j < X.cols; ++j) weighted(k, j) = rows.unit(out.representatives[index], j) * out.weight[index];
  }
  std::optional<Matrix> basis = independent_directions(weighted, stop);
  if (due(stop)) return unfinished();
  out.scale = m == 0 ? 1.0 : std::accumulate(out.weight.begin(), out.weight.end(), 0.0) / static_cast<double>(m);
  out.X = basis ? product(weighted, transposed(*basis)) : std::move(weighted);
  if (basis) {
    out.basis = wide ? into_row_space(*basis, Q) : std::move(*basis);
  } else if (wide) {
    out.basis = std::move(Q);
  }
  for (double& value : out.X.data) value /= out.scale;
  out.gamma = problem.gamma / out.scale;

  out.summary.zero_rows = std::count(out.line.begin(), out.line.end(), -1);
  out.summary.merged_rows = X.rows - out.summary.zero_rows - m;
  out.summary.rank = out.X.cols;
  out.summary.constant_loss = out.constant_loss;
  reduce_outputs(out);
  return out;
}

Factor restore(const Presolved& reduced, Factor factor) {
  const double root = std::sqrt(reduced.scale);
  for (index_t k = 0; k < factor.A.rows; ++k) {
    const auto index = static_cast<std::size_t>(k);
    const double scale = root * (reduced.representative_norm[index] / reduced.weight[index]);
    for (index_t j = 0; j < factor.A.cols; ++j) factor.A(k, j) *= scale;
  }
  if (reduced.basis.cols > 0) factor.U = from_row_space(reduced.basis, factor.U);
  if (reduced.output_basis.cols > 0) factor.V = from_row_space(reduced.output_basis, factor.V);
  for (double& value : factor.U.data) value /= root;
  for (double& value : factor.V.data) value /= root;
  return factor;
}

Matrix restore_dual(const Presolved& reduced, const Problem& problem, const Matrix& W) {
  const index_t n = problem.X.rows;
  const index_t c = problem.Y.cols;
  std::vector<index_t> loss_row(reduced.representatives.size(), -1);  // of the negative side
  std::vector<double> negative_weight(reduced.representatives.size(), 0.0);
  for (std::size_t l = 0; l < reduced.negative.size(); ++l) {
    const auto k = static_cast<std::size_t>(reduced.negative[l]);
    loss_row[k] = reduced.rows() + static_cast<index_t>(l);
    negative_weight[k] = reduced.negative_scale[l] * reduced.weight[k];
  }
  Matrix fit = W;  // of the loss rows
  for (std::size_t i = 0; i < fit.data.size(); ++i) fit.data[i] += reduced.Y.data[i];
  if (reduced.output_basis.cols > 0) fit = into_row_space(fit, reduced.output_basis);
  Matrix out(n, c);
  for (index_t i = 0; i < n; ++i) {
    const auto index = static_cast<std::size_t>(i);
    const std::int32_t line = reduced.line[index];
    const auto k = static_cast<std::size_t>(std::max(line, 0));
    const bool positive = reduced.ratio[index] > 0.0;
    const index_t row = line < 0 ? 0 : positive ? static_cast<index_t>(line) : loss_row[k];
    const double q = line < 0 ? 1.0 : positive ? reduced.weight[k] : negative_weight[k];
    const double size = line < 0 ? 0.0 : std::abs(reduced.ratio[index]) * reduced.representative_norm[k];
    for (index_t j = 0; j < c; ++j) out(i, j) = (line < 0 ? 0.0 : size / q * fit(row, j)) - problem.Y(i, j);
  }
  return out;
}

}  // namespace burelu
