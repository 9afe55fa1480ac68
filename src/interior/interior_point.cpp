#include "interior/interior_point.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "interior/dense.hpp"
#include "interior/solver.hpp"
#include "linalg/dense.hpp"

namespace burelu {
namespace interior {
namespace {

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

}  // namespace

Solver::Solver(const RelaxationData& data)
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
  Matrix K = product(product(L_, Z), transposed(L_));
  for (index_t i = 0; i < rows; ++i) K(i, i) += data_.gamma;
  const Matrix inverse_K = inverse(std::move(K));
  if (inverse_K.data.empty()) return std::numeric_limits<double>::infinity();
  const Matrix KY = product(inverse_K, data_.Y);
  E_ = KY;
  for (double& value : E_.data) value *= -data_.gamma;
  const Matrix G = product(transposed(L_), KY);  // N x c
  P_phi_ = product(transposed(L_), product(inverse_K, L_));
  C_phi_ = product(G, transposed(G));
  gradient_ = C_phi_;
  for (double& value : gradient_.data) value *= -0.5 * data_.gamma;
  double value = 0.5 * data_.gamma * inner(data_.Y, KY);
  for (index_t i = data_.m; i < N_; ++i) {
    gradient_(i, i) += 0.5 * data_.gamma;
    value += 0.5 * data_.gamma * Z(i, i);
  }
  return value;
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

}  // namespace interior

bool small_enough(index_t rows, index_t features) {
  const std::int64_t order = rows + features;
  return order * (order + 1) / 2 <= interior::kMostCoordinates;
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
  interior::Solver solver(data);
  bool stopped = false;
  const InteriorObserver watched = [&](const InteriorPoint& point) { return !(stopped = !observer(point)); };
  InteriorPoint out = solver.run(interior::kWeight, tolerance, watched);
  if (stopped || out.gap < interior::kStuck) return out;
  return solver.run(interior::kHeavyWeight, tolerance, watched);  // rows that are nearly parallel: begin further inside
}

}  // namespace burelu
