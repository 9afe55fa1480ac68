// Owners of what the toolkit lends: stream, graph, memory of the device, pinned memory of the host, cuBLAS handle.
#pragma once

#include <cstdint>
#include <cstring>
#include <utility>
#include <vector>

#include "check.hpp"

namespace burelu::cuda {

/// Page-locked memory of the host: a copy to or from it does not make the host wait.
class PinnedBuffer {
 public:
  PinnedBuffer() = default;
  explicit PinnedBuffer(std::size_t bytes) : size_(bytes) { check(cudaMallocHost(&data_, bytes), "cudaMallocHost"); }
  ~PinnedBuffer() {
    if (data_ != nullptr) cudaFreeHost(data_);
  }
  PinnedBuffer(PinnedBuffer&& other) noexcept
      : size_(std::exchange(other.size_, 0)), data_(std::exchange(other.data_, nullptr)) {}
  PinnedBuffer& operator=(PinnedBuffer&& other) noexcept {
    std::swap(size_, other.size_);
    std::swap(data_, other.data_);
    return *this;
  }
  char* data() const { return static_cast<char*>(data_); }
  std::size_t size() const { return size_; }

 private:
  std::size_t size_ = 0;
  void* data_ = nullptr;
};

class Stream {
 public:
  Stream() { check(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking), "cudaStreamCreateWithFlags"); }
  /// Waits: what was released on it is the device's again before others ask for memory.
  ~Stream() {
    cudaStreamSynchronize(stream_);
    cudaStreamDestroy(stream_);
  }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  operator cudaStream_t() const { return stream_; }  // NOLINT(google-explicit-constructor): it is one
  /// Waits for everything queued.
  void wait() const {
    check(cudaStreamSynchronize(stream_), "cudaStreamSynchronize");
    under_way_.clear();
  }
  /// Whether all that was queued is done.
  bool idle() const {
    const cudaError_t status = cudaStreamQuery(stream_);
    if (status == cudaErrorNotReady) return false;
    check(status, "cudaStreamQuery");
    return true;
  }
  /// Copies to the device without a wait; `from` may change as soon as this returns. The runtime may read ordinary
  /// memory later than that, so the copy goes by way of page-locked memory, which is kept until the next wait.
  void upload(void* to, const void* from, std::size_t bytes) const {
    if (bytes == 0) return;
    const PinnedBuffer& staged = under_way_.emplace_back(bytes);
    std::memcpy(staged.data(), from, bytes);
    check(cudaMemcpyAsync(to, staged.data(), bytes, cudaMemcpyHostToDevice, stream_), "cudaMemcpyAsync");
  }

 private:
  cudaStream_t stream_ = nullptr;
  mutable std::vector<PinnedBuffer> under_way_;
};

/// Memory of the device, allocated and released in the order of its stream, which must outlive it. Not initialised.
/// Where there is too little, it waits for what was released on the stream before it gives up.
template <class T>
class DeviceBuffer {
 public:
  DeviceBuffer() = default;
  DeviceBuffer(std::int64_t size, cudaStream_t stream) : size_(size), stream_(stream) {
    if (size == 0) return;
    void* pointer = nullptr;
    cudaError_t status = cudaMallocAsync(&pointer, bytes(), stream);
    if (status == cudaErrorMemoryAllocation) {
      static_cast<void>(cudaGetLastError());
      check(cudaStreamSynchronize(stream), "cudaStreamSynchronize");
      status = cudaMallocAsync(&pointer, bytes(), stream);
    }
    check(status, "cudaMallocAsync");
    data_ = static_cast<T*>(pointer);
  }
  ~DeviceBuffer() {
    if (data_ != nullptr) cudaFreeAsync(data_, stream_);
  }
  DeviceBuffer(DeviceBuffer&& other) noexcept
      : size_(std::exchange(other.size_, 0)), stream_(other.stream_), data_(std::exchange(other.data_, nullptr)) {}
  DeviceBuffer& operator=(DeviceBuffer&& other) noexcept {
    std::swap(size_, other.size_);
    std::swap(stream_, other.stream_);
    std::swap(data_, other.data_);
    return *this;
  }

