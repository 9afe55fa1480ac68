// Checkpoint files: an Archive in a file, with a header that says what it belongs to and a checksum over the rest.
//
// What is saved is what any backend can go on from (seam/backend_state.hpp): a solve goes on on another device, with
// another number of threads, on another machine. It is not bit for bit the one that did not stop: the memory of L-BFGS
// begins anew.
//
// Layout: "burelu-checkpoint 5\n", one line of JSON (see CheckpointKey), the bytes of the archive
// (native little-endian doubles), then the FNV-1a hash of those bytes (8 bytes). Written atomically.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "seam/archive.hpp"

namespace burelu {

/// What a checkpoint belongs to. All of it must agree for a solve to go on; limits and tolerance may differ.
struct CheckpointKey {
  std::uint64_t data_hash = 0;
  int rank = 0;  ///< as asked for
  std::uint64_t seed = 0;
};

/// Collects bytes in memory; `write` puts them into the file.
class CheckpointWriter final : public Archive {
 public:
  bool loading() const override { return false; }
  void raw(void* data, std::size_t size) override;
  /// Throws `DataError`; the last checkpoint of that name is then intact.
  void write(const std::string& path, const CheckpointKey& key) const;

 protected:
  std::size_t available() const override { return 0; }

 private:
  std::string bytes_;
};

/// Reads a file whole. Throws `DataError` in one line: not a checkpoint, damaged, or of other data or options (saying
/// which).
class CheckpointReader final : public Archive {
 public:
  CheckpointReader(const std::string& path, const CheckpointKey& key);
  bool loading() const override { return true; }
  void raw(void* data, std::size_t size) override;

 protected:
  std::size_t available() const override { return bytes_.size() - at_; }

 private:
  std::string bytes_;
  std::size_t at_ = 0;
};

}  // namespace burelu
