#include "interior/interior_point.hpp"

#include <cblas.h>
#include <lapacke.h>
#include <omp.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "interior/dense.hpp"
#include "interior/products.hpp"
#include "interior/scaled_system.hpp"

namespace burelu {

namespace {

using interior::add;
using interior::inner;
using interior::inverse;
using interior::product;
using interior::ScaledSystem;
using interior::step_to_boundary;

constexpr std::int64_t kMostCoordinates = 4000;
constexpr int kMostSteps = 100;
constexpr double kBack = 0.95;           // of the way to the boundary
constexpr double kLeastCentring = 1e-4;  // of the complementarity there is
constexpr double kLeastStep = 1e-4;      // shorter ones make no progress any more
constexpr double kWeight = 1.0;          // complementarity of the start over the objective
constexpr double kHeavyWeight = 100.0;   // ... where the first start is stuck: iris, whose rows are nearly parallel
constexpr double kStuck = 0.5;           // relative gap at the end
constexpr double kSpread = 1e-2;         // on the diagonal of the start: close rows make the kernel matrix singular
constexpr double kLeastProduct = 1e-3;   // of the mean, at the start
constexpr double kScales[] = {1e-3, 3e-3, 1e-2, 3e-2, 1e-1, 3e-1, 1.0, 3.0, 1e1, 3e1};

std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }
blasint blas(index_t n) { return static_cast<blasint>(n); }

/// One solve: the data of the problem, the iterate, and a Newton system.
class Solver {
 public:
  explicit Solver(const RelaxationData& data)
      : data_(data),
        products_(data),
        N_(products_.order()),
        P_(products_.count()),
        size_(N_ * (N_ + 1) / 2),
        L_(data.loss_rows(), N_),
        hessian_(size_) {
    for (index_t k = 0; k < data.m; ++k) L_(k, k) = 1.0;
    for (std::size_t l = 0; l < data.negative.size(); ++l) {
      const auto row = data.m + static_cast<index_t>(l);
      L_(row, data.negative[l]) = data.negative_scale[l];
      for (index_t i = 0; i < data.d; ++i) L_(row, data.m + i) = -data.negative_scale[l] * data.X(data.negative[l], i);
    }
    for (index_t i = 0; i < P_; ++i)
      for (index_t j = 0; j < i; ++j)
        if (!data.tied(i, j)) pairs_.push_back({i, j, products_.function(i, j)});
    for (index_t k = 0; k < data.m; ++k) ties_.push_back(products_.function(data.m + k, k));
  }

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

/// `weight`: complementarity of the start over the objective. False where the kernel matrix is singular in floating
/// point all the same.
bool Solver::start(double weight) {
  Z_ = Matrix(N_, N_);
  for (index_t i = 0; i < data_.m; ++i) {
    for (index_t j = 0; j < data_.m; ++j) Z_(i, j) = pair_kernel(data_, i, j);
    for (index_t l = 0; l < data_.d; ++l) Z_(i, data_.m + l) = Z_(data_.m + l, i) = data_.X(i, l);
  }
  for (index_t l = 0; l < data_.d; ++l) Z_(data_.m + l, data_.m + l) = 2.0;
  for (index_t k = 0; k < data_.m; ++k) Z_(k, k) *= 1.0 + kSpread;
  double best = std::numeric_limits<double>::infinity();
  double scale = 1.0;
  for (const double s : kScales) {
    Matrix scaled = Z_;
    for (double& value : scaled.data) value *= s;
    if (const double value = evaluate(scaled); value < best) {
      best = value;
      scale = s;
    }
  }
  for (double& value : Z_.data) value *= scale;
  inverse_Z_ = std::isfinite(best) ? inverse(Z_) : Matrix();
  if (inverse_Z_.data.empty()) return false;
  const double mu = weight * best / (static_cast<double>(N_) + static_cast<double>(pairs_.size()));
  excess_ = products_.products(Z_);
  S_ = excess_;
  double mean = 0.0;
  for (const Pair& pair : pairs_) mean += std::fabs(S_(pair.i, pair.j)) / static_cast<double>(pairs_.size());
  for (const Pair& pair : pairs_)
    S_(pair.i, pair.j) = S_(pair.j, pair.i) = std::max(S_(pair.i, pair.j), kLeastProduct * mean);
  add(excess_, -1.0, S_);
  T_ = Matrix(P_, P_);
  for (index_t i = 0; i < P_; ++i)
    for (index_t j = 0; j < P_; ++j)
      if (free_pair(i, j)) T_(i, j) = mu / S_(i, j);
  tau_.assign(at(data_.m), 0.0);
  Xi_ = inverse_Z_;
  for (double& value : Xi_.data) value *= mu;
  return true;
}

/// phi and what its derivatives need: E, gradient, L'K^-1 L and L'K^-1 YY' K^-1 L with K = gamma I + L Z L'.
double Solver::evaluate(const Matrix& Z) {
  const index_t rows = L_.rows;
  Matrix LZ = product(L_, Z);
  Matrix K(rows, rows);
  cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, blas(rows), blas(rows), blas(N_), 1.0, LZ.data.data(), blas(N_),
              L_.data.data(), blas(N_), 0.0, K.data.data(), blas(rows));
  for (index_t i = 0; i < rows; ++i) K(i, i) += data_.gamma;
  const Matrix inverse_K = inverse(std::move(K));
  if (inverse_K.data.empty()) return std::numeric_limits<double>::infinity();
  const Matrix KY = product(inverse_K, data_.Y);
  E_ = KY;
  for (double& value : E_.data) value *= -data_.gamma;
  const Matrix G = product(L_, KY, true);  // N x c
  P_phi_ = product(L_, product(inverse_K, L_), true);
  C_phi_ = Matrix(N_, N_);
  cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, blas(N_), blas(N_), blas(G.cols), 1.0, G.data.data(),
              blas(G.cols), G.data.data(), blas(G.cols), 0.0, C_phi_.data.data(), blas(N_));
  gradient_ = C_phi_;
  for (double& value : gradient_.data) value *= -0.5 * data_.gamma;
  double value = 0.5 * data_.gamma * inner(data_.Y, KY);
  for (index_t i = data_.m; i < N_; ++i) {
    gradient_(i, i) += 0.5 * data_.gamma;
    value += 0.5 * data_.gamma * Z(i, i);
  }
  return value;
}

