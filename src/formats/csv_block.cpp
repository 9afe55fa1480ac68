// The plain parser: numbers straight from the bytes, a second look only at what is none.
#include "formats/csv_block.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <limits>

#include "burelu/errors.hpp"
#include "formats/csv_dialect.hpp"
#include "formats/decimal.hpp"
#include "formats/number.hpp"
#include "formats/utf.hpp"

namespace burelu {
namespace {

/// A tab is no space where it separates.
std::string_view trimmed(std::string_view field, char separator) {
  const char* spaces = separator == '\t' ? " " : " \t";
  const auto first = field.find_first_not_of(spaces);
  if (first == std::string_view::npos) return {};
  return field.substr(first, field.find_last_not_of(spaces) - first + 1);
}

/// Eight bytes at a time.
bool is_ascii(std::string_view text) {
  std::uint64_t all = 0;
  std::size_t at = 0;
  for (; at + sizeof all <= text.size(); at += sizeof all) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + at, sizeof word);
    all |= word;
  }
  for (; at < text.size(); ++at) all |= static_cast<unsigned char>(text[at]);
  return (all & 0x8080808080808080ULL) == 0;
}

/// Reads rows at `at_` one after the other, each straight to its place.
class PlainParser {
 public:
  PlainParser(std::string_view block, const CsvDialect& dialect, std::size_t width, index_t first_line, CsvRows& rows)
      : at_(block.data()),
        end_(block.data() + block.size()),
        dialect_(dialect),
        width_(width),
        first_line_(first_line),
        rows_(rows) {}

  void run() {
    index_t expected = -1;
    while (at_ < end_) {
      const index_t number = rows_.line_count++;
      if (skip_blank()) continue;
      row(number);
      if (number != expected) rows_.lines.push_back({rows_.rows, number});
      expected = number + 1;
      ++rows_.rows;
    }
  }

 private:
  /// The rest of the line at `at`.
  std::string_view line(const char* at) const {
    const void* end = std::memchr(at, dialect_.terminator, static_cast<std::size_t>(end_ - at));
    return {at, static_cast<std::size_t>(static_cast<const char*>(end) - at)};
  }

  bool skip_blank() {
    if (static_cast<unsigned char>(*at_) > ' ') return false;
    const std::string_view text = line(at_);
    if (!trimmed(without_return(text), dialect_.separator).empty()) return false;
    at_ += text.size() + 1;
    return true;
  }

  /// A field is either a number and followed by what should follow it, or looked at twice.
  void row(index_t number) {
    const char* const first = at_;
    const char separator = dialect_.separator;
    const std::size_t offset = rows_.values.size();
    rows_.values.resize(offset + width_);
    double* const values = rows_.values.data() + offset;
    const char* at = at_;
    for (std::size_t j = 0; j < width_; ++j) {
      while (*at == ' ') ++at;
      const char wanted = j + 1 < width_ ? separator : dialect_.terminator;
      const char* stop = parse_decimal(at, values[j]);
      if (stop == nullptr || *stop != wanted) {
        const bool returns = stop != nullptr && *stop == '\r' && stop[1] == wanted && j + 1 == width_;
        stop = returns ? stop + 1 : second_look(at, offset + j);
        if (*stop != wanted) refuse(first, number);
      }
      at = stop + 1;
    }
    at_ = at;
  }

  /// The field as a number of an unusual form or a text; where it ends.
  const char* second_look(const char* at, std::size_t index) {
    const std::string_view rest = line(at);
    const std::string_view text = without_return(rest);
    const std::string_view field = text.substr(0, text.find(dialect_.separator));
    rows_.put(index, trimmed(field, dialect_.separator));
    const bool ends =
        field.size() == text.size() || (dialect_.separator == ' ' && trimmed(text.substr(field.size()), ' ').empty());
    return at + (ends ? rest.size() : field.size());
  }

  [[noreturn]] void refuse(const char* first, index_t number) const {
    const std::string_view text = line(first);
    refuse_ragged(dialect_, first_line_ + number, count_fields(without_return(text), dialect_.separator), width_);
  }

  static std::string_view without_return(std::string_view text) {
    return text.substr(0, text.size() - (text.ends_with('\r') ? 1 : 0));
  }

  const char* at_;
  const char* end_;
  const CsvDialect& dialect_;
  std::size_t width_;
  index_t first_line_;
  CsvRows& rows_;
};

}  // namespace

void CsvRows::put(std::size_t index, std::string_view field) {
  double value = 0.0;
  const bool number = parse_number(field, value);
  if (!number) texts.emplace_back(index, field);
  values[index] = number ? plain_number(value) : std::numeric_limits<double>::quiet_NaN();
}

void CsvRows::add(std::string_view field) {
  values.push_back(0.0);
  put(values.size() - 1, field);
}

void refuse_ragged(const CsvDialect& dialect, index_t line, std::size_t fields, std::size_t width) {
  throw DataError(dialect.source + ":" + std::to_string(line) + ": this row has " + std::to_string(fields) +
                  " fields but the first has " + std::to_string(width) +
                  "; complete the row or quote fields that contain the separator");
}

void check_text(std::string_view text, const CsvDialect& dialect, index_t first_line) {
  const bool zeros = !text.empty() && std::memchr(text.data(), '\0', text.size()) != nullptr;
  if (!zeros && is_ascii(text)) return;
  index_t line = first_line;
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] == '\0')
      throw DataError(dialect.source + ":" + std::to_string(line) + ": this is not a text file (it contains zero " +
                      "bytes); pass comma- or tab-separated UTF-8 text");
    const std::size_t length = utf8_length(text.substr(at));
    if (length == 0)
      throw DataError(dialect.source + ":" + std::to_string(line) + ": this line is not UTF-8; convert the file, for " +
                      "example with iconv -f latin1 -t utf-8");
    if (text[at] == dialect.terminator) ++line;
    at += length;
  }
}

void CsvRows::clear() {
  values.clear();
  texts.clear();
  lines.clear();
  rows = line_count = 0;
  error = nullptr;
}

void parse_plain_lines(std::string_view block, const CsvDialect& dialect, std::size_t width, index_t first_line,
                       CsvRows& rows) {
  rows.clear();
  try {
    try {
      PlainParser(block, dialect, width, first_line, rows).run();
    } catch (const DataError&) {
      check_text(block, dialect, first_line);  // says more where the text is none
      throw;
    }
    if (!rows.texts.empty()) check_text(block, dialect, first_line);  // numbers alone are ASCII
  } catch (...) {
    rows.error = std::current_exception();
  }
}

}  // namespace burelu
