// The ranks of MPI's world. Nothing here blocks inside MPI: whoever waits looks again and again, gives its processor
// away in between, and ends the wait where the others are gone.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "ranks/ranks.hpp"

namespace burelu {

class MpiRanks final : public Ranks {
 public:
  /// Starts MPI; one object per process. `signalled`: asked while waiting, whether a signal has come to this process.
  /// The launcher sends one to all ranks when one of them dies.
  explicit MpiRanks(std::function<bool()> signalled);
  ~MpiRanks() override;  ///< Ends MPI, with all ranks; not where they are lost.
  MpiRanks(const MpiRanks&) = delete;
  MpiRanks& operator=(const MpiRanks&) = delete;

  int rank() const override { return rank_; }
  int size() const override { return size_; }
  void share(double* data, const std::vector<std::int64_t>& ends, std::int64_t unit) override;
  /// The same by a message from each rank to each: what CUDA-aware MPI takes memory of a device for, as it does not for
  /// collectives that do not block.
  void share_by_messages(double* data, const std::vector<std::int64_t>& ends, std::int64_t unit);
  bool reads_device_memory() const override { return device_memory_; }
  void collect(double* data, const std::vector<std::int64_t>& ends, std::int64_t unit) override;
  std::vector<std::string> collect(const std::string& mine) override;
  std::vector<std::string> swap(const std::vector<std::string>& to) override;
  void tell(void* data, std::int64_t bytes) override;
  void look() override;
  void received(std::int64_t bytes) override { traffic_.bytes += bytes; }
  Traffic traffic() const override { return traffic_; }

  /// Name and version of the MPI that this program has.
  static std::string library();
  /// Ranks on this machine, and the place of this one among them.
  int neighbours() const { return neighbours_; }
  int place() const { return place_; }
  /// Ends all ranks, now.
  [[noreturn]] void abort(int code);

 private:
  struct Request;
  struct Parts;
  void wait(Request& request, double grace);
  void wait_all(std::vector<Request>& requests);
  Parts parts(const std::vector<std::int64_t>& ends, std::int64_t unit) const;

  std::function<bool()> signalled_;
  int rank_ = 0, size_ = 1, neighbours_ = 1, place_ = 0;
  bool lost_ = false;
  double signalled_at_ = -1.0;  // of look()
  bool device_memory_ = false;
  Traffic traffic_;
};

}  // namespace burelu