/// H += scale times the form <B_ab, sym(A B_cd B)>, with B_ab = e_a e_b' + e_b e_a' (e_a e_a' where a = b).
void Solver::add_kronecker(const Matrix& A, const Matrix& B, double scale) {
#pragma omp parallel for schedule(dynamic, 8)
  for (index_t c = 0; c < N_; ++c)
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
}

/// H += sum over pairs of T/S times the square of the pair's linear function.
void Solver::add_pairs() {
#pragma omp parallel
  {
    const int threads = omp_get_num_threads();  // each owns every so many columns
    const int own = omp_get_thread_num();
    for (const Pair& pair : pairs_) {
      const double weight = T_(pair.i, pair.j) / S_(pair.i, pair.j);
      const SparseRow& g = pair.function;
      for (std::size_t q = 0; q < g.size(); ++q) {
        if (g[q].column % threads != own) continue;
        double* column = hessian_.column(g[q].column);
        const double left = weight * g[q].value;
        for (std::size_t p = q; p < g.size(); ++p) column[g[p].column] += left * g[p].value;
      }
    }
  }
}

/// Factorises H, and the Schur complement of the ties.
bool Solver::assemble() {
  hessian_.clear();
  add_kronecker(inverse_Z_, Xi_, 1.0);
  add_kronecker(P_phi_, C_phi_, data_.gamma);
  add_pairs();
  const auto n = static_cast<lapack_int>(size_);
  if (!hessian_.factorise()) return false;
  const auto m = static_cast<lapack_int>(data_.m);
  tie_solutions_ = Matrix(data_.m, size_);
  for (index_t k = 0; k < data_.m; ++k)
    for (const SparseEntry& entry : ties_[at(k)]) tie_solutions_(k, entry.column) = entry.value;
  const Matrix ties = tie_solutions_;
  hessian_.solve(tie_solutions_);
  tie_schur_.assign(at(data_.m * data_.m), 0.0);
  cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, m, m, n, 1.0, ties.data.data(), n, tie_solutions_.data.data(), n,
              0.0, tie_schur_.data(), m);
  return LAPACKE_dpotrf_work(LAPACK_COL_MAJOR, 'L', m, tie_schur_.data(), m) == 0;
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
  const auto n = static_cast<lapack_int>(size_);
  hessian_.solve(rhs_vector);
  Direction out;
  out.tau.resize(at(data_.m));
  for (index_t k = 0; k < data_.m; ++k) {
    double along = 0.0;
    for (const SparseEntry& entry : ties_[at(k)]) along += entry.value * z[at(entry.column)];
    out.tau[at(k)] = -excess_(data_.m + k, k) - S_(data_.m + k, k) - along;
  }
  const auto m = static_cast<lapack_int>(data_.m);
  LAPACKE_dpotrs_work(LAPACK_COL_MAJOR, 'L', m, 1, tie_schur_.data(), m, out.tau.data(), m);
  cblas_dgemv(CblasRowMajor, CblasTrans, m, n, 1.0, tie_solutions_.data.data(), n, out.tau.data(), 1, 1.0, z.data(), 1);

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

double Solver::longest(const Direction& d) const {
  double t = std::min(step_to_boundary(Z_, d.Z, 1.0 / kBack), step_to_boundary(Xi_, d.Xi, 1.0 / kBack));
  for (index_t i = 0; i < P_; ++i)
    for (index_t j = 0; j < i; ++j) {
      if (!free_pair(i, j)) continue;
      if (d.S(i, j) < 0.0) t = std::min(t, -S_(i, j) / d.S(i, j));
      if (d.T(i, j) < 0.0) t = std::min(t, -T_(i, j) / d.T(i, j));
    }
  return kBack * t;
}

