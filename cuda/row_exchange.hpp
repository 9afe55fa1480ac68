// What ranks that share a relaxation on their devices exchange: rows of G F with the sums of their blocks in every
// evaluation, and what the scan found. Rows go by NCCL, else by MPI from device to device where it reads their memory,
// else through the host's.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "exchange.hpp"
#include "nccl_way.hpp"
#include "pair_list.hpp"
#include "ranks/ranks.hpp"
#include "resources.hpp"

namespace burelu::cuda {

class RowExchange {
 public:
  /// What goes along with the rows: the penalty, or all sums of an update.
  enum Sums { kPenalty, kUpdate };

  RowExchange(Ranks& ranks, std::unique_ptr<NcclWay> way, std::int64_t rows, const Stream& stream);
  /// For `rank` columns of F.
  void resize(std::int64_t rank);
  static std::int64_t doubles(int ranks, std::int64_t rows, std::int64_t rank);

  RowShare share() const { return {ranks_.rank(), ranks_.size()}; }
  Ranks& ranks() const { return ranks_; }

  /// Queues this rank's part: sums of a pass are exchanged with `gradient`, rows of F.
  void send(Sums sums, double* gradient, double* partial, const State* state) const;
  /// While nothing is queued. Throws where a rank has not what rank 0 has, bit for bit.
  void meet(Sums sums);
  /// Queues what the others have sent.
  void receive(Sums sums, double* gradient, double* partial, const State* state) const;
  /// Of the last meeting.
  bool halted() const { return halted_; }

  /// Of a scan: the sums over all ranks of what each has found.
  void add_up(ListState& found) const;
  /// Pairs (p, q) of rows, one after the other, found by this rank: those of others that have row q here.
  std::vector<std::int32_t> swap(const std::vector<std::int32_t>& found) const;

 private:
  struct Layout {
    int kinds = 1;
    std::vector<std::int64_t> ends;  ///< of the ranks' stretches
    DeviceBuffer<std::int64_t> at;   ///< rows of each rank, then sums of each
  };
  ExchangeView view(const Layout& layout, double* gradient, double* partial, const State* state) const;
  bool through_host() const { return way_ == nullptr && !ranks_.reads_device_memory(); }
  double* staged() const { return reinterpret_cast<double*>(staging_.data()); }
  double* words() const { return reinterpret_cast<double*>(words_staging_.data()); }

  Ranks& ranks_;
  const std::unique_ptr<NcclWay> way_;
  const std::int64_t rows_;
  std::int64_t rank_ = 0;
  const Stream& stream_;
  std::array<Layout, 2> layouts_;
  DeviceBuffer<double> packed_, words_;
  PinnedBuffer staging_, words_staging_;
  bool halted_ = false;
};

/// The least of all ranks' numbers.
std::int64_t least(Ranks& ranks, std::int64_t own);

}  // namespace burelu::cuda
