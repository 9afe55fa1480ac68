// Two locks, one for the front of the pipeline and one for its end; parsing is between them.
#include "formats/csv_pipeline.hpp"

#include <algorithm>
#include <cstring>

#include "formats/decimal.hpp"
#include "linalg/team.hpp"

namespace burelu {
namespace {

constexpr std::size_t kChunk = std::size_t{1} << 18U;  // bytes, so that text and rows stay in a cache of one core
constexpr std::size_t kMostThreads = 8;                // more only wait for the disk
constexpr std::size_t kPadding =
    1 + kDecimalPadding;  // a line end that the file may lack, and what the parser asks for

bool knows_size(const ByteStream& stream) { return !stream.compressed() && stream.total() > 0; }

/// Small files need no large chunk.
std::size_t chunk_size(const ByteStream& stream) {
  return knows_size(stream) ? std::min(kChunk, static_cast<std::size_t>(stream.total()) + 1) : kChunk;
}

/// Bytes up to the end of the last whole line.
std::size_t whole_lines(const std::vector<char>& bytes, std::size_t size, char terminator) {
  const void* last = size > 0 ? ::memrchr(bytes.data(), terminator, size) : nullptr;
  return last != nullptr ? static_cast<std::size_t>(static_cast<const char*>(last) - bytes.data()) + 1 : 0;
}

}  // namespace

std::size_t csv_threads(const ByteStream& stream) {
  const auto worth = knows_size(stream) ? static_cast<std::size_t>(stream.total()) / kChunk : kMostThreads;
  return std::clamp(worth, std::size_t{1}, std::min(kMostThreads, static_cast<std::size_t>(Team::current().size())));
}

void CsvPipeline::run(std::string_view rest, const Deliver& deliver) {
  rest_.assign(rest.begin(), rest.end());
  Team(static_cast<int>(csv_threads(stream_))).run([&](int) { work(deliver); });
  if (error_) std::rethrow_exception(error_);
  if (read_error_) std::rethrow_exception(read_error_);
}

void CsvPipeline::work(const Deliver& deliver) {
  Chunk chunk;
  while (take(chunk)) {
    std::exception_ptr failure;  // as of memory: the chunk has its turn all the same, others wait for it
    try {
      parse_plain_lines({chunk.bytes.data(), chunk.size}, dialect_, width_, 1, chunk.rows);
    } catch (...) {
      failure = std::current_exception();
    }
    hand_over(chunk, deliver, failure);
  }
}

/// The next chunk of whole lines; false where there is none, or not for this parser.
bool CsvPipeline::take(Chunk& chunk) {
  const std::lock_guard lock(reading_);
  if (stopped_) return false;
  try {
    stopped_ = !fill(chunk);
  } catch (...) {
    read_error_ = std::current_exception();
    stopped_ = true;
  }
  if (stopped_) return false;
  chunk.number = chunks_++;
  chunk.done = stream_.compressed() ? stream_.done() : stream_.done() - rest_.size();
  return true;
}

bool CsvPipeline::fill(Chunk& chunk) {
  std::vector<char>& bytes = chunk.bytes;
  std::size_t size = rest_.size();
  if (bytes.size() < size + kPadding) bytes.resize(std::max(chunk_size(stream_), size) + kPadding);
  std::copy(rest_.begin(), rest_.end(), bytes.begin());
  chunk.size = whole_lines(bytes, size, dialect_.terminator);
  while (chunk.size == 0 && !ended_) {
    if (size * 2 > bytes.size()) bytes.resize(2 * bytes.size());
    const std::size_t wanted = bytes.size() - kPadding - size;
    const std::size_t got = stream_.read(bytes.data() + size, wanted);
    ended_ = got < wanted;
    chunk.size = whole_lines(bytes, size + got, dialect_.terminator);
    size += got;
  }
  if (ended_ && chunk.size < size) {
    chunk.size = size;
    bytes[chunk.size++] = dialect_.terminator;
  }
  const bool plain = chunk.size == 0 || std::memchr(bytes.data(), '"', chunk.size) == nullptr;
  const std::size_t used = plain ? chunk.size : 0;
  rest_.assign(bytes.begin() + static_cast<std::ptrdiff_t>(std::min(used, size)),
               bytes.begin() + static_cast<std::ptrdiff_t>(size));
  return plain && chunk.size > 0;
}

/// In the order of the file. After an error the rest goes nowhere, in order as well.
void CsvPipeline::hand_over(Chunk& chunk, const Deliver& deliver, const std::exception_ptr& failure) {
  std::unique_lock lock(delivering_);
  turn_.wait(lock, [&] { return delivered_ == chunk.number; });
  if (!error_) {
    error_ = failure;
    try {
      if (!failure) deliver({chunk.bytes.data(), chunk.size}, chunk.done, chunk.rows);
    } catch (...) {
      error_ = std::current_exception();
    }
  }
  ++delivered_;
  const bool failed = error_ != nullptr;
  lock.unlock();
  turn_.notify_all();
  if (!failed) return;
  const std::lock_guard stop(reading_);
  stopped_ = true;
}

}  // namespace burelu
