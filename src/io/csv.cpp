// From records to columns: the header question, ragged rows, columns of numbers and columns of text.
#include "io/csv.hpp"

#include <algorithm>
#include <limits>
#include <unordered_set>

#include "burelu/errors.hpp"
#include "io/number.hpp"

namespace burelu {
namespace {

using Fields = std::vector<std::string_view>;
using Names = std::vector<std::string>;

bool is_number(std::string_view field) {
  double ignored = 0.0;
  return parse_number(field, ignored);
}

/// The first row names the columns if a field of it is not a number. One exception: rows of numbers with text classes,
/// "5.1,3.5,setosa" over "4.9,3.0,setosa", where a text of the first row occurs again below.
bool looks_like_header(const Names& first, CsvScanner below) {
  std::vector<std::size_t> texts;
  for (std::size_t j = 0; j < first.size(); ++j)
    if (!is_number(first[j])) texts.push_back(j);
  if (texts.empty() || texts.size() == first.size()) return !texts.empty();
  Fields fields;
  while (below.next(fields))
    for (const std::size_t j : texts)
      if (j < fields.size() && !fields[j].empty() && fields[j] == first[j]) return false;
  return true;
}

Names checked_names(const Names& fields, const std::string& source) {
  Names names = fields;
  std::unordered_set<std::string> seen;
  for (std::size_t j = 0; j < names.size(); ++j) {
    if (names[j].empty()) names[j] = "column " + std::to_string(j + 1);
    if (!seen.insert(names[j]).second)
      throw DataError(source + ": two columns are called '" + names[j] + "'; rename one of them in the header");
  }
  return names;
}

[[noreturn]] void refuse_ragged(const CsvScanner& scanner, const Table& table, std::size_t fields) {
  throw DataError(table.source + ":" + std::to_string(scanner.line()) + ": this row has " + std::to_string(fields) +
                  " fields but the first has " + std::to_string(table.columns.size()) +
                  "; complete the row or quote fields that contain the separator");
}

void append(const CsvScanner& scanner, const Fields& fields, Table& table, std::vector<char>& has_text) {
  if (fields.size() != table.columns.size()) refuse_ragged(scanner, table, fields.size());
  for (std::size_t j = 0; j < fields.size(); ++j) {
    double value = 0.0;
    if (!parse_number(fields[j], value)) {
      value = std::numeric_limits<double>::quiet_NaN();
      has_text[j] = 1;
    }
    table.columns[j].numbers.push_back(value);
  }
  table.lines.push_back(scanner.line());
  ++table.rows;
}

/// Columns of text are rare and usually one: a second walk keeps the first one free of strings.
void collect_texts(CsvScanner scanner, Table& table, const std::vector<char>& has_text) {
  Fields fields;
  if (table.has_header) scanner.next(fields);
  while (scanner.next(fields))
    for (std::size_t j = 0; j < fields.size(); ++j)
      if (has_text[j] != 0) table.columns[j].texts.emplace_back(fields[j]);
}

/// Bytes of the UTF-8 sequence at the front of `text`, 0 where there is none (RFC 3629, lengths only).
std::size_t utf8_length(std::string_view text) {
  const auto byte = [&text](std::size_t k) { return static_cast<unsigned char>(text[k]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return 1;
  const std::size_t length = first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF5 ? 4 : 0;
  if (length > text.size()) return 0;
  for (std::size_t k = 1; k < length; ++k)
    if ((byte(k) & 0xC0U) != 0x80) return 0;
  return length;
}

/// Names of columns and classes go into models, which are UTF-8: other encodings would come back changed.
void check_text(std::string_view text, const std::string& source) {
  index_t line = 1;
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] == '\0')
      throw DataError(source + " is not a text file (it contains zero bytes); pass comma- or tab-separated UTF-8 text");
    if (text[at] == '\n') ++line;
    const std::size_t length = utf8_length(text.substr(at));
    if (length == 0)
      throw DataError(source + ":" + std::to_string(line) + ": this line is not UTF-8; convert the file, for example " +
                      "with iconv -f latin1 -t utf-8");
    at += length;
  }
}

}  // namespace

char guess_separator(std::string_view text) {
  const std::string_view line = text.substr(0, text.find('\n'));
  if (line.find('\t') != std::string_view::npos) return '\t';
  const auto commas = std::count(line.begin(), line.end(), ',');
  return std::count(line.begin(), line.end(), ';') > commas ? ';' : ',';
}

Table parse_csv(std::string_view text, const std::string& source, char separator, Header header) {
  check_text(text, source);
  Table table;
  table.source = source;
  CsvScanner scanner(text, separator, source);
  Fields fields;
  if (!scanner.next(fields)) throw DataError(source + " is empty; it needs a header or rows of numbers");
  const Names first(fields.begin(), fields.end());
  table.has_header = header == Header::yes || (header == Header::automatic && looks_like_header(first, scanner));
  const Names names = table.has_header ? checked_names(first, source) : Names(first.size());
  for (std::size_t j = 0; j < first.size(); ++j)
    table.columns.push_back({table.has_header ? names[j] : "x" + std::to_string(j), {}, {}});
  CsvScanner body = table.has_header ? scanner : CsvScanner(text, separator, source);
  std::vector<char> has_text(first.size(), 0);
  while (body.next(fields)) append(body, fields, table, has_text);
  if (std::find(has_text.begin(), has_text.end(), 1) != has_text.end())
    collect_texts(CsvScanner(text, separator, source), table, has_text);
  return table;
}

}  // namespace burelu
