// Every verb of the CUDA backend against the CPU's: its sources on the host double, and a device where there is one.
#include <algorithm>
#include <cmath>
#include <limits>

#include "cuda/cuda_support.hpp"

namespace burelu::test {
namespace {

constexpr double kEpsilon = std::numeric_limits<double>::epsilon();
constexpr double kFactor = 2000.0;  // of eps sqrt(n): sums of n r terms in other orders, cancelling parts

Matrix as_row(const std::vector<double>& x) {
  Matrix out(1, static_cast<index_t>(x.size()));
  out.data = x;
  return out;
}

// max |a - b| over max |b|, or over `scale` where that is larger.
double distance(const Matrix& a, const Matrix& b, double scale = 0.0) {
  EXPECT_EQ(a.data.size(), b.data.size());
  double largest = scale;
  double difference = 0.0;
  for (std::size_t i = 0; i < b.data.size(); ++i) {
    largest = std::max(largest, std::fabs(b.data[i]));
    difference = std::isnan(a.data[i]) ? kInfinity : std::max(difference, std::fabs(a.data[i] - b.data[i]));
  }
  return largest > 0.0 ? difference / largest : difference;
}

Matrix dense(const std::vector<Multiplier>& multipliers, index_t rows) {
  Matrix out(rows, rows);
  for (const Multiplier& t : multipliers) {
    EXPECT_GT(t.i, t.j);
    out(t.i, t.j) = t.value;
  }
  return out;
}

struct Bound {
  double value;
  void near(double a, double b, const char* what) const { EXPECT_NEAR(a, b, value * (std::fabs(b) + 1e-300)) << what; }
  void near(const Matrix& a, const Matrix& b, const char* what, double scale = 0.0) const {
    EXPECT_LE(distance(a, b, scale), value) << what;
  }
};

void expect_same(const Snapshot& a, const Snapshot& b, index_t rows, Bound bound) {
  bound.near(a.control.value.loss, b.control.value.loss, "loss");
  bound.near(a.control.value.decay, b.control.value.decay, "decay");
  bound.near(a.control.value.penalty, b.control.value.penalty, "penalty");
  bound.near(a.control.value.dual, b.control.value.dual, "dual value");
  bound.near(a.control.value.gradient, b.control.value.gradient, "gradient norm");
  bound.near(a.A, b.A, "A");
  bound.near(a.U, b.U, "U");
  bound.near(a.V, b.V, "V");
  bound.near(a.E, b.E, "E");
  bound.near(as_row(a.tau), as_row(b.tau), "tau");
  bound.near(a.Shat, b.Shat, "Shat");
  // With one column nothing depends on |s|, and what is left is cancellation.
  bound.near(a.gradient_Shat, b.gradient_Shat, "gradient in Shat", b.control.value.gradient);
  bound.near(a.gradient_Ut, b.gradient_Ut, "gradient in Ut");
  bound.near(dense(a.multipliers, rows), dense(b.multipliers, rows), "multipliers");
  EXPECT_EQ(a.control.count.evaluations, b.control.count.evaluations);
}

struct Size {
  index_t rows;
  int rank;
  BackendKind kind;  ///< the sources on the host double, or on a device
};

void PrintTo(const Size& size, std::ostream* out) {
  *out << size.rows << " rows, rank " << size.rank << ", " << name_of(size.kind);
}

class CudaVerbs : public ::testing::TestWithParam<Size> {
 protected:
  void SetUp() override { require(GetParam().kind); }
};

void compare_drill(const RelaxationData& data, const Size& size, double bound) {
  const int rank = size.rank;
  const auto device = make_backend(size.kind, data, small_memory(),
                                   {data.factor_rows() * data.factor_rows()});  // half of all pairs are violated
  CpuBackend cpu(data, small_memory().memory, 1, small_memory().sigma);
  std::vector<Snapshot> a;
  std::vector<Snapshot> b;
  a.push_back(drill(*device, data, rank, &a));
  b.push_back(drill(cpu, data, rank, &b));
  for (std::size_t k = 0; k < a.size(); ++k) {
    SCOPED_TRACE(k);
    expect_same(a[k], b[k], data.factor_rows(), {bound});
    const Dual& x = a[k].control.dual;
    const Dual& y = b[k].control.dual;
    Bound{bound}.near(x.change, y.change, "change");
    Bound{bound}.near(x.mass, y.mass, "mass");
    Bound{bound}.near(x.shortfall, y.shortfall, "shortfall");
    Bound{bound}.near(x.violation, y.violation, "violation");
    Bound{bound}.near(x.largest, y.largest, "largest");
    EXPECT_NEAR(x.restart, y.restart, bound * y.change);
    Bound{bound}.near(x.sigma, y.sigma, "sigma");
    EXPECT_EQ(a[k].control.lists.pairs, b[k].control.lists.pairs);
    EXPECT_EQ(a[k].control.lists.wanted, b[k].control.lists.wanted);
  }
}

TEST_P(CudaVerbs, AgreeWithTheCpu) {
  const Size size = GetParam();
  // Antiparallel rows, duplicates and a zero row where there is room for them.
  const Instance instance = size.rows >= 9 ? degenerate(size.rows, 3, 2, 7) : teacher(size.rows, 3, 2, 7);
  const RelaxationData data = prepare(presolve(instance.problem()));
  const double bound = kFactor * kEpsilon * std::sqrt(static_cast<double>(size.rows));
  compare_drill(data, size, bound);
}

std::vector<Size> sizes(const std::vector<index_t>& small) {
  std::vector<Size> out;
  for (const BackendKind kind : kCudaKinds) {
    for (const index_t rows : small)
      for (const int rank : {1, 7, 20, 33, 60}) out.push_back({rows, rank, kind});
    out.push_back({257, 7, kind});
  }
  return out;
}

std::string size_name(const ::testing::TestParamInfo<Size>& one) {
  return "rows" + std::to_string(one.param.rows) + "_rank" + std::to_string(one.param.rank) + suffix(one.param.kind);
}

INSTANTIATE_TEST_SUITE_P(Sizes, CudaVerbs, ::testing::ValuesIn(sizes({1, 31, 32, 33})), size_name);

}  // namespace
}  // namespace burelu::test
