// By blocks: Q >= 0 iff [K R; R' D] >= 0 in (a, u, v), R = [N_au, G_a/2], D = [N_uu, G_u/2; ., gamma/2 I].
//  1. Off its diagonal K = -1/2 (T1 + T2 + T2' + T3) has no positive entry, because T >= 0 there. So for v > 0 and s
//  with
//     (K v)_i >= s_i v_i the matrix diag(v) (K - diag(s)) diag(v) is diagonally dominant: K >= diag(s).
//  2. For any Z and E = R - K Z, with a = b - Z y: (a, y)'[K R; R' D](a, y) = b'Kb + 2 b'E y + y'C y,
//     C = D - R'Z - Z'E, and b'Kb + 2 b'E y >= -y'E'diag(s)^-1 E y where all s_i > 0.
//  3. C - E'diag(s)^-1 E >= 0, of order d + c, by Cholesky (cholesky.hpp).
// v and Z come from conjugate gradients; what they leave is in s and E.
#include "verify/sparse_form.hpp"

#include "verify/cholesky.hpp"
#include "verify/sparse_matrix.hpp"

namespace burelu::verify {
namespace {

using Intervals = std::vector<Interval>;

class BlockForm {
 public:
  BlockForm(const Table& rows, const Claim& claim, const Table& G, double gamma)
      : rows_(rows),
        claim_(claim),
        m_(rows.rows),
        d_(rows.cols),
        c_(G.cols),
        order_(d_ + c_),
        R_(m_ * order_),
        C_(order_),
        half_(m_ * d_),
        K_(m_, entries()) {
    for (std::size_t i = 0; i < m_; ++i) {
      for (std::size_t l = 0; l < d_; ++l) R_[i * order_ + l] = half_[i * d_ + l] + R_[i * order_ + l];
      for (std::size_t j = 0; j < c_; ++j) R_[i * order_ + d_ + j] = halved(G(i, j));
    }
    for (std::size_t l = 0; l < d_; ++l)
      for (std::size_t k = 0; k <= l; ++k)
        for (std::size_t i = 0; i < m_; ++i)
          if (x(i, l) != 0.0) C_(l, k) -= Interval(x(i, l)) * half_[i * d_ + k];
    for (std::size_t l = 0; l < order_; ++l) C_(l, l) += halved(gamma);
    for (std::size_t j = 0; j < c_; ++j)
      for (std::size_t l = 0; l < d_; ++l) C_(d_ + j, l) = halved(G(m_ + l, j));
  }

  bool positive() {
    Table right{m_, order_ + 1, std::vector<double>(m_ * (order_ + 1))};
    for (std::size_t i = 0; i < m_; ++i) {
      if (!(K_.diagonal[i].low > 0.0)) return false;
      for (std::size_t l = 0; l < order_; ++l)
        right(i, l) = 0.5 * R_[i * order_ + l].low + 0.5 * R_[i * order_ + l].high;
      right(i, order_) = std::sqrt(K_.diagonal[i].low);
    }
    const Table both = approximate_solution(K_, right);
    std::vector<double> taken(order_ * order_, 0.0);  // E'diag(s)^-1 E, its entries from above
    Intervals row(order_ + 1);
    for (std::size_t i = 0; i < m_; ++i) {
      K_.row_product(i, both, row.data());
      const double v = both(i, order_);
      if (!(v > 0.0)) return false;
      const double s = down(row[order_].low / v);
      if (!(s > 0.0) || !std::isfinite(s)) return false;
      eliminate(i, both, row, s, taken);
    }
    for (std::size_t l = 0; l < order_; ++l)
      for (std::size_t k = 0; k <= l; ++k) C_(l, k) += Interval(-taken[l * order_ + k], taken[l * order_ + k]);
    return certainly_positive(C_);
  }

 private:
  double x(std::size_t k, std::size_t l) const { return rows_(k, l); }

  /// K, and the other blocks on the way: 1/2 T3 X goes to half_, 1/2 T2 X to R_.
  std::vector<Entry> entries() {
    std::vector<Entry> out;
    out.reserve(claim_.pairs.size());
    for (const Pair& pair : claim_.pairs) {
      const auto p = static_cast<std::size_t>(pair.i);
      const auto q = static_cast<std::size_t>(pair.j);
      const std::size_t i = p % m_;
      const std::size_t j = q % m_;
      const Interval whole(pair.value);
      const Interval half = halved(whole);
      // -T f_i f_j, and -1/2 T f_i^2 of a form with itself; an entry off the diagonal stands twice in x'Kx
      out.push_back({std::max(i, j), std::min(i, j), -(i == j && p != q ? whole : half)});
      if (p >= m_ && q >= m_) {
        couple(half_, d_, i, j, half);
        if (p != q) couple(half_, d_, j, i, half);
      } else if (p >= m_) {
        couple(R_, order_, j, i, half);
      }
    }
    return out;
  }

  /// Row i of a block += half x_k.
  void couple(Intervals& block, std::size_t width, std::size_t i, std::size_t k, Interval half) const {
    for (std::size_t l = 0; l < d_; ++l)
      if (x(k, l) != 0.0) block[i * width + l] += half * Interval(x(k, l));
  }

  /// What row i takes: C -= R_i'Z_i + Z_i'E_i, taken += |E_i|'|E_i| / s. `image` is row i of K Z.
  void eliminate(std::size_t i, const Table& Z, const Intervals& image, double s, std::vector<double>& taken) {
    const Interval* R = R_.data() + i * order_;
    Intervals E(order_);
    for (std::size_t l = 0; l < order_; ++l) E[l] = R[l] - image[l];
    for (std::size_t l = 0; l < order_; ++l) {
      const Interval z(Z(i, l));
      const double size = up(E[l].magnitude() / s);
      for (std::size_t k = 0; k <= l; ++k) {
        C_(l, k) -= R[l] * Interval(Z(i, k)) + z * E[k];
        taken[l * order_ + k] = up(taken[l * order_ + k] + up(size * E[k].magnitude()));
      }
    }
  }

  const Table& rows_;
  const Claim& claim_;
  std::size_t m_, d_, c_, order_;
  Intervals R_;
  SymmetricIntervals C_;
  Intervals half_;  // 1/2 T3 X
  SparseIntervals K_;
};

}  // namespace

bool sparse_form_positive(const Table& rows, const Claim& claim, const Table& G, double gamma) {
  return BlockForm(rows, claim, G, gamma).positive();
}

}  // namespace burelu::verify
