// Memory and absent devices of the CUDA backend's sources on the host double.
#include "burelu/errors.hpp"
#include "cuda/cuda_support.hpp"
#include "linalg/memory.hpp"
#include "seam/footprint.hpp"

namespace burelu::test {
namespace {

std::int64_t estimate(const RelaxationData& data, int rank, BackendOptions options) {
  options.rank = rank;
  return cuda_on_host_memory(cuda_on_host_shape(data, options));
}

void compare_with_estimate(const RelaxationData& data, int rank, bool single) {
  const BackendOptions options = small_memory(single);
  const auto before = counters().allocated;
  const auto backend = make_cuda_on_host_backend(data, options, 0);
  for (const int r : {rank + 3, rank}) {  // a change of rank gives its memory back
    const Point z = random_point(data, r, 3);
    backend->write_point(z.Shat, z.Ut);
    drill(*backend, data, r, nullptr);
    const auto allocated = static_cast<double>(counters().allocated - before);
    EXPECT_NEAR(allocated, static_cast<double>(estimate(data, r, options)), 16.0)  // rounding to doubles
        << data.m << " " << data.cuts.count() << " " << single << " " << r;
  }
}

TEST(CudaOnHost, TheEstimateIsWhatIsAllocated) {
  for (const index_t rows : {1, 33, 100})
    for (const bool single : {false, true})
      for (const int rank : {1, 20}) {
        const Instance instance = rows >= 9 ? degenerate(rows, 4, 3, 7) : teacher(rows, 4, 3, 7);
        compare_with_estimate(prepare(presolve(instance.problem())), rank, single);
        if (rows == 33) compare_with_estimate(with_cuts(instance), rank, single);
      }
  EXPECT_EQ(counters().allocated, 0);
}

// Cuts of the separation: the number of terms that is assumed before they are known is an upper bound, and close.
TEST(CudaOnHost, TheTermsOfCutsAreBounded) {
  const RelaxationData data = with_cuts(teacher(60, 4, 2, 7));
  SolveSize size{data.m, data.d, data.c, data.loss_rows(), 20, 30, 1};
  size.cuts = data.cuts.count();
  const auto terms = static_cast<index_t>(data.cuts.form.size());
  ASSERT_GT(size.cuts, 60);
  EXPECT_LE(terms, size.cut_terms());
  EXPECT_GE(terms, size.cut_terms() * 9 / 10);
}

TEST(CudaOnHost, MemoryMeetsItsTargets) {
  for (const std::int64_t n : {46341, 60000}) {
    const double square = static_cast<double>(n) * static_cast<double>(n);
    EXPECT_LE(static_cast<double>(cuda_on_host_memory({n, 20, 10, n, 20, 100, false})), 34.0 * square) << n;
    EXPECT_LE(static_cast<double>(cuda_on_host_memory({n, 20, 10, n, 20, 100, true})), 18.0 * square) << n;
  }
}

template <class Error>
std::string refusal(const RelaxationData& data, int device = 0) {
  try {
    make_cuda_on_host_backend(data, small_memory(), device);
  } catch (const Error& error) {
    return error.what();
  }
  return "accepted";
}

TEST(CudaOnHost, RefusesWithOneClearLine) {
  const Pretend pretend;
  const RelaxationData data = medium();
  EXPECT_NE(refusal<DeviceError>(data, 1).find("only device 0"), std::string::npos);
  cuda_double::machine().memory = 32 << 20;
  EXPECT_NE(refusal<MemoryError>(data).find("of device memory"), std::string::npos);
  EXPECT_EQ(counters().allocated, 0);
  cuda_double::machine().driver = 12020;
  EXPECT_NE(refusal<DeviceError>(data).find("too old: it supports CUDA 12.2"), std::string::npos);
  cuda_double::machine().driver = 0;
  EXPECT_NE(refusal<DeviceError>(data).find("no CUDA driver"), std::string::npos);
  cuda_double::machine() = {};
  cuda_double::machine().devices = 0;
  EXPECT_NE(refusal<DeviceError>(data).find("no CUDA device"), std::string::npos);
  EXPECT_TRUE(cuda_on_host_devices().empty());
}

}  // namespace
}  // namespace burelu::test
