// The augmented Lagrangian over all cells.
#include "study/copositive.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "linalg/clock.hpp"
#include "linalg/dense.hpp"
#include "linalg/random.hpp"
#include "study/frank_wolfe.hpp"
#include "study/lbfgs.hpp"

namespace burelu::study {
namespace {

constexpr double kPenaltyGrowth = 3.0;
constexpr double kProgress = 0.5;  // of the infeasibility in a round, else the penalty grows
constexpr std::uint64_t kSeed = 1;

/// What one pattern needs: the active rows D X (n x d), the sides G (q x d), the multipliers N (q x q).
struct Cell {
  Matrix masked;
  Matrix sides;
  Matrix N;
};

class Lagrangian {
 public:
  Lagrangian(const Problem& problem, const Patterns& patterns)
      : Y_(dense(problem.Y)), gamma_(problem.gamma), n_(problem.X.rows), d_(problem.X.cols), c_(problem.Y.cols) {
    planar_ = d_ <= 2;
    for (const Pattern& pattern : patterns.list) {
      Cell cell{dense(problem.X), pattern.sides(), Matrix(pattern.sides().rows, pattern.sides().rows)};
      for (index_t i = 0; i < n_; ++i)
        if (!pattern.active(i)) std::fill_n(cell.masked.row(i), d_, 0.0);
      cells_.push_back(std::move(cell));
    }
    M_ = Matrix(n_, c_);
  }

  std::size_t unknowns() const { return cells_.size() * block(); }
  double value() const { return value_; }
  double infeasibility() const { return largest_ > 0.0 ? violation_ / largest_ : 0.0; }
  double mean_diagonal() const { return diagonal_ / std::max(1.0, static_cast<double>(products_)); }
  void set_penalty(double sigma) { sigma_ = sigma; }

  /// L and its gradient in all R_i; also the plain value and the violations at the point.
  double operator()(const std::vector<double>& x, std::vector<double>& gradient) {
    Matrix S(n_, n_);
    Matrix Q(n_, d_);
    for (std::size_t p = 0; p < cells_.size(); ++p) {
      multiply(1.0, cells_[p].masked, Operand(x.data() + p * block(), d_, d_), 0.0, Q.data.data(), d_);
      multiply(1.0, Q, transposed(Q), 1.0, S.data.data(), n_);
    }
    if (!solve(S)) return std::numeric_limits<double>::infinity();
    double fit = 0.0;
    for (std::size_t i = 0; i < M_.data.size(); ++i) fit += M_.data[i] * Y_.data[i];
    double trace = 0.0;
    for (const double entry : x) trace += entry * entry;
    value_ = 0.5 * gamma_ * (fit + trace);
    violation_ = largest_ = diagonal_ = 0.0;
    products_ = 0;
    double penalty = 0.0;
    for (std::size_t p = 0; p < cells_.size(); ++p) penalty += cell_gradient(p, x.data() + p * block(), gradient);
    return value_ + penalty;
  }

  /// N <- (N - sigma Z)_+ at the point.
  void update(const std::vector<double>& x) {
    for (std::size_t p = 0; p < cells_.size(); ++p) {
      const Matrix Z = products(cells_[p], x.data() + p * block());
      Matrix& N = cells_[p].N;
      for (index_t i = 0; i < Z.rows; ++i)
        for (index_t j = 0; j < Z.cols; ++j) N(i, j) = i == j ? 0.0 : std::max(N(i, j) - sigma_ * Z(i, j), 0.0);
    }
  }

  /// D of W = -gamma M, scaled by the largest eigenvalue that the multipliers prove; in the plane by the steepest
  /// neuron itself, which is exact there.
  double dual(const Problem& problem, const Patterns& patterns) const {
    Matrix W = M_;
    for (double& value : W.data) value *= -gamma_;
    if (planar_) return scaled_dual(problem, W, steepest_neuron(dense(problem.X), W, patterns).value);
    double largest = 0.0;
    for (const Cell& cell : cells_) {
      Matrix XW(d_, c_);
      multiply(1.0, transposed(cell.masked), W, 0.0, XW.data.data(), c_);
      Matrix form(d_, d_);
      multiply(1.0, XW, transposed(XW), 0.0, form.data.data(), d_);
      const index_t q = cell.sides.rows;
      Matrix NG(q, d_);
      multiply(gamma_, cell.N, cell.sides, 0.0, NG.data.data(), d_);
      multiply(1.0, transposed(cell.sides), NG, 1.0, form.data.data(), d_);
      std::vector<double> values;
      Matrix vectors;
      eigen(form, values, vectors);
      largest = std::max(largest, values.back());
    }
    return scaled_dual(problem, W, std::sqrt(largest));
  }

 private:
  std::size_t block() const { return static_cast<std::size_t>(d_ * d_); }

  /// M = (gamma I + S)^-1 Y.
  bool solve(Matrix& S) {
    for (index_t i = 0; i < n_; ++i) S(i, i) += gamma_;
    M_ = Y_;
    if (!cholesky(S.data.data(), n_)) return false;
    solve_lower(S.data.data(), n_, M_.data.data(), c_);
    solve_upper(S.data.data(), n_, M_.data.data(), c_);
    return true;
  }

