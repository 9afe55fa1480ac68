// A block of separated text to numbers: the plain parser (no quotation marks, any number of threads) and the one that
// knows quotation marks.
#pragma once

#include <exception>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "formats/table.hpp"

namespace burelu {

/// How the text is written, the same in all of a file.
struct CsvDialect {
  std::string source;
  char separator = ',';
  char terminator = '\n';  ///< '\r' for files of old Macs
};

/// Rows of a block. Texts are views into the block, or into `unquoted`.
struct CsvRows {
  std::vector<double> values;                                   ///< NaN where there is a text
  std::vector<std::pair<std::size_t, std::string_view>> texts;  ///< fields that are no numbers, by index into `values`
  std::vector<Table::Line> lines;                               ///< relative to the block, see `Table::lines`
  index_t rows = 0;
  index_t line_count = 0;
  std::exception_ptr error;  ///< at the end of these rows

  void put(std::size_t index, std::string_view field);
  void add(std::string_view field);
  void clear();  ///< keeps the memory
};

/// Parses lines without quotation marks, `width` fields each. The last line must have its terminator too, and
/// `kDecimalPadding` readable bytes must follow. Errors go into `error`, with `first_line` added.
void parse_plain_lines(std::string_view block, const CsvDialect& dialect, std::size_t width, index_t first_line,
                       CsvRows& rows);

/// Walks records that may be quoted.
class CsvScanner {
 public:
  /// `complete`: the text ends here; otherwise a record that reaches the end of the block is left for the next.
  CsvScanner(std::string_view block, const CsvDialect& dialect, index_t first_line, bool complete);

  /// The next record that is not blank. Throws `DataError` on a broken quotation.
  bool next(std::vector<std::string_view>& fields);

  std::size_t used() const { return used_; }            ///< bytes of the block up to the end of the last record
  index_t record_line() const { return record_line_; }  ///< on which it began
  index_t line() const { return line_; }                ///< on which the next one begins

 private:
  enum class Result { record, end, incomplete };
  Result record(std::vector<std::string_view>& fields);
  bool quoted_field(std::size_t column, std::string_view& field);
  bool plain_field(std::string_view& field);
  bool line_ends() const;
  void skip_spaces();

  std::string_view text_;
  const CsvDialect& dialect_;
  index_t record_line_ = 1;
  index_t line_ = 1;
  bool complete_;
  std::size_t at_ = 0;
  std::size_t used_ = 0;
  index_t ahead_ = 0;  ///< line ends inside the quotations of the record that is being read
  std::vector<std::pair<std::size_t, std::string>> unquoted_;
};

/// Throws `DataError` where the text holds zero bytes or is not UTF-8: names of columns and classes go into models,
/// which are UTF-8, and other encodings would come back changed.
void check_text(std::string_view text, const CsvDialect& dialect, index_t first_line);

[[noreturn]] void refuse_ragged(const CsvDialect& dialect, index_t line, std::size_t fields, std::size_t width);

}  // namespace burelu
