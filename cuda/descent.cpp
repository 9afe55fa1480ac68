#include "descent.hpp"

#include <algorithm>
#include <cstring>

#include "reduction_sizes.hpp"
#include "seam/backend_state.hpp"

namespace burelu::cuda {

template <class Base>
CudaDescent<Base>::CudaDescent(int memory, int device)
    : home_(device), blas_(stream_), state_(1, stream_), capacity_(memory) {
  State state;
  state.control.memory.capacity = memory;
  write_state(stream_, state_.data(), state);
  const std::int64_t width = 2 * memory + 1;
  gram_ = DeviceBuffer<double>(width * width, stream_);
  coefficients_ = DeviceBuffer<double>(width, stream_);
}

template <class Base>
std::int64_t CudaDescent<Base>::fixed_doubles(int memory) {
  const std::int64_t width = 2 * memory + 1;
  return width * width + width + Blas::kScalars + (Blas::kWorkspace + std::int64_t{sizeof(State)}) / 8;
}

template <class Base>
std::int64_t CudaDescent<Base>::sized_doubles(std::int64_t unknowns, int memory) {
  return (5 + 2 * std::int64_t{memory}) * ((unknowns + 7) / 8 * 8) + partial_doubles(unknowns, memory);
}

template <class Base>
void CudaDescent<Base>::resize(std::int64_t unknowns, bool same_structure) {
  if (!same_structure || unknowns != unknowns_) {
    unknowns_ = unknowns;
    parts_.clear();
    DeviceBuffer<double>* const buffers[] = {&point_, &trial_, &gradient_, &trial_gradient_, &direction_};
    for (DeviceBuffer<double>* buffer : buffers) *buffer = {};  // released first: both would not fit a full device
    panel_ = {};
    partial_ = {};
    for (DeviceBuffer<double>* buffer : buffers) *buffer = DeviceBuffer<double>(stride(), stream_);
    panel_ = DeviceBuffer<double>(2 * capacity_ * stride(), stream_);
    partial_ = DeviceBuffer<double>(partial_doubles(unknowns, capacity_), stream_);
  }
  for (const DeviceBuffer<double>* buffer : {&gradient_, &trial_gradient_, &direction_, &gram_}) buffer->zero();
  forget_pairs(stream_, state_.data());
}

template <class Base>
DescentView CudaDescent<Base>::view() const {
  return {point_.data(),     trial_.data(), gradient_.data(), trial_gradient_.data(),
          direction_.data(), panel_.data(), gram_.data(),     coefficients_.data(),
          partial_.data(),   state_.data(), unknowns_,        stride(),
          capacity_};
}

template <class Base>
auto CudaDescent<Base>::begin(Verb verb) -> Turn {
  if (!listing_) return Turn(home_.device());
  list_.push_back(verb);
  return Turn();
}

template <class Base>
void CudaDescent<Base>::step() {
  if (const Turn turn = begin(Verb::step)) cuda::step(stream_, view());
}

template <class Base>
void CudaDescent<Base>::judge() {
  if (const Turn turn = begin(Verb::judge)) cuda::judge(stream_, view());
}

template <class Base>
void CudaDescent<Base>::accept() {
  if (const Turn turn = begin(Verb::accept)) cuda::accept(stream_, view());
}

template <class Base>
void CudaDescent<Base>::direction() {
  if (const Turn turn = begin(Verb::direction)) cuda::direction(stream_, view());
}

template <class Base>
void CudaDescent<Base>::open_window() {
  if (const Turn turn = begin(Verb::open_window)) cuda::open_window(stream_, view());
}

template <class Base>
void CudaDescent<Base>::set(const Settings& settings) {
  const DeviceScope scope(home_.device());
  write_settings(stream_, state_.data(), settings);
}

// A body not seen before runs once by itself, which loads every kernel before anything is recorded; then it is
// recorded.
template <class Base>
void CudaDescent<Base>::repeat(int k, const std::function<void()>& body) {
  if (k <= 0) return;
  const DeviceScope scope(home_.device());
  list_.clear();
  listing_ = true;
  body();
  listing_ = false;
  if (parts_.empty() || list_ != recorded_) {
    parts_.clear();
    body();
    if (--k == 0 || known_to_have_halted()) return;
    record(body);
    recorded_ = list_;
  }
  for (int i = 0; i < k; ++i) {
    replay();
    if (known_to_have_halted()) return;
  }
}

template <class Base>
void CudaDescent<Base>::record(const std::function<void()>& body) {
  try {
    capture_.emplace(stream_);
    body();
    parts_.push_back({Graph(*capture_), {}});
    capture_.reset();
  } catch (...) {
    capture_.reset();
    parts_.clear();
    throw;
  }
}

template <class Base>
void CudaDescent<Base>::replay() {
  for (const Part& part : parts_) {
    part.graph.launch(stream_);
    if (!part.work) continue;
    stream_.wait();
    part.work();
  }
}

template <class Base>
void CudaDescent<Base>::meet(const std::function<void()>& work) {
  if (capture_) {
    parts_.push_back({Graph(*capture_), work});
    capture_.emplace(stream_);
  } else {
    stream_.wait();
    work();
  }
}

// Pinned memory grows to what is asked for; then copies, the wait, and the way to where the numbers belong.
template <class Base>
void CudaDescent<Base>::Fetch::wait() {
  std::size_t total = 0;
  for (const Part& part : parts_) total += (part.bytes + 15) / 16 * 16;
  if (owner_.staging_.size() < total) owner_.staging_ = PinnedBuffer(total);
  char* at = owner_.staging_.data();
  for (const Part& part : parts_) {
    check(cudaMemcpyAsync(at, part.from, part.bytes, cudaMemcpyDeviceToHost, owner_.stream_), "cudaMemcpyAsync");
    at += (part.bytes + 15) / 16 * 16;
  }
  owner_.stream_.wait();
  at = owner_.staging_.data();
  for (const Part& part : parts_) {
    std::memcpy(part.to, at, part.bytes);
    at += (part.bytes + 15) / 16 * 16;
  }
  parts_.clear();
}

template <class Base>
Control CudaDescent<Base>::control() {
  Control control;
  Fetch fetch(*this);
  fetch.add(&control, state_.data(), sizeof(control));
  fetch.wait();
  return control;
}

template <class Base>
void CudaDescent<Base>::take(const Control& saved) {
  State state;
  state.control = resumed(saved, control());
  write_state(stream_, state_.data(), state);
}

template class CudaDescent<Backend>;
template class CudaDescent<TrainingBackend>;

}  // namespace burelu::cuda
