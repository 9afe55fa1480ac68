// Comma-, semicolon- or tab-separated text (RFC 4180): quoted fields, blank lines, CRLF, a UTF-8 byte order mark.
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "io/table.hpp"

namespace burelu {

/// Walks the records of a text; fields are views into it (or into the scanner, until the next call).
class CsvScanner {
 public:
  CsvScanner(std::string_view text, char separator, std::string source);

  /// The next record that is not blank; false at the end. Throws `DataError` on a broken quotation.
  bool next(std::vector<std::string_view>& fields);

  index_t line() const { return record_line_; }  ///< on which that record began, counted from 1

 private:
  bool record(std::vector<std::string_view>& fields);
  std::string_view plain_field();
  std::string_view quoted_field(index_t column);
  void skip_spaces();

  std::string_view text_;
  char separator_;
  std::string source_;
  std::size_t at_ = 0;
  index_t line_ = 1;
  index_t record_line_ = 1;
  std::deque<std::string> unquoted_;
};

/// The separator that the first line uses: tab, semicolon or comma.
char guess_separator(std::string_view text);

/// A whole text as a table. Throws `DataError` with file:line:column.
Table parse_csv(std::string_view text, const std::string& source, char separator, Header header = Header::automatic);

}  // namespace burelu
