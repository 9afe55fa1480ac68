// NCCL of the host double. Ranks meet in a group under their identifier; a broadcast is work on the stream, which waits
// for the root's part and, so that the root may change it, until all have it.
#include "nccl.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstring>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "state.hpp"

namespace {

constexpr std::chrono::seconds kPatience{10};

struct Group {
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<int> devices;  // of those that have joined
  std::size_t size = 0;
  std::size_t come = 0;  // to the broadcast under way
  long turn = 0;         // broadcasts done, twice: there and away again
  const void* given = nullptr;
  bool left = false;  // by one of them: nobody waits any more

  // Returns when all have come; false where they do not.
  bool meet() {
    std::unique_lock lock(mutex);
    const long mine = turn;
    if (++come == size) {
      come = 0;
      ++turn;
      changed.notify_all();
      return true;
    }
    return changed.wait_for(lock, kPatience, [&] { return left || turn != mine; }) && turn != mine;
  }
};

std::mutex all_mutex;
std::map<int, std::shared_ptr<Group>> all_groups;
int last_group = 0;
std::atomic<int> members = 0;

std::shared_ptr<Group> group_of(const ncclUniqueId& id) {
  int number = 0;
  std::memcpy(&number, id.internal, sizeof(number));
  const std::lock_guard lock(all_mutex);
  std::shared_ptr<Group>& group = all_groups[number];
  if (!group) group = std::make_shared<Group>();
  return group;
}

}  // namespace

int burelu::cuda_double::nccl_members() { return members; }

struct DoubleComm {
  std::shared_ptr<Group> group;
  int rank = 0;
};

ncclResult_t ncclGetUniqueId(ncclUniqueId* id) {
  if (!burelu::cuda_double::machine().nccl) return ncclSystemError;
  const std::lock_guard lock(all_mutex);
  ++last_group;
  std::memcpy(id->internal, &last_group, sizeof(last_group));
  return ncclSuccess;
}

ncclResult_t ncclCommInitRankConfig(ncclComm_t* comm, int size, ncclUniqueId id, int rank, ncclConfig_t* config) {
  if (config->blocking != 0) return ncclInvalidUsage;  // the backend must be able to leave
  ++members;
  *comm = new DoubleComm{group_of(id), rank};  // NOLINT: released in ncclCommAbort
  Group& group = *(*comm)->group;
  const std::lock_guard lock(group.mutex);
  group.size = static_cast<std::size_t>(size);
  group.devices.push_back(burelu::cuda_double::state().current);
  return ncclInProgress;
}

// As NCCL does it: two ranks of one device are refused once all are there.
ncclResult_t ncclCommGetAsyncError(ncclComm_t comm, ncclResult_t* state) {
  Group& group = *comm->group;
  const std::lock_guard lock(group.mutex);
  *state = group.devices.size() < group.size ? ncclInProgress : ncclSuccess;
  for (std::size_t a = 0; a < group.devices.size() && *state == ncclSuccess; ++a)
    for (std::size_t b = 0; b < a; ++b)
      if (group.devices[a] == group.devices[b]) *state = ncclInvalidUsage;
  return ncclSuccess;
}

ncclResult_t ncclCommAbort(ncclComm_t comm) {
  --members;
  {
    const std::lock_guard lock(comm->group->mutex);
    comm->group->left = true;
  }
  comm->group->changed.notify_all();
  delete comm;  // NOLINT
  return ncclSuccess;
}

ncclResult_t ncclGroupStart() { return ncclSuccess; }
ncclResult_t ncclGroupEnd() { return ncclSuccess; }

ncclResult_t ncclBroadcast(const void* from, void* to, std::size_t count, ncclDataType_t, int root, ncclComm_t comm,
                           cudaStream_t stream) {
  burelu::cuda_double::enqueue(stream, [=, group = comm->group, rank = comm->rank] {
    if (rank == root) group->given = from;
    if (!group->meet()) return;
    if (rank != root) std::memcpy(to, group->given, count * sizeof(double));
    group->meet();
  });
  return ncclSuccess;
}