  /// Z = (G R)(G R)'.
  Matrix products(const Cell& cell, const double* R) const {
    const index_t q = cell.sides.rows;
    Matrix GR(q, d_);
    multiply(1.0, cell.sides, Operand(R, d_, d_), 0.0, GR.data.data(), d_);
    Matrix Z(q, q);
    multiply(1.0, GR, transposed(GR), 0.0, Z.data.data(), q);
    return Z;
  }

  // gamma R - gamma X'D M M'D X R - G'(N - sigma Z)_+ G R; the penalty 1/(4 sigma) sum [(N - sigma Z)_+^2 - N^2].
  double cell_gradient(std::size_t p, const double* R, std::vector<double>& gradient) {
    const Cell& cell = cells_[p];
    const index_t q = cell.sides.rows;
    double* out = gradient.data() + p * block();
    Matrix Z = products(cell, R);
    double penalty = 0.0;
    for (index_t i = 0; i < q; ++i)
      for (index_t j = 0; j < q; ++j) {
        if (i == j) {
          largest_ = std::max(largest_, Z(i, j));
          diagonal_ += Z(i, j);
          ++products_;
          Z(i, j) = 0.0;
          continue;
        }
        violation_ = std::max(violation_, -Z(i, j));
        const double before = cell.N(i, j);
        const double after = std::max(before - sigma_ * Z(i, j), 0.0);
        penalty += (after * after - before * before) / (4.0 * sigma_);
        Z(i, j) = after;
      }
    Matrix form(d_, d_);  // gamma I - gamma X'D M M'D X - G'(..)G
    Matrix XM(d_, c_);
    multiply(1.0, transposed(cell.masked), M_, 0.0, XM.data.data(), c_);
    multiply(-gamma_, XM, transposed(XM), 0.0, form.data.data(), d_);
    Matrix NG(q, d_);
    multiply(1.0, Z, cell.sides, 0.0, NG.data.data(), d_);
    multiply(-1.0, transposed(cell.sides), NG, 1.0, form.data.data(), d_);
    for (index_t k = 0; k < d_; ++k) form(k, k) += gamma_;
    multiply(1.0, form, Operand(R, d_, d_), 0.0, out, d_);
    return penalty;
  }

  Matrix Y_;
  double gamma_;
  index_t n_, d_, c_;
  bool planar_ = false;
  std::vector<Cell> cells_;
  double sigma_ = 1.0;
  Matrix M_;
  double value_ = 0.0;
  double violation_ = 0.0;
  double largest_ = 0.0;
  double diagonal_ = 0.0;
  std::int64_t products_ = 0;
};

/// Random blocks, scaled to the best of a coarse search: at the start only the size matters.
std::vector<double> starting_point(Lagrangian& lagrangian) {
  Random random(kSeed);
  std::vector<double> x(lagrangian.unknowns());
  for (double& value : x) value = random.normal();
  std::vector<double> best = x;
  std::vector<double> gradient(x.size());
  double value = std::numeric_limits<double>::infinity();
  for (double scale = 1e-6; scale < 1e7; scale *= 3.0) {
    std::vector<double> trial = x;
    for (double& entry : trial) entry *= scale;
    lagrangian(trial, gradient);
    if (!(lagrangian.value() < value)) continue;
    value = lagrangian.value();
    best = std::move(trial);
  }
  return best;
}

}  // namespace

double copositive_entries(const Patterns& patterns) {
  double entries = 0.0;
  for (const Pattern& pattern : patterns.list)
    entries += static_cast<double>(pattern.sides().rows) * static_cast<double>(pattern.sides().rows);
  return entries;
}

CopositiveResult copositive_relaxation(const Problem& problem, const Patterns& patterns, const CopositivePlan& plan,
                                       const KeepGoing& keep_going) {
  const Clock clock;
  Lagrangian lagrangian(problem, patterns);
  std::vector<double> x = starting_point(lagrangian);
  std::vector<double> gradient(x.size());
  lagrangian(x, gradient);
  double sigma = problem.gamma / std::max(lagrangian.mean_diagonal(), 1e-300);
  CopositiveResult result;
  result.lower_bound = -std::numeric_limits<double>::infinity();
  double before = std::numeric_limits<double>::infinity();
  for (int round = 0; round < plan.rounds && clock.seconds() < plan.seconds; ++round) {
    if (keep_going && !keep_going()) throw Interrupted();
    lagrangian.set_penalty(sigma);
    const auto in_time = [&] { return clock.seconds() < plan.seconds && (!keep_going || keep_going()); };
    minimise(std::ref(lagrangian), x, {plan.iterations, 20, in_time, 1e-11});
    lagrangian(x, gradient);  // the last evaluation of the line search may have been another point
    result.value = lagrangian.value();
    result.infeasibility = lagrangian.infeasibility();
    lagrangian.update(x);
    result.lower_bound = std::max(result.lower_bound, lagrangian.dual(problem, patterns));
    const double gap = std::fabs(result.value - result.lower_bound);
    if (gap <= plan.tolerance * result.value && result.infeasibility < plan.tolerance) break;
    if (result.infeasibility > kProgress * before) sigma *= kPenaltyGrowth;
    before = result.infeasibility;
  }
  return result;
}

}  // namespace burelu::study
