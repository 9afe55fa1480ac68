// Whole lines of a stream to rows, by several threads: one reads the next chunk while others parse theirs, and the rows
// are delivered in the order of the file. Every chunk is small enough to stay in the cache from the system's copy of
// it to the finished rows.
#pragma once

#include <condition_variable>
#include <exception>
#include <functional>
#include <mutex>
#include <string_view>
#include <vector>

#include "formats/byte_stream.hpp"
#include "formats/csv_block.hpp"

namespace burelu {

/// Threads that are worth their start for this stream.
std::size_t csv_threads(const ByteStream& stream);

class CsvPipeline {
 public:
  /// The rows of `text` and, again, an error found in them. `done`: bytes of the file up to its end.
  using Deliver = std::function<void(std::string_view text, std::uint64_t done, CsvRows& rows)>;

  CsvPipeline(ByteStream& stream, const CsvDialect& dialect, std::size_t width)
      : stream_(stream), dialect_(dialect), width_(width) {}

  /// Reads `rest`, which was taken from the stream before, and then the stream, to its end or to a chunk that holds a
  /// quotation mark. Throws what the stream or `deliver` throws.
  void run(std::string_view rest, const Deliver& deliver);

  /// What was taken from the stream and not delivered.
  const std::vector<char>& rest() const { return rest_; }
  /// Whether the stream has come to its end.
  bool ended() const { return ended_; }

 private:
  struct Chunk {
    std::vector<char> bytes;
    std::size_t size = 0;  ///< of the whole lines
    std::size_t number = 0;
    std::uint64_t done = 0;
    CsvRows rows;
  };

  void work(const Deliver& deliver);
  bool take(Chunk& chunk);
  bool fill(Chunk& chunk);
  void hand_over(Chunk& chunk, const Deliver& deliver, const std::exception_ptr& failure);

  ByteStream& stream_;
  const CsvDialect& dialect_;
  std::size_t width_;

  std::mutex reading_;  // guards the following
  std::vector<char> rest_;
  bool ended_ = false;
  bool stopped_ = false;
  std::size_t chunks_ = 0;
  std::exception_ptr read_error_;

  std::mutex delivering_;  // guards the following
  std::condition_variable turn_;
  std::size_t delivered_ = 0;
  std::exception_ptr error_;
};

}  // namespace burelu