  T* data() const { return data_; }
  std::int64_t size() const { return size_; }
  std::size_t bytes() const { return static_cast<std::size_t>(size_) * sizeof(T); }
  void zero() const {
    if (size_ > 0) check(cudaMemsetAsync(data_, 0, bytes(), stream_), "cudaMemsetAsync");
  }
  /// Copies `count` entries of the host to place `at`; `from` may change as soon as this returns.
  void write(const Stream& stream, const T* from, std::int64_t count, std::int64_t at = 0) const {
    stream.upload(data_ + at, from, static_cast<std::size_t>(count) * sizeof(T));
  }
  /// The same without a copy on the way: `from` must stay as it is until the stream has been waited for.
  void write_in_place(const T* from, std::int64_t count, std::int64_t at = 0) const {
    if (count == 0) return;
    check(
        cudaMemcpyAsync(data_ + at, from, static_cast<std::size_t>(count) * sizeof(T), cudaMemcpyHostToDevice, stream_),
        "cudaMemcpyAsync");
  }

 private:
  std::int64_t size_ = 0;
  cudaStream_t stream_ = nullptr;
  T* data_ = nullptr;
};

/// While it is there, what is queued on the stream is recorded and not run.
class Capture {
 public:
  explicit Capture(cudaStream_t stream) : stream_(stream) {
    check(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal), "cudaStreamBeginCapture");
  }
  ~Capture() {
    if (stream_ == nullptr) return;
    cudaGraph_t graph = nullptr;
    cudaStreamEndCapture(stream_, &graph);
    if (graph != nullptr) cudaGraphDestroy(graph);
  }
  Capture(const Capture&) = delete;
  Capture& operator=(const Capture&) = delete;
  /// What was recorded: the caller's.
  cudaGraph_t end() {
    cudaGraph_t graph = nullptr;
    check(cudaStreamEndCapture(std::exchange(stream_, nullptr), &graph), "cudaStreamEndCapture");
    return graph;
  }

 private:
  cudaStream_t stream_;
};

/// What was recorded on a stream, ready to be replayed.
class Graph {
 public:
  Graph() = default;
  explicit Graph(Capture& capture) {
    const cudaGraph_t graph = capture.end();
    const cudaError_t status = cudaGraphInstantiate(&exec_, graph, 0);
    cudaGraphDestroy(graph);
    check(status, "cudaGraphInstantiate");
  }
  template <class Work>
  Graph(cudaStream_t stream, const Work& work) {
    Capture capture(stream);
    work();
    *this = Graph(capture);
  }
  ~Graph() {
    if (exec_ != nullptr) cudaGraphExecDestroy(exec_);
  }
  Graph(Graph&& other) noexcept : exec_(std::exchange(other.exec_, nullptr)) {}
  Graph& operator=(Graph&& other) noexcept {
    std::swap(exec_, other.exec_);
    return *this;
  }
  explicit operator bool() const { return exec_ != nullptr; }
  void launch(cudaStream_t stream) const { check(cudaGraphLaunch(exec_, stream), "cudaGraphLaunch"); }

 private:
  cudaGraphExec_t exec_ = nullptr;
};

/// Makes a device the calling thread's current one; at the end the caller's own is current again.
class DeviceScope {
 public:
  explicit DeviceScope(int device) { check(enter(device), "cudaSetDevice"); }
  ~DeviceScope() {
    if (before_ >= 0) cudaSetDevice(before_);
  }
  DeviceScope(const DeviceScope&) = delete;
  DeviceScope& operator=(const DeviceScope&) = delete;

 protected:
  DeviceScope() = default;
  cudaError_t enter(int device) {
    int current = 0;
    cudaError_t status = cudaGetDevice(&current);
    if (status != cudaSuccess || current == device) return status;
    status = cudaSetDevice(device);
    if (status == cudaSuccess) before_ = current;
    return status;
  }

 private:
  int before_ = -1;
};

/// The device of an object's resources, which are made and released while it is the current one. It is the object's
/// first member, so that it is destroyed after them; its maker holds a scope, its destructor begins with leave().
class Home : private DeviceScope {
 public:
  explicit Home(int device) : device_(device) {}
  int device() const { return device_; }
  void leave() noexcept { static_cast<void>(enter(device_)); }

 private:
  int device_;
};

}  // namespace burelu::cuda
