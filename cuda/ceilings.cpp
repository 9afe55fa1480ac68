// What the device can do at most, as one sees it from here: bytes of a large copy, flops of a large product.
#include <algorithm>
#include <chrono>
#include <random>
#include <vector>

#include "blas.hpp"
#include "cuda_backend.hpp"

namespace burelu {
namespace {

constexpr int kTries = 5;  // the best counts

std::vector<double> random_numbers(std::int64_t count) {
  std::mt19937_64 engine(1);
  std::uniform_real_distribution<double> uniform(-1.0, 1.0);
  std::vector<double> out(static_cast<std::size_t>(count));
  for (double& value : out) value = uniform(engine);
  return out;
}

template <class Work>
double best_seconds(const cuda::Stream& stream, const Work& work) {
  double best = kInfinity;
  for (int k = 0; k <= kTries; ++k) {  // the first loads what is needed
    stream.wait();
    const auto start = std::chrono::steady_clock::now();
    work();
    stream.wait();
    const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - start;
    if (k > 0) best = std::min(best, spent.count());
  }
  return best;
}

}  // namespace

CudaCeilings cuda_ceilings(int device, std::int64_t copy_bytes, std::int64_t order) {
  const cuda::DeviceScope scope(device);
  const cuda::Stream stream;
  CudaCeilings ceilings;
  {
    const cuda::DeviceBuffer<char> from(copy_bytes, stream);
    const cuda::DeviceBuffer<char> to(copy_bytes, stream);
    from.zero();
    const double seconds = best_seconds(stream, [&] {
      cuda::check(cudaMemcpyAsync(to.data(), from.data(), from.bytes(), cudaMemcpyDeviceToDevice, stream),
                  "cudaMemcpyAsync");
    });
    ceilings.bytes_per_second = 2.0 * static_cast<double>(copy_bytes) / seconds;
  }
  const cuda::Blas blas(stream);
  const cuda::DeviceBuffer<double> A(order * order, stream);
  const cuda::DeviceBuffer<double> B(order * order, stream);
  const std::vector<double> numbers = random_numbers(order * order);  // zeros multiply faster
  A.write_in_place(numbers.data(), order * order);
  stream.wait();
  const double seconds = best_seconds(stream, [&] {
    blas.product(order, order, order, {A.data(), order}, {A.data(), order}, B.data(), order);
  });
  ceilings.flops_per_second = 2.0 * static_cast<double>(order * order * order) / seconds;
  return ceilings;
}

}  // namespace burelu
