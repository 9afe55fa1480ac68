// Marks the few functions that the CPU calls and a CUDA kernel runs: scalar decisions and the formula of one entry.
#pragma once

#if defined(__CUDACC__)
#define BURELU_HOST_DEVICE __host__ __device__
#define BURELU_FORMULA __host__ __device__ __forceinline__
#else
#define BURELU_HOST_DEVICE
// Always inlined: translation units for different instruction sets must not share an out-of-line copy.
#define BURELU_FORMULA inline __attribute__((always_inline))
#endif
