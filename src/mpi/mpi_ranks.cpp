#include "mpi/mpi_ranks.hpp"

#define OMPI_SKIP_MPICXX 1
#define MPICH_SKIP_MPICXX 1
#include <mpi.h>
#if defined(OPEN_MPI) && __has_include(<mpi-ext.h>)
#include <mpi-ext.h>
#endif

#include <algorithm>
#include <chrono>
#include <climits>
#include <cstdlib>
#include <numeric>
#include <thread>
#include <utility>

namespace burelu {
namespace {

using Clock = std::chrono::steady_clock;

constexpr double kSpin = 2e-4;       // seconds of looking without a pause: most exchanges take less
constexpr double kShortWait = 2e-2;  // then pauses of a twentieth of a millisecond, afterwards of one
constexpr double kGrace = 0.4;       // seconds after a signal: a launcher that ends all kills them a second after it
constexpr double kIdleGrace = 8.0;   // where the others wait for rank 0, which may be proving a last bound
constexpr double kLookEvery = 1e-2;  // seconds between questions for a signal
constexpr std::int64_t kPiece = std::int64_t{1} << 30;  // bytes of one message

double since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

int count_of(std::int64_t value) {
  if (value > INT_MAX) throw DeviceError("a message between ranks has more parts than MPI counts: use more ranks");
  return static_cast<int>(value);
}

[[noreturn]] void lost() { throw RanksLost("another rank was lost; nothing can be exchanged any more"); }

void check(int code) {
  if (code != MPI_SUCCESS) lost();
}

constexpr int kTag = 1;

bool built_for_cuda() {
#if defined(MPIX_CUDA_AWARE_SUPPORT)
  return MPIX_Query_cuda_support() == 1;
#else
  return false;
#endif
}

}  // namespace

struct MpiRanks::Request {
  MPI_Request handle = MPI_REQUEST_NULL;
};

// Of an array of all ranks' numbers, one rank after the other.
struct MpiRanks::Parts {
  std::vector<int> counts, begins;
};

MpiRanks::MpiRanks(std::function<bool()> signalled) : signalled_(std::move(signalled)) {
  int provided = 0;
  check(MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &provided));
  MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
  check(MPI_Comm_rank(MPI_COMM_WORLD, &rank_));
  check(MPI_Comm_size(MPI_COMM_WORLD, &size_));
  MPI_Comm machine = MPI_COMM_NULL;
  check(MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &machine));
  check(MPI_Comm_size(machine, &neighbours_));
  check(MPI_Comm_rank(machine, &place_));
  MPI_Comm_free(&machine);
  const int own = built_for_cuda() ? 1 : 0;
  int all = 0;
  check(MPI_Allreduce(&own, &all, 1, MPI_INT, MPI_MIN, MPI_COMM_WORLD));
  device_memory_ = all == 1;
}

std::string MpiRanks::library() {
  char name[MPI_MAX_LIBRARY_VERSION_STRING];
  int length = 0;
  MPI_Get_library_version(name, &length);
  const std::string text(name, static_cast<std::size_t>(length));
  return text.substr(0, text.find_first_of(",\n"));
}

MpiRanks::~MpiRanks() {
  if (!lost_) MPI_Finalize();
}

void MpiRanks::abort(int code) {
  lost_ = true;
  MPI_Abort(MPI_COMM_WORLD, code);
  std::_Exit(code);
}

void MpiRanks::wait(Request& request, double grace) {
  if (lost_) lost();
  const Clock::time_point start = Clock::now();
  double signalled_at = -1.0;
  double look_at = 0.0;
  ++traffic_.calls;
  for (;;) {
    int done = 0;
    if (MPI_Test(&request.handle, &done, MPI_STATUS_IGNORE) != MPI_SUCCESS) {
      lost_ = true;
      lost();
    }
    if (done != 0) return;
    const double seconds = since(start);
    if (seconds >= look_at) {
      look_at = seconds + kLookEvery;
      if (signalled_at < 0.0 && signalled_ && signalled_()) signalled_at = seconds;
      if (signalled_at >= 0.0 && seconds > signalled_at + grace) {
        lost_ = true;
        lost();
      }
    }
    if (seconds < kSpin)
      std::this_thread::yield();
    else
      std::this_thread::sleep_for(std::chrono::microseconds(seconds < kShortWait ? 50 : 1000));
  }
}

void MpiRanks::look() {
  if (lost_) lost();
  const double now = std::chrono::duration<double>(Clock::now().time_since_epoch()).count();
  if (signalled_at_ < 0.0 && signalled_ && signalled_()) signalled_at_ = now;
  if (signalled_at_ < 0.0 || now < signalled_at_ + kGrace) return;
  lost_ = true;
  lost();
}

MpiRanks::Parts MpiRanks::parts(const std::vector<std::int64_t>& ends, std::int64_t unit) const {
  Parts out;
  std::int64_t begin = 0;
  for (const std::int64_t end : ends) {
    out.counts.push_back(count_of((end - begin) * unit));
    out.begins.push_back(count_of(begin * unit));
    begin = end;
  }
  return out;
}

