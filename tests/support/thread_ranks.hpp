// Ranks as threads of one process: what MPI does between processes, without a launcher. A rank that fails loses all.
#pragma once

#include <condition_variable>
#include <cstring>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "ranks/ranks.hpp"

namespace burelu::test {

class ThreadRanks {
 public:
  /// `device_memory`: what it says of itself; the memory of host doubles is the host's.
  explicit ThreadRanks(int size, bool device_memory = false)
      : size_(size), device_memory_(device_memory), given_(static_cast<std::size_t>(size)) {
    for (int k = 0; k < size; ++k) ranks_.push_back(std::make_unique<One>(*this, k));
  }

  /// body(its ranks) on each rank, rank 0 in this thread. The first exception of a rank that is not that others were
  /// lost arrives here; else that.
  void run(const std::function<void(Ranks&)>& body) {
    std::vector<std::thread> threads;
    const auto one = [&](int k) {
      try {
        body(*ranks_[static_cast<std::size_t>(k)]);
      } catch (const RanksLost&) {
        lose(std::current_exception(), false);
      } catch (...) {
        lose(std::current_exception(), true);
      }
    };
    for (int k = 1; k < size_; ++k) threads.emplace_back(one, k);
    one(0);
    for (std::thread& thread : threads) thread.join();
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  using Parts = std::vector<std::string>;

  class One final : public Ranks {
   public:
    One(ThreadRanks& all, int rank) : all_(all), rank_(rank) {}
    int rank() const override { return rank_; }
    int size() const override { return all_.size_; }

    void share(double* data, const std::vector<std::int64_t>& ends, std::int64_t unit) override {
      put_together(data, ends, unit, true);
    }
    void collect(double* data, const std::vector<std::int64_t>& ends, std::int64_t unit) override {
      put_together(data, ends, unit, rank_ == 0);
    }
    std::vector<std::string> collect(const std::string& mine) override {
      const std::vector<Parts> all = all_.meet(rank_, {mine});
      std::vector<std::string> out;
      for (std::size_t k = 0; k < all.size() && rank_ == 0; ++k) out.push_back(receive(k, all[k][0]));
      return out;
    }
    std::vector<std::string> swap(const std::vector<std::string>& to) override {
      const std::vector<Parts> all = all_.meet(rank_, to);
      std::vector<std::string> out;
      for (std::size_t k = 0; k < all.size(); ++k) out.push_back(receive(k, all[k][static_cast<std::size_t>(rank_)]));
      return out;
    }
    void tell(void* data, std::int64_t bytes) override {
      const auto size = static_cast<std::size_t>(bytes);
      const auto all =
          all_.meet(rank_, {rank_ == 0 ? std::string(static_cast<const char*>(data), size) : std::string()});
      if (rank_ != 0 && size > 0) std::memcpy(data, receive(0, all[0][0]).data(), size);
    }
    bool reads_device_memory() const override { return all_.device_memory_; }
    void look() override {
      const std::lock_guard lock(all_.mutex_);
      if (all_.lost_) throw RanksLost("another rank was lost");
    }
    void received(std::int64_t bytes) override { traffic_.bytes += bytes; }
    Traffic traffic() const override { return traffic_; }

   private:
    const std::string& receive(std::size_t from, const std::string& part) {
      if (from != static_cast<std::size_t>(rank_)) traffic_.bytes += static_cast<std::int64_t>(part.size());
      return part;
    }

    void put_together(double* data, const std::vector<std::int64_t>& ends, std::int64_t unit, bool receives) {
      const auto begin = [&](std::size_t k) { return (k == 0 ? 0 : ends[k - 1]) * unit; };
      const auto own = static_cast<std::size_t>(rank_);
      const auto bytes = static_cast<std::size_t>(ends[own] * unit - begin(own)) * sizeof(double);
      const auto all = all_.meet(rank_, {std::string(reinterpret_cast<const char*>(data + begin(own)), bytes)});
      ++traffic_.calls;
      for (std::size_t k = 0; k < all.size() && receives; ++k)
        if (k != own && !all[k][0].empty())
          std::memcpy(data + begin(k), receive(k, all[k][0]).data(), all[k][0].size());
    }

    ThreadRanks& all_;
    const int rank_;
    Traffic traffic_;
  };

  // Everybody's parts, when everybody has come.
  std::vector<Parts> meet(int rank, Parts parts) {
    std::unique_lock lock(mutex_);
    if (lost_) throw RanksLost("another rank was lost");
    given_[static_cast<std::size_t>(rank)] = std::move(parts);
    const std::int64_t turn = turn_;
    if (++come_ == size_) {
      come_ = 0;
      ++turn_;
      taken_ = given_;
      changed_.notify_all();
    } else {
      changed_.wait(lock, [&] { return lost_ || turn_ != turn; });
      if (turn_ == turn) throw RanksLost("another rank was lost");
    }
    return taken_;
  }

  void lose(const std::exception_ptr& failure, bool first) {
    const std::lock_guard lock(mutex_);
    lost_ = true;
    if (!failure_ || (first && !real_)) failure_ = failure;
    real_ = real_ || first;
    changed_.notify_all();
  }

  const int size_;
  const bool device_memory_;
  std::vector<std::unique_ptr<One>> ranks_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Parts> given_, taken_;
  int come_ = 0;
  std::int64_t turn_ = 0;
  bool lost_ = false, real_ = false;
  std::exception_ptr failure_;
};

}  // namespace burelu::test
