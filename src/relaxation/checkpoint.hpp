// Checkpoint files: an Archive in a file, with a header that says what it belongs to and a checksum over the rest.
//
// What is saved is what any backend can go on from (seam/backend_state.hpp): a solve goes on on another device, with
// another number of threads, on another machine. It is not bit for bit the one that did not stop: the memory of L-BFGS
// begins anew.
//
// Layout: "burelu-checkpoint 6\n", one line of JSON (see CheckpointKey), the bytes of the archive
// (native little-endian doubles), then the FNV-1a hash of those bytes (8 bytes). Written atomically.
#pragma once

#include <cstdint>
#include <string>

#include "seam/bytes_archive.hpp"

namespace burelu {

/// What a checkpoint belongs to. All of it must agree for a solve to go on; limits and tolerance may differ.
struct CheckpointKey {
  std::uint64_t data_hash = 0;
  int rank = 0;  ///< as asked for
  std::uint64_t seed = 0;
};

class CheckpointWriter final : public BytesWriter {
 public:
  /// Throws `DataError`; the last checkpoint of that name is then intact.
  void write(const std::string& path, const CheckpointKey& key) const;
};

class CheckpointReader final : public BytesReader {
 public:
  /// Reads a file whole. Throws `DataError` in one line: not a checkpoint, damaged, or of other data or options (saying
  /// which).
  CheckpointReader(const std::string& path, const CheckpointKey& key);
};

}  // namespace burelu