void MpiRanks::wait_all(std::vector<Request>& requests) {
  for (Request& request : requests) wait(request, kGrace);
}

void MpiRanks::share_by_messages(double* data, const std::vector<std::int64_t>& ends, std::int64_t unit) {
  const Parts all = parts(ends, unit);
  const auto own = static_cast<std::size_t>(rank_);
  std::vector<Request> open;
  for (int step = 1; step < size_; ++step) {  // not all to the same rank at a time
    const int from = (rank_ - step + size_) % size_;
    const int to = (rank_ + step) % size_;
    const auto part = static_cast<std::size_t>(from);
    open.emplace_back();
    check(MPI_Irecv(data + all.begins[part], all.counts[part], MPI_DOUBLE, from, kTag, MPI_COMM_WORLD,
                    &open.back().handle));
    open.emplace_back();
    check(
        MPI_Isend(data + all.begins[own], all.counts[own], MPI_DOUBLE, to, kTag, MPI_COMM_WORLD, &open.back().handle));
    traffic_.bytes += all.counts[part] * static_cast<std::int64_t>(sizeof(double));
  }
  wait_all(open);
}

void MpiRanks::share(double* data, const std::vector<std::int64_t>& ends, std::int64_t unit) {
  if (device_memory_) return share_by_messages(data, ends, unit);
  const Parts all = parts(ends, unit);
  Request request;
  check(MPI_Iallgatherv(MPI_IN_PLACE, 0, MPI_DATATYPE_NULL, data, all.counts.data(), all.begins.data(), MPI_DOUBLE,
                        MPI_COMM_WORLD, &request.handle));
  wait(request, kGrace);
  const int own = all.counts[static_cast<std::size_t>(rank_)];
  traffic_.bytes += (ends.back() * unit - own) * static_cast<std::int64_t>(sizeof(double));
}

void MpiRanks::collect(double* data, const std::vector<std::int64_t>& ends, std::int64_t unit) {
  const Parts all = parts(ends, unit);
  const auto own = static_cast<std::size_t>(rank_);
  Request request;
  check(rank_ == 0 ? MPI_Igatherv(MPI_IN_PLACE, 0, MPI_DOUBLE, data, all.counts.data(), all.begins.data(), MPI_DOUBLE,
                                  0, MPI_COMM_WORLD, &request.handle)
                   : MPI_Igatherv(data + all.begins[own], all.counts[own], MPI_DOUBLE, nullptr, nullptr, nullptr,
                                  MPI_DOUBLE, 0, MPI_COMM_WORLD, &request.handle));
  wait(request, kGrace);
  if (rank_ == 0) traffic_.bytes += (ends.back() * unit - all.counts[own]) * static_cast<std::int64_t>(sizeof(double));
}

std::vector<std::string> MpiRanks::collect(const std::string& mine) {
  std::vector<std::string> to(static_cast<std::size_t>(size_));
  to[0] = mine;
  std::vector<std::string> out = swap(to);
  if (rank_ != 0) out.clear();
  return out;
}

std::vector<std::string> MpiRanks::swap(const std::vector<std::string>& to) {
  const auto size = static_cast<std::size_t>(size_);
  std::vector<std::int64_t> sent(size);
  std::vector<std::int64_t> received(size);
  for (std::size_t k = 0; k < size; ++k) sent[k] = static_cast<std::int64_t>(to[k].size());
  Request request;
  check(MPI_Ialltoall(sent.data(), 1, MPI_INT64_T, received.data(), 1, MPI_INT64_T, MPI_COMM_WORLD, &request.handle));
  wait(request, kGrace);
  std::vector<std::string> from(size);
  for (std::size_t k = 0; k < size; ++k) from[k].resize(static_cast<std::size_t>(received[k]));
  std::vector<Request> open;
  for (std::size_t k = 0; k < size; ++k) {
    for (std::int64_t at = 0; at < received[k]; at += kPiece) {
      open.emplace_back();
      check(MPI_Irecv(from[k].data() + at, count_of(std::min(kPiece, received[k] - at)), MPI_BYTE, static_cast<int>(k),
                      kTag, MPI_COMM_WORLD, &open.back().handle));
    }
    for (std::int64_t at = 0; at < sent[k]; at += kPiece) {
      open.emplace_back();
      check(MPI_Isend(to[k].data() + at, count_of(std::min(kPiece, sent[k] - at)), MPI_BYTE, static_cast<int>(k), kTag,
                      MPI_COMM_WORLD, &open.back().handle));
    }
    if (static_cast<int>(k) != rank_) traffic_.bytes += received[k];
  }
  wait_all(open);
  return from;
}

void MpiRanks::tell(void* data, std::int64_t bytes) {
  auto* at = static_cast<char*>(data);
  for (std::int64_t done = 0; done < bytes; done += kPiece) {
    Request request;
    check(
        MPI_Ibcast(at + done, count_of(std::min(kPiece, bytes - done)), MPI_BYTE, 0, MPI_COMM_WORLD, &request.handle));
    wait(request, rank_ == 0 ? kGrace : kIdleGrace);
  }
  if (rank_ != 0) traffic_.bytes += bytes;
}

}  // namespace burelu
