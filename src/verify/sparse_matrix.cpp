// Assembly, rows of products and conjugate gradients, see sparse_matrix.hpp.
#include "verify/sparse_matrix.hpp"

namespace burelu::verify {
namespace {

constexpr double kSmall = 1e-15;  // of the right-hand side: the iteration ends
constexpr std::size_t kMostSteps = 10000;

double middle(Interval a) { return 0.5 * a.low + 0.5 * a.high; }

/// Conjugate gradients on all columns at once, from zero.
class Iteration {
 public:
  Iteration(const SparseIntervals& K, const Table& right)
      : K_(K),
        size_(K.order()),
        cols_(right.cols),
        weight_(size_),
        inverse_(size_),
        solution_{size_, cols_, std::vector<double>(size_ * cols_, 0.0)},
        residual_(right.values),
        direction_(size_ * cols_),
        image_(size_ * cols_) {
    for (std::size_t e = 0; e < K.value.size(); ++e) off_.push_back(middle(K.value[e]));
    for (std::size_t i = 0; i < size_; ++i) {
      weight_[i] = middle(K.diagonal[i]);
      inverse_[i] = weight_[i] > 0.0 ? 1.0 / weight_[i] : 0.0;
    }
  }

  Table run() {
    precondition();
    std::vector<double> rho = products(residual_, direction_);
    const std::vector<double> first = rho;
    std::vector<double> factor(cols_);
    for (std::size_t step = 0; step < kMostSteps; ++step) {
      bool any = false;
      multiply();
      const std::vector<double> curvature = products(direction_, image_);
      for (std::size_t j = 0; j < cols_; ++j) {
        const bool live = rho[j] > kSmall * kSmall * first[j] && curvature[j] > 0.0 && std::isfinite(curvature[j]);
        factor[j] = live ? rho[j] / curvature[j] : 0.0;
        any = any || live;
      }
      if (!any) break;
      for (std::size_t k = 0; k < residual_.size(); ++k) {
        solution_.values[k] += factor[k % cols_] * direction_[k];
        residual_[k] -= factor[k % cols_] * image_[k];
      }
      const std::vector<double> before = rho;
      rho = weighted_squares();
      for (std::size_t j = 0; j < cols_; ++j) factor[j] = factor[j] != 0.0 ? rho[j] / before[j] : 0.0;
      for (std::size_t i = 0; i < size_; ++i)
        for (std::size_t j = 0; j < cols_; ++j) {
          const std::size_t k = i * cols_ + j;
          direction_[k] = inverse_[i] * residual_[k] + factor[j] * direction_[k];
        }
    }
    return std::move(solution_);
  }

 private:
  void precondition() {
    for (std::size_t k = 0; k < residual_.size(); ++k) direction_[k] = inverse_[k / cols_] * residual_[k];
  }

  std::vector<double> products(const std::vector<double>& a, const std::vector<double>& b) const {
    std::vector<double> out(cols_, 0.0);
    for (std::size_t i = 0; i < size_; ++i)
      for (std::size_t j = 0; j < cols_; ++j) out[j] += a[i * cols_ + j] * b[i * cols_ + j];
    return out;
  }

  std::vector<double> weighted_squares() const {
    std::vector<double> out(cols_, 0.0);
    for (std::size_t i = 0; i < size_; ++i)
      for (std::size_t j = 0; j < cols_; ++j)
        out[j] += inverse_[i] * residual_[i * cols_ + j] * residual_[i * cols_ + j];
    return out;
  }

  void multiply() {
    for (std::size_t i = 0; i < size_; ++i) {
      double* to = image_.data() + i * cols_;
      for (std::size_t j = 0; j < cols_; ++j) to[j] = weight_[i] * direction_[i * cols_ + j];
      for (std::size_t e = K_.start[i]; e < K_.start[i + 1]; ++e) {
        const double* from = direction_.data() + K_.column[e] * cols_;
        for (std::size_t j = 0; j < cols_; ++j) to[j] += off_[e] * from[j];
      }
    }
  }

  const SparseIntervals& K_;
  std::size_t size_, cols_;
  std::vector<double> weight_, inverse_, off_;
  Table solution_;
  std::vector<double> residual_, direction_, image_;
};

}  // namespace

SparseIntervals::SparseIntervals(std::size_t order, std::vector<Entry> entries) : start(order + 1, 0), diagonal(order) {
  std::sort(entries.begin(), entries.end(),
            [](const Entry& a, const Entry& b) { return a.i < b.i || (a.i == b.i && a.j < b.j); });
  std::size_t kept = 0;
  std::vector<char> met(order, 0);
  for (const Entry& entry : entries) {
    if (entry.i == entry.j) {
      diagonal[entry.i] = met[entry.i] != 0 ? diagonal[entry.i] + entry.value : entry.value;
      met[entry.i] = 1;
    } else if (kept > 0 && entries[kept - 1].i == entry.i && entries[kept - 1].j == entry.j) {
      entries[kept - 1].value += entry.value;
    } else {
      entries[kept++] = entry;
      ++start[entry.i + 1];
      ++start[entry.j + 1];
    }
  }
  for (std::size_t i = 0; i < order; ++i) start[i + 1] += start[i];
  column.resize(2 * kept);
  value.resize(2 * kept);
  std::vector<std::size_t> next(start.begin(), start.end() - 1);
  for (std::size_t k = 0; k < kept; ++k) {
    const auto put = [&](std::size_t row, std::size_t other) {
      column[next[row]] = other;
      value[next[row]++] = entries[k].value;
    };
    put(entries[k].i, entries[k].j);
    put(entries[k].j, entries[k].i);
  }
}

void SparseIntervals::row_product(std::size_t i, const Table& Z, Interval* out) const {
  for (std::size_t j = 0; j < Z.cols; ++j) out[j] = diagonal[i] * Interval(Z(i, j));
  for (std::size_t e = start[i]; e < start[i + 1]; ++e)
    for (std::size_t j = 0; j < Z.cols; ++j) out[j] += value[e] * Interval(Z(column[e], j));
}

Table approximate_solution(const SparseIntervals& K, const Table& right) {
  Table out = Iteration(K, right).run();
  Table left{right.rows, right.cols, right.values};  // once more with what that has left
  std::vector<Interval> row(right.cols);
  for (std::size_t i = 0; i < right.rows; ++i) {
    K.row_product(i, out, row.data());
    for (std::size_t j = 0; j < right.cols; ++j) left(i, j) -= middle(row[j]);
  }
  const Table more = Iteration(K, left).run();
  for (std::size_t k = 0; k < out.values.size(); ++k) out.values[k] += more.values[k];
  return out;
}

}  // namespace burelu::verify