void Solver::move(const Direction& d, double t) {
  add(Z_, t, d.Z);
  add(T_, t, d.T);
  add(S_, t, d.S);
  add(Xi_, t, d.Xi);
  for (std::size_t k = 0; k < tau_.size(); ++k) tau_[k] += t * d.tau[k];
}

/// gradient - 1/2 J'TJ, which Xi is in the end.
Matrix Solver::slack() const {
  Matrix with_ties = T_;
  for (index_t k = 0; k < data_.m; ++k) with_ties(k, data_.m + k) = with_ties(data_.m + k, k) = tau_[at(k)];
  Matrix out = products_.pulled_back(with_ties);
  for (double& value : out.data) value *= -0.5;
  add(out, 1.0, gradient_);
  return out;
}

/// ||slack - Xi|| over ||gradient||.
double Solver::dual_defect() const {
  Matrix defect = slack();
  add(defect, -1.0, Xi_);
  return std::sqrt(inner(defect, defect) / inner(gradient_, gradient_));
}

InteriorPoint Solver::run(double weight, double tolerance, const InteriorObserver& observer) {
  InteriorPoint out;
  out.gap = std::numeric_limits<double>::infinity();
  if (!start(weight)) return out;
  const double count = static_cast<double>(N_) + static_cast<double>(pairs_.size());
  for (int step = 0; step < kMostSteps; ++step) {
    out.objective = evaluate(Z_);
    out.gap = complementarity() / std::abs(out.objective);
    out.gap += dual_defect();
    if (!std::isfinite(out.objective)) break;
    report(out);
    if (!observer(out) || out.gap <= tolerance) break;
    if (!assemble()) break;
    out.iterations = step + 1;
    const double mu = complementarity() / count;
    const Direction predictor = direction(0.0, nullptr);
    const double t = std::min(longest(predictor), 1.0);
    double after = 0.0;  // complementarity at the predictor's end
    for (std::size_t i = 0; i < Z_.data.size(); ++i)
      after += (Z_.data[i] + t * predictor.Z.data[i]) * (Xi_.data[i] + t * predictor.Xi.data[i]);
    for (std::size_t i = 0; i < T_.data.size(); ++i)
      after += 0.5 * (T_.data[i] + t * predictor.T.data[i]) * (S_.data[i] + t * predictor.S.data[i]);
    const double ratio = std::clamp(after / count / mu, 0.0, 1.0);
    const Direction corrected = direction(mu * std::max(ratio * ratio * ratio, kLeastCentring), &predictor);
    const double length = std::min(longest(corrected), 1.0);
    if (!(length > kLeastStep)) break;
    move(corrected, length);
    excess_ = products_.products(Z_);
    for (index_t i = 0; i < P_; ++i)
      for (index_t j = 0; j < P_; ++j)
        if (!free_pair(i, j)) S_(i, j) = 0.0;
    add(excess_, -1.0, S_);
    Matrix inverted = inverse(Z_);
    if (inverted.data.empty()) break;
    inverse_Z_ = std::move(inverted);
  }
  return out;
}

void Solver::report(InteriorPoint& out) const {
  out.multipliers.clear();
  for (const Pair& pair : pairs_)
    if (const double value = T_(pair.i, pair.j); value > 0.0)
      out.multipliers.push_back({static_cast<std::int32_t>(pair.i), static_cast<std::int32_t>(pair.j), value});
  out.tau = tau_;
  out.E = E_;
  out.Z = Z_;
  out.products = excess_;
  add(out.products, 1.0, S_);
}

}  // namespace

bool small_enough(index_t rows, index_t features) {
  const std::int64_t order = rows + features;
  return order * (order + 1) / 2 <= kMostCoordinates;
}

std::int64_t interior_bytes(index_t rows, index_t features, index_t cuts) {
  const std::int64_t order = rows + features;
  const std::int64_t size = order * (order + 1) / 2;
  const std::int64_t count = 2 * rows + cuts;
  const std::int64_t entries = rows * (features + 2) + cuts * (2 * features + 1);  // of J, at most
  constexpr std::int64_t kSquares = 24;  // of count: S, T, directions, multipliers and their copies, lists of pairs
  return static_cast<std::int64_t>(sizeof(double)) *
         (size * (size + 3 * rows) + entries * entries + kSquares * count * count + 16 * order * order);
}

InteriorPoint interior_point(const RelaxationData& data, double tolerance, const InteriorObserver& observer) {
  Solver solver(data);
  bool stopped = false;
  const InteriorObserver watched = [&](const InteriorPoint& point) { return !(stopped = !observer(point)); };
  InteriorPoint out = solver.run(kWeight, tolerance, watched);
  if (stopped || out.gap < kStuck) return out;
  return solver.run(kHeavyWeight, tolerance, watched);  // rows that are nearly parallel: begin further inside
}

}  // namespace burelu
