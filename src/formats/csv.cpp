// A stream to a table: the header question, records with quotation marks, and putting the rows together.
#include "formats/csv.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <unordered_set>

#include "burelu/errors.hpp"
#include "formats/csv_block.hpp"
#include "formats/csv_dialect.hpp"
#include "formats/csv_pipeline.hpp"
#include "formats/number.hpp"

namespace burelu {
namespace {

constexpr std::size_t kBlock = std::size_t{1} << 18U;  // bytes read at a time while the pipeline is not at work

using Fields = std::vector<std::string_view>;

/// A decimal comma is refused later: the row of such numbers is no header.
bool is_number(std::string_view field) {
  double ignored = 0.0;
  return parse_number(field, ignored) || has_decimal_comma(field);
}

std::vector<std::string> checked_names(const Fields& fields, const std::string& source, index_t line) {
  std::vector<std::string> names(fields.begin(), fields.end());
  std::unordered_set<std::string> seen;
  for (std::size_t j = 0; j < names.size(); ++j) {
    if (names[j].empty()) names[j] = "column " + std::to_string(j + 1);
    if (!seen.insert(names[j]).second)
      throw DataError(source + ":" + std::to_string(line) + ":" + std::to_string(j + 1) + ": two columns are called '" +
                      names[j] + "'; rename one of them in the header");
  }
  return names;
}

class CsvReader {
 public:
  CsvReader(ByteStream& stream, char separator) : stream_(stream) {
    table_.source = dialect_.source = stream.source();
    dialect_.separator = separator;
  }

  Table read(Header header) {
    fill();
    skip_byte_order_mark();
    find_dialect();
    read_first_record(header);
    while (!ended_ || at_ < size_) read_block();
    if (undecided_ && first_row_is_header()) make_header();
    if (!table_.has_header) table_.add_numbered("x", static_cast<index_t>(width_));
    return std::move(table_);
  }

 private:
  std::string_view window() const { return {block_.data() + at_, size_ - at_}; }

  /// Moves what is left to the front and reads on; a block that is full of one record grows.
  void fill() {
    std::copy(block_.begin() + static_cast<std::ptrdiff_t>(at_), block_.begin() + static_cast<std::ptrdiff_t>(size_),
              block_.begin());
    size_ -= at_;
    at_ = 0;
    const std::size_t wanted = std::max(kBlock, size_ * 2);
    const bool known = !stream_.compressed() && stream_.total() > 0;  // small files need no large block
    const std::size_t enough = known ? size_ + static_cast<std::size_t>(stream_.total()) + 1 : wanted;
    if (block_.size() < std::min(wanted, enough)) block_.resize(std::min(wanted, enough));
    const std::size_t got = stream_.read(block_.data() + size_, block_.size() - size_);
    ended_ = got < block_.size() - size_;
    size_ += got;
  }

  void skip_byte_order_mark() {
    constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
    if (window().starts_with(kByteOrderMark)) at_ = kByteOrderMark.size();
  }

  void find_dialect() {
    refuse_other_kinds(window(), table_.source);
    if (looks_like_libsvm(window()))
      throw DataError(table_.source + " looks like LIBSVM (label index:value ...); let its name end in .svm");
    skip_marks();
    const std::string_view text = window();
    const auto end = text.find_first_of("\r\n");
    if (end != std::string_view::npos && text[end] == '\r' && (end + 1 == text.size() || text[end + 1] != '\n'))
      dialect_.terminator = '\r';
    if (dialect_.separator == kGuessSeparator) dialect_.separator = guess_separator(text);
  }

  /// Excel's first line sep=; and the # before the header that numpy.savetxt writes.
  void skip_marks() {
    const std::string_view text = window();
    if (text.size() > 5 && text.starts_with("sep=") && (text[5] == '\r' || text[5] == '\n')) {
      if (dialect_.separator == kGuessSeparator) dialect_.separator = text[4];
      at_ += text.substr(5).starts_with("\r\n") ? 7 : 6;
      ++line_;
    } else if (text.starts_with("# ") || text.starts_with("#\t")) {
      at_ += 2;
    }
  }

  void read_first_record(Header header) {
    Fields fields;
    for (;;) {
      CsvScanner scanner(window(), dialect_, line_, ended_);
      const bool found = scanner.next(fields);
      if (!found && !ended_) {
        fill();
        continue;
      }
      if (!found) throw DataError(table_.source + " is empty; it needs a header or rows of numbers");
      check_text(window().substr(0, scanner.used()), dialect_, line_);
      width_ = fields.size();
      use_first_record(fields, header, scanner.record_line());
      at_ += scanner.used();
      line_ = scanner.line();
      return;
    }
  }

  /// The first row names the columns if a field of it is not a number. One exception: rows of numbers with text
  /// classes, "5.1,3.5,setosa" over "4.9,3.0,setosa", where a text of the first row occurs again below: known at the
  /// end only.
  void use_first_record(const Fields& fields, Header header, index_t line) {
    const auto texts = std::count_if(fields.begin(), fields.end(), [](std::string_view f) { return !is_number(f); });
    const bool all = texts == static_cast<std::ptrdiff_t>(fields.size());
    undecided_ = header == Header::automatic && texts > 0 && !all;
    if (header == Header::yes || (header == Header::automatic && all)) {
      table_.has_header = true;
      table_.names = checked_names(fields, table_.source, line);
      return;
    }
    if (undecided_) first_fields_.assign(fields.begin(), fields.end());
    first_line_ = line;
    CsvRows row;
    for (const std::string_view field : fields) row.add(field);
    row.rows = 1;
    row.lines = {{0, 0}};
    append(row, line, stream_.done());
  }

