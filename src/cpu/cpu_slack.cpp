#include "cpu/cpu_slack.hpp"

#include "linalg/dense.hpp"

namespace burelu {
namespace {

std::size_t at(index_t i) { return static_cast<std::size_t>(i); }

}  // namespace

CpuSlack::CpuSlack(const Matrix& X, double gamma) : X_(X), gamma_(gamma), order_(X.rows + X.cols) {}

void CpuSlack::assemble(const SlackMixture& mixture) {
  const index_t m = X_.rows;
  matrix_.resize(at(order_ * order_));
  for (index_t k = 0; k < order_; ++k) {
    const double* from = form_->data() + k * order_;
    double* to = matrix_.data() + k * order_;
    for (index_t i = k; i < order_; ++i) to[i] = mixture.form * from[i];
    if (mixture.anchor != 0.0) {
      const double* anchor = anchor_->data() + k * order_;
      for (index_t i = k; i < order_; ++i) to[i] += mixture.anchor * anchor[i];
    }
    if (k < m) {
      const double t = mixture.tied[at(k)];
      to[k] += t;
      for (index_t j = 0; j < X_.cols; ++j) to[m + j] -= 0.5 * t * X_(k, j);
    } else {
      to[k] += 0.5 * gamma_;
    }
    to[k] *= mixture.spare;
  }
}

bool CpuSlack::factorise(const SlackMixture& mixture) {
  assemble(mixture);
  return cholesky(matrix_.data(), order_);
}

void CpuSlack::solve_lower(Matrix& Z) { burelu::solve_lower(matrix_.data(), order_, Z.data.data(), Z.cols); }

void CpuSlack::solve_upper(Matrix& Z) { burelu::solve_upper(matrix_.data(), order_, Z.data.data(), Z.cols); }

Curvature CpuSlack::negative_part(const SlackMixture& mixture) {
  assemble(mixture);
  Curvature out;
  if (!negative_eigen(matrix_, order_, out.values, out.vectors)) return {};
  return out;
}

}  // namespace burelu
