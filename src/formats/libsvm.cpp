// One pass into dense rows; where a line has a larger index than all before, the rows are spread in place.
#include "formats/libsvm.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>

#include "burelu/errors.hpp"
#include "formats/csv_block.hpp"
#include "formats/number.hpp"
#include "linalg/memory.hpp"
#include "problem/limits.hpp"

namespace burelu {
namespace {

constexpr std::size_t kBlock = std::size_t{1} << 22;

class LibsvmReader {
 public:
  LibsvmReader(ByteStream& stream, index_t least) : stream_(stream), stride_(static_cast<std::size_t>(least)) {
    table_.source = stream.source();
    dialect_.source = stream.source();
    features_ = stride_;
  }

  Table read() {
    std::string block;
    const bool known = !stream_.compressed() && stream_.total() > 0;
    const std::size_t size = known ? std::min<std::size_t>(kBlock, stream_.total() + 1) : kBlock;
    for (bool ended = false; !ended;) {
      const std::size_t kept = block.size();
      block.resize(kept + size);
      const std::size_t got = stream_.read(block.data() + kept, size);
      block.resize(kept + got);
      ended = got < size;
      std::string_view text = block;
      while (!text.empty()) {
        const auto end = text.find('\n');
        if (end == std::string_view::npos && !ended) break;
        read_line(text.substr(0, end));
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
      }
      block.erase(0, block.size() - text.size());
    }
    spread(features_);
    return finished();
  }

 private:
  [[noreturn]] void fail(const std::string& problem) const {
    throw DataError(table_.source + ":" + std::to_string(line_) + ":" + std::to_string(field_) + ": " + problem +
                    "; a line reads: label index:value index:value ..., with indices from 1 upwards");
  }

  static std::string_view next_token(std::string_view& line) {
    line.remove_prefix(std::min(line.find_first_not_of(" \t\r"), line.size()));
    const std::string_view token = line.substr(0, line.find_first_of(" \t\r"));
    line.remove_prefix(token.size());
    return token;
  }

  void read_line(std::string_view line) {
    ++line_;
    check_text(line, dialect_, line_);
    line = line.substr(0, line.find('#'));
    std::string_view token = next_token(line);
    if (token.empty()) return;
    field_ = 1;
    if (token.find(':') != std::string_view::npos) fail("the line begins with '" + std::string(token) + "', no label");
    add_label(token);
    entries_.clear();
    for (token = next_token(line); !token.empty(); token = next_token(line)) {
      ++field_;
      if (!token.starts_with("qid:")) add_entry(token);
    }
    if (!entries_.empty()) features_ = std::max(features_, entries_.back().first + 1);
    if (features_ > stride_) spread(std::max(features_, table_.rows == 0 ? 0 : stride_ + stride_ / 4));
    reserve_rows();
    table_.values.resize(labels_.size() * stride_);
    double* row = table_.values.data() + (labels_.size() - 1) * stride_;
    for (const auto& [index, value] : entries_) row[index] = value;
    if (table_.rows == 0 || table_.lines.back().line + table_.rows - table_.lines.back().row != line_)
      table_.lines.push_back({table_.rows, line_});
    ++table_.rows;
  }

  void add_label(std::string_view token) {
    if (token.find(',') != std::string_view::npos)
      throw DataError(table_.source + ":" + std::to_string(line_) + ":1: the sample has several labels (" +
                      std::string(token) + "), and burelu takes one class per sample; make a file for each label");
    double value = 0.0;
    labels_.push_back(parse_number(token, value) ? plain_number(value) : texts_.box(token));
  }

  void add_entry(std::string_view token) {
    const auto colon = token.find(':');
    if (colon == std::string_view::npos) fail("'" + std::string(token) + "' is no index:value pair");
    std::int64_t index = 0;
    const auto [stop, error] = std::from_chars(token.data(), token.data() + colon, index);
    const bool too_large = error == std::errc::result_out_of_range || index > kMostColumns;
    if (stop != token.data() + colon || (error != std::errc() && !too_large))
      fail("the index '" + std::string(token.substr(0, colon)) + "' is no whole number");
    if (too_large && token.front() != '-')
      fail("the index " + std::string(token.substr(0, colon)) + " is above the " + std::to_string(kMostColumns) +
           " columns that burelu takes");
    if (index < 1) fail("the index " + std::string(token.substr(0, colon)) + " is below 1");
    const auto column = static_cast<std::size_t>(index - 1);
    if (!entries_.empty() && column <= entries_.back().first)
      fail("the index " + std::to_string(index) + " does not increase");
    double value = 0.0;
    if (!parse_number(token.substr(colon + 1), value))
      fail("the value '" + std::string(token.substr(colon + 1)) + "' is not a number");
    if (!std::isfinite(value)) fail("the value of index " + std::to_string(index) + " is NaN or infinite");
    entries_.emplace_back(column, value);
  }

  /// Rows from `stride_` to `stride` numbers apart, in place.
  void spread(std::size_t stride) {
    std::vector<double>& values = table_.values;
    const auto rows = static_cast<std::size_t>(table_.rows);
    if (stride > stride_) {
      if (rows * stride > values.capacity()) require_room(rows * stride);
      values.resize(rows * stride);
      for (std::size_t i = rows; i > 0; --i) {
        double* from = values.data() + (i - 1) * stride_;
        std::copy_backward(from, from + stride_, values.data() + (i - 1) * stride + stride_);
        std::fill_n(values.data() + (i - 1) * stride + stride_, stride - stride_, 0.0);
      }
    } else if (stride < stride_) {
      for (std::size_t i = 0; i < rows; ++i)
        std::copy_n(values.data() + i * stride_, stride, values.data() + i * stride);
      values.resize(rows * stride);
    }
    stride_ = stride;
  }

  /// A few bytes with a large index make every row wide.
  void require_room(std::size_t size) const {
    const auto bytes = static_cast<std::int64_t>(size * sizeof(double));
    if (bytes > available_bytes())
      throw MemoryError(table_.source + ":" + std::to_string(line_) + ": as a dense matrix the file needs " +
                        readable_bytes(bytes) + " and more, of which " + readable_bytes(available_bytes()) +
                        " are left; use fewer rows or features");
  }

  /// Room for all of the file, judged by what was read of it, and for the column of labels.
  void reserve_rows() {
    std::vector<double>& values = table_.values;
    const std::size_t size = labels_.size() * (stride_ + 1);
    if (size <= values.capacity()) return;
    require_room(size);
    const double share =
        stream_.total() > 0 ? static_cast<double>(stream_.done()) / static_cast<double>(stream_.total()) : 0.5;
    const double factor = std::clamp(1.05 / std::max(share, 1e-3), 1.1, 4.0);
    values.reserve(static_cast<std::size_t>(static_cast<double>(size) * factor));
  }

  Table finished() {
    if (labels_.empty()) throw DataError(table_.source + " is empty; a line reads: label index:value index:value ...");
    table_.has_header = true;
    table_.sparse = true;
    table_.add_numbered("x", static_cast<index_t>(stride_));
    add_column(table_, "label", labels_);
    return std::move(table_);
  }

  ByteStream& stream_;
  CsvDialect dialect_;
  Table table_;
  Texts texts_{table_.texts};
  std::size_t stride_;
  std::size_t features_ = 0;
  index_t line_ = 0;
  index_t field_ = 1;
  std::vector<double> labels_;
  std::vector<std::pair<std::size_t, double>> entries_;
};

}  // namespace

Table read_libsvm(ByteStream& stream, index_t least_features) { return LibsvmReader(stream, least_features).read(); }

}  // namespace burelu
