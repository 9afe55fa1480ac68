// Every call of the toolkit is checked: a failure becomes an exception with the call and the place.
#pragma once

#include <cublas_v2.h>
#include <cuda_runtime.h>

#include <source_location>
#include <string>

#include "burelu/errors.hpp"

namespace burelu::cuda {

inline std::string place(const char* call, const char* reason, const std::source_location& at) {
  const std::string file = at.file_name();
  return std::string(call) + " failed: " + reason + " (" + file.substr(file.rfind('/') + 1) + ":" +
         std::to_string(at.line()) + ")";
}

inline void check(cudaError_t status, const char* call,
                  const std::source_location& at = std::source_location::current()) {
  if (status == cudaSuccess) return;
  static_cast<void>(cudaGetLastError());  // a failure that is reported must not surface again at the next call
  const std::string message = place(call, cudaGetErrorString(status), at);
  if (status == cudaErrorMemoryAllocation) throw MemoryError(message);
  throw DeviceError(message);
}

inline void check(cublasStatus_t status, const char* call,
                  const std::source_location& at = std::source_location::current()) {
  if (status != CUBLAS_STATUS_SUCCESS) throw DeviceError(place(call, cublasGetStatusString(status), at));
}

}  // namespace burelu::cuda