  void read_block() {
    const std::string_view text = window();
    if (text.empty() || std::memchr(text.data(), '"', text.size()) == nullptr) {
      read_plain(text);
    } else {
      read_quoted(text);
      if (!ended_) fill();
    }
  }

  /// To the end or to a quotation mark.
  void read_plain(std::string_view text) {
    CsvPipeline pipeline(stream_, dialect_, width_);
    pipeline.run(text, [this](std::string_view lines, std::uint64_t done, CsvRows& rows) {
      // Only here the number of the first line is known: an error is found again with the right one.
      if (rows.error) parse_plain_lines(lines, dialect_, width_, line_, rows);
      if (rows.error) std::rethrow_exception(rows.error);
      append(rows, line_, done);
      line_ += rows.line_count;
    });
    block_ = pipeline.rest();
    size_ = block_.size();
    at_ = 0;
    ended_ = pipeline.ended();
  }

  void read_quoted(std::string_view text) {
    CsvScanner scanner(text, dialect_, line_, ended_);
    Fields fields;
    while (scanner.next(fields)) {
      if (fields.size() != width_) refuse_ragged(dialect_, scanner.record_line(), fields.size(), width_);
      CsvRows row;
      for (const std::string_view field : fields) row.add(field);
      row.rows = 1;
      row.lines = {{0, 0}};
      append(row, scanner.record_line(), stream_.done());
    }
    check_text(text.substr(0, scanner.used()), dialect_, line_);
    line_ = scanner.line();
    at_ += ended_ ? text.size() : scanner.used();
  }

  void append(const CsvRows& rows, index_t first_line, std::uint64_t done) {
    std::vector<double>& values = table_.values;
    const std::size_t offset = values.size();
    reserve(offset + rows.values.size(), done);
    values.insert(values.end(), rows.values.begin(), rows.values.end());
    for (const auto& [index, text] : rows.texts) values[offset + index] = texts_.box(text);
    for (const Table::Line& entry : rows.lines) add_line(table_.rows + entry.row, first_line + entry.line);
    table_.rows += rows.rows;
  }

  /// Room for all of the file, judged by the bytes done: doubling would need twice the memory in between.
  void reserve(std::size_t size, std::uint64_t done) {
    std::vector<double>& values = table_.values;
    if (size <= values.capacity()) return;
    double factor = 2.0;
    if (stream_.total() > 0 && done > 0)
      factor = 1.02 * static_cast<double>(stream_.total()) / static_cast<double>(done);
    const double wanted = static_cast<double>(size) * std::max(1.02, factor);
    values.reserve(std::max(size, static_cast<std::size_t>(wanted) + width_));
  }

  void add_line(index_t row, index_t line) {
    std::vector<Table::Line>& lines = table_.lines;
    if (!lines.empty() && lines.back().line + row - lines.back().row == line) return;
    lines.push_back({row, line});
  }

  bool first_row_is_header() const {
    for (std::size_t j = 0; j < width_; ++j) {
      if (table_.text(0, j) == nullptr || first_fields_[j].empty()) continue;
      const auto first = std::bit_cast<std::uint64_t>(table_.values[j]);
      for (std::size_t at = j + width_; at < table_.values.size(); at += width_)
        if (std::bit_cast<std::uint64_t>(table_.values[at]) == first) return false;
    }
    return true;
  }

  void make_header() {
    const Fields fields(first_fields_.begin(), first_fields_.end());
    table_.names = checked_names(fields, table_.source, first_line_);
    table_.has_header = true;
    table_.values.erase(table_.values.begin(), table_.values.begin() + static_cast<std::ptrdiff_t>(width_));
    --table_.rows;
    for (Table::Line& entry : table_.lines) --entry.row;
    if (table_.lines.size() > 1 && table_.lines[1].row <= 0) {
      table_.lines.erase(table_.lines.begin());
    } else {
      table_.lines.front() = {0, table_.lines.front().line + 1};
    }
  }

  ByteStream& stream_;
  CsvDialect dialect_;
  Table table_;
  Texts texts_{table_.texts};
  std::vector<char> block_;
  std::size_t size_ = 0;  ///< bytes of the block that were read
  std::size_t at_ = 0;    ///< bytes of the block that are done
  bool ended_ = false;
  bool undecided_ = false;
  std::size_t width_ = 0;
  index_t line_ = 1;
  index_t first_line_ = 1;
  std::vector<std::string> first_fields_;
};

}  // namespace

Table read_csv(ByteStream& stream, char separator, Header header) { return CsvReader(stream, separator).read(header); }

Table parse_csv(std::string_view text, const std::string& source, char separator, Header header) {
  ByteStream stream = ByteStream::from_memory(text, source);
  return read_csv(stream, separator, header);
}

std::string csv_field(const std::string& text) {
  const bool plain = text.find_first_of(",\"\n\r") == std::string::npos;
  if (plain && !text.starts_with(' ') && !text.ends_with(' ')) return text;
  std::string quoted = "\"";
  for (const char letter : text) quoted += letter == '"' ? std::string("\"\"") : std::string(1, letter);
  return quoted + "\"";
}

}  // namespace burelu
