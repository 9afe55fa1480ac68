#include "nccl_way.hpp"

#if __has_include(<nccl.h>)

#include <dlfcn.h>
#include <nccl.h>

#include <chrono>
#include <thread>

#include "resources.hpp"
#include "row_exchange.hpp"

namespace burelu::cuda {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kJoining{60};     // NCCL finds its way within some seconds, or not at all
constexpr std::chrono::microseconds kSpin{200};  // of looking without a pause
constexpr std::chrono::microseconds kPause{20};  // between looks

/// What is used of NCCL.
struct Library {
  decltype(&ncclGetUniqueId) unique_id = nullptr;
  decltype(&ncclCommInitRankConfig) join = nullptr;
  decltype(&ncclCommGetAsyncError) state = nullptr;
  decltype(&ncclCommAbort) abort = nullptr;
  decltype(&ncclGroupStart) group_start = nullptr;
  decltype(&ncclGroupEnd) group_end = nullptr;
  decltype(&ncclBroadcast) broadcast = nullptr;

  bool complete() const {
    return unique_id != nullptr && join != nullptr && state != nullptr && abort != nullptr && group_start != nullptr &&
           group_end != nullptr && broadcast != nullptr;
  }
};

#if defined(NCCL_IS_LINKED)

Library library() {
  return {&ncclGetUniqueId, &ncclCommInitRankConfig, &ncclCommGetAsyncError, &ncclCommAbort,
          &ncclGroupStart,  &ncclGroupEnd,           &ncclBroadcast};
}

#else

template <class Function>
void find(void* from, const char* name, Function& function) {
  function = reinterpret_cast<Function>(dlsym(from, name));
}

// It stays loaded.
Library library() {
  Library out;
  void* from = dlopen("libnccl.so.2", RTLD_NOW | RTLD_LOCAL);
  if (from == nullptr) return out;
  find(from, "ncclGetUniqueId", out.unique_id);
  find(from, "ncclCommInitRankConfig", out.join);
  find(from, "ncclCommGetAsyncError", out.state);
  find(from, "ncclCommAbort", out.abort);
  find(from, "ncclGroupStart", out.group_start);
  find(from, "ncclGroupEnd", out.group_end);
  find(from, "ncclBroadcast", out.broadcast);
  return out;
}

#endif

/// Looks until `done`, and in between whether the other ranks are there.
template <class Done>
void look_until(Ranks& ranks, const Done& done) {
  const Clock::time_point start = Clock::now();
  while (!done()) {
    ranks.look();
    if (Clock::now() - start < kSpin)
      std::this_thread::yield();
    else
      std::this_thread::sleep_for(kPause);
  }
}

class Joined final : public NcclWay {
 public:
  Joined(Ranks& ranks, const Library& library, ncclComm_t all) : ranks_(ranks), library_(library), all_(all) {}
  // Nothing is under way at the end: what NCCL has is released without a word to the others.
  ~Joined() override { leave(); }
  Joined(const Joined&) = delete;
  Joined& operator=(const Joined&) = delete;

  void share(double* data, const std::vector<std::int64_t>& ends) override {
    try {
      queue(data, ends);
      look_until(ranks_, [this] { return settled(); });
      look_until(ranks_, [this] { return stream_.idle(); });
    } catch (...) {
      leave();  // ends what waits on the device for others
      throw;
    }
    const auto own = static_cast<std::size_t>(ranks_.rank());
    const std::int64_t mine = ends[own] - (own == 0 ? 0 : ends[own - 1]);
    ranks_.received((ends.back() - mine) * static_cast<std::int64_t>(sizeof(double)));
  }

 private:
  static void need(ncclResult_t result) {
    if (result != ncclSuccess && result != ncclInProgress)
      throw DeviceError("NCCL failed with code " + std::to_string(static_cast<int>(result)));
  }

  void queue(double* data, const std::vector<std::int64_t>& ends) const {
    need(library_.group_start());
    std::int64_t begin = 0;
    for (std::size_t k = 0; k < ends.size(); begin = ends[k++])
      if (ends[k] > begin)
        need(library_.broadcast(data + begin, data + begin, static_cast<std::size_t>(ends[k] - begin), ncclDouble,
                                static_cast<int>(k), all_, stream_));
    need(library_.group_end());
  }

  bool settled() const {
    ncclResult_t state = ncclSuccess;
    need(library_.state(all_, &state));
    need(state);
    return state != ncclInProgress;
  }

  void leave() noexcept {
    if (all_ != nullptr) library_.abort(std::exchange(all_, nullptr));
  }

  Ranks& ranks_;
  const Library library_;
  ncclComm_t all_;
  const Stream stream_;
};

}  // namespace

std::unique_ptr<NcclWay> NcclWay::join(Ranks& ranks, bool able) {
  const Library nccl = able ? library() : Library{};
  struct {
    int there = 0;
    ncclUniqueId id{};
  } invitation;
  if (ranks.rank() == 0 && nccl.complete()) invitation.there = nccl.unique_id(&invitation.id) == ncclSuccess ? 1 : 0;
  ranks.tell(&invitation, sizeof(invitation));
  if (least(ranks, nccl.complete() ? invitation.there : 0) == 0) return nullptr;

  ncclConfig_t config = NCCL_CONFIG_INITIALIZER;
  config.blocking = 0;
  ncclComm_t all = nullptr;
  ncclResult_t result = nccl.join(&all, ranks.size(), invitation.id, ranks.rank(), &config);
  std::unique_ptr<Joined> way;
  try {
    if (all != nullptr) way = std::make_unique<Joined>(ranks, nccl, all);
  } catch (const DeviceError&) {  // the others wait below
    nccl.abort(all);
    result = ncclSystemError;
  }
  const Clock::time_point start = Clock::now();
  if (way && (result == ncclSuccess || result == ncclInProgress))
    look_until(ranks, [&] {
      const bool answered = nccl.state(all, &result) != ncclSuccess || result != ncclInProgress;
      return answered || Clock::now() - start > kJoining;
    });
  const bool joined = least(ranks, result == ncclSuccess ? 1 : 0) == 1;
  if (!joined) return nullptr;
  return way;
}

}  // namespace burelu::cuda

#else

namespace burelu::cuda {

std::unique_ptr<NcclWay> NcclWay::join(Ranks& /*ranks*/, bool /*able*/) { return nullptr; }

}  // namespace burelu::cuda

#endif
