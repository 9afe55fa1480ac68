// The entry points of NCCL that cuda/ uses, for the host compiler: a double whose ranks are threads of one process.
// It is there where Machine::nccl says so.
#pragma once

#include <cstddef>

#include "cuda_runtime.h"

// NOLINTBEGIN(readability-identifier-naming): NVIDIA's names.

#define NCCL_IS_LINKED
#define NCCL_CONFIG_INITIALIZER \
  { 1 }

enum ncclResult_t { ncclSuccess = 0, ncclSystemError = 2, ncclInvalidUsage = 5, ncclInProgress = 7 };
enum ncclDataType_t { ncclDouble = 8 };
struct ncclUniqueId {
  char internal[128];
};
struct ncclConfig_t {
  int blocking;
};
using ncclComm_t = struct DoubleComm*;

ncclResult_t ncclGetUniqueId(ncclUniqueId* id);
ncclResult_t ncclCommInitRankConfig(ncclComm_t* comm, int size, ncclUniqueId id, int rank, ncclConfig_t* config);
ncclResult_t ncclCommGetAsyncError(ncclComm_t comm, ncclResult_t* state);
ncclResult_t ncclCommAbort(ncclComm_t comm);
ncclResult_t ncclGroupStart();
ncclResult_t ncclGroupEnd();
ncclResult_t ncclBroadcast(const void* from, void* to, std::size_t count, ncclDataType_t type, int root, ncclComm_t comm,
                           cudaStream_t stream);

// NOLINTEND(readability-identifier-naming)
