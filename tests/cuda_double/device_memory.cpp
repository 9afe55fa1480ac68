// Devices of the host double, and their memory: from malloc, of exact size, filled with NaN. What is released on a
// stream is free again when the stream gets there.
#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "state.hpp"

using burelu::cuda_double::counters;
using burelu::cuda_double::machine;
using burelu::cuda_double::push;
using burelu::cuda_double::state;

cudaError_t cudaGetDeviceCount(int* count) {
  *count = machine().driver == 0 ? 0 : machine().devices;
  if (machine().driver < CUDART_VERSION / 1000 * 1000) return cudaErrorInsufficientDriver;
  return *count > 0 ? cudaSuccess : cudaErrorNoDevice;
}
cudaError_t cudaDriverGetVersion(int* version) {
  *version = machine().driver;
  return cudaSuccess;
}
cudaError_t cudaGetDevice(int* device) {
  *device = state().current;
  return cudaSuccess;
}
cudaError_t cudaSetDevice(int device) {
  if (device >= machine().devices) return cudaErrorInvalidDevice;
  state().current = device;
  return cudaSuccess;
}
cudaError_t cudaGetDeviceProperties(cudaDeviceProp* properties, int) {
  *properties = {"host double", machine().memory, machine().cache, machine().multiprocessors, 9, 0};
  return cudaSuccess;
}
cudaError_t cudaMemGetInfo(std::size_t* free, std::size_t* total) {
  *total = machine().memory;
  *free = *total - static_cast<std::size_t>(counters().allocated) - state().released;
  return cudaSuccess;
}
const char* cudaGetErrorString(cudaError_t error) {
  switch (error) {
    case cudaSuccess:
      return "no error";
    case cudaErrorMemoryAllocation:
      return "out of memory";
    case cudaErrorInsufficientDriver:
      return "CUDA driver version is insufficient for CUDA runtime version";
    case cudaErrorNoDevice:
      return "no CUDA-capable device is detected";
    case cudaErrorInvalidDevice:
      return "invalid device ordinal";
    case cudaErrorLaunchFailure:
      return "unspecified launch failure";
    case cudaErrorStreamCaptureUnsupported:
      return "operation not permitted when stream is capturing";
    default:
      return "invalid argument";
  }
}
cudaError_t cudaGetLastError() { return cudaSuccess; }

cudaError_t cudaMallocAsync(void** pointer, std::size_t bytes, cudaStream_t stream) {
  if (stream->recorded) return cudaErrorStreamCaptureUnsupported;
  if (state().dead) return cudaErrorLaunchFailure;
  auto& c = counters();
  if (bytes + state().released > machine().memory - static_cast<std::size_t>(c.allocated))
    return cudaErrorMemoryAllocation;
  if (stream->device != state().current) c.strays += 1;
  *pointer = std::malloc(bytes);  // NOLINT: released in cudaFreeAsync
  std::memset(*pointer, 0xff, bytes);
  state().device[*pointer] = bytes;
  c.allocated += static_cast<std::int64_t>(bytes);
  c.peak = std::max(c.peak, c.allocated);
  return cudaSuccess;
}
cudaError_t cudaFreeAsync(void* pointer, cudaStream_t stream) {
  const auto found = state().device.find(pointer);
  if (found == state().device.end()) return cudaErrorInvalidValue;
  const std::size_t bytes = found->second;
  counters().allocated -= static_cast<std::int64_t>(bytes);
  state().released += bytes;
  state().device.erase(found);
  push(stream, [pointer, bytes] {
    std::free(pointer);
    state().released -= bytes;
  });
  return cudaSuccess;
}
cudaError_t cudaMallocHost(void** pointer, std::size_t bytes) {
  *pointer = std::malloc(bytes);  // NOLINT: released in cudaFreeHost
  state().pinned[*pointer] = bytes;
  return cudaSuccess;
}
cudaError_t cudaFreeHost(void* pointer) {
  state().pinned.erase(pointer);
  std::free(pointer);
  return cudaSuccess;
}

// The host's memory is read when the stream gets there, pageable memory too: the runtime may stage it later, so that
// what changed after the call would be wrong on a device. To pageable memory the host waits.
cudaError_t cudaMemcpyAsync(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind, cudaStream_t stream) {
  const auto pinned = [](const void* p) {
    for (const auto& [begin, size] : state().pinned)
      if (p >= begin && p < static_cast<const std::byte*>(begin) + size) return true;
    return false;
  };
  if (state().dead) return cudaErrorLaunchFailure;
  if (kind == cudaMemcpyHostToDevice && !pinned(from) && stream->recorded) return cudaErrorStreamCaptureUnsupported;
  push(stream, [to, from, bytes] { std::memcpy(to, from, bytes); });
  return kind == cudaMemcpyDeviceToHost && !pinned(to) ? cudaStreamSynchronize(stream) : cudaSuccess;
}
cudaError_t cudaMemcpy2DAsync(void* to, std::size_t to_pitch, const void* from, std::size_t from_pitch,
                              std::size_t width, std::size_t height, cudaMemcpyKind kind, cudaStream_t stream) {
  if (kind != cudaMemcpyDeviceToDevice) return cudaErrorInvalidValue;
  push(stream, [=] {
    for (std::size_t i = 0; i < height; ++i)
      std::memcpy(static_cast<std::byte*>(to) + i * to_pitch, static_cast<const std::byte*>(from) + i * from_pitch,
                  width);
  });
  return cudaSuccess;
}
cudaError_t cudaMemsetAsync(void* pointer, int value, std::size_t bytes, cudaStream_t stream) {
  if (state().dead) return cudaErrorLaunchFailure;
  push(stream, [pointer, value, bytes] { std::memset(pointer, value, bytes); });
  return cudaSuccess;
}
