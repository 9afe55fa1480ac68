// The processes that solve together: who this one is, and what it exchanges with the others. Under mpirun they are
// MPI's (src/mpi); without it there is one.
//
// All ranks make the same calls in the same order. What comes of a call does not depend on who sends first: sums are
// formed by the receivers, in an order of their own (cpu/slot_sums.hpp).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "burelu/errors.hpp"

namespace burelu {

/// Another rank is gone, or a signal came while this one waited for the others: nothing can be exchanged any more.
class RanksLost : public DeviceError {
 public:
  using DeviceError::DeviceError;
};

/// The devices of the ranks are not of one kind: they cannot share what has to have the same bits on each.
class UnlikeDevices : public DeviceError {
 public:
  using DeviceError::DeviceError;
};

/// What this rank has received.
struct Traffic {
  std::int64_t bytes = 0;
  std::int64_t calls = 0;
};

class Ranks {
 public:
  virtual ~Ranks() = default;
  virtual int rank() const = 0;
  virtual int size() const = 0;

  /// `data` has ends.back() * unit numbers, of which rank k has filled those from ends[k - 1] * unit (0: from the
  /// first) up to ends[k] * unit. Afterwards every rank has all of them.
  virtual void share(double* data, const std::vector<std::int64_t>& ends, std::int64_t unit) = 0;
  /// The same, afterwards rank 0 has all of them.
  virtual void collect(double* data, const std::vector<std::int64_t>& ends, std::int64_t unit) = 0;
  /// On rank 0: what each rank gives. On the others: nothing.
  virtual std::vector<std::string> collect(const std::string& mine) = 0;
  /// to[k] goes to rank k; what rank k had for this one comes back as [k].
  virtual std::vector<std::string> swap(const std::vector<std::string>& to) = 0;
  /// These bytes of rank 0, of a length that all know.
  virtual void tell(void* data, std::int64_t bytes) = 0;

  /// Of a rank that waits for others otherwise than here: throws `RanksLost` where they are gone.
  virtual void look() {}
  /// What came from others otherwise than through here.
  virtual void received(std::int64_t /*bytes*/) {}
  /// Whether share() takes memory of a CUDA device as well, on all ranks.
  virtual bool reads_device_memory() const { return false; }
  virtual Traffic traffic() const { return {}; }

  /// The only one.
  static Ranks& solo();
};

/// A text of rank 0, whatever its length.
std::string told(Ranks& ranks, std::string text);

}  // namespace burelu
