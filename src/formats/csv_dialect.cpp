// Signatures, then votes of the first lines.
#include "formats/csv_dialect.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <vector>

#include "burelu/errors.hpp"
#include "formats/number.hpp"

namespace burelu {
namespace {

using namespace std::string_view_literals;

struct Kind {
  std::string_view begin;
  const char* name;
  const char* remedy;
};

constexpr const char* kExport = "export it as CSV";
constexpr Kind kKinds[] = {
    {"\x93NUMPY"sv, "a NumPy array", "let its name end in .npy"},
    {"PK\x03\x04"sv, "a zip archive (NPZ, an Excel workbook)", "let its name end in .npz, or export it as CSV"},
    {"\xFF\xFE\0\0"sv, "UTF-32 text", "convert it with iconv -f UTF-32 -t UTF-8"},
    {"\xFF\xFE"sv, "UTF-16 text", "convert it with iconv -f UTF-16 -t UTF-8"},
    {"\xFE\xFF"sv, "UTF-16 text", "convert it with iconv -f UTF-16 -t UTF-8"},
    {"BZh"sv, "compressed with bzip2", "decompress it, or use gzip"},
    {"\xFD"
     "7zXZ"sv,
     "compressed with xz", "decompress it, or use gzip"},
    {"\x28\xB5\x2F\xFD"sv, "compressed with zstd", "decompress it, or use gzip"},
    {"PAR1"sv, "a Parquet file", kExport},
    {"ARROW1"sv, "a Feather file", kExport},
    {"\x89HDF"sv, "an HDF5 file", kExport},
    {"SQLite format 3"sv, "an SQLite database", kExport},
    {"\xD0\xCF\x11\xE0"sv, "an old Excel workbook", kExport},
    {"\x80\x04"sv, "a Python pickle", "save it with to_csv, or numpy.savez(file, X=..., y=...)"},
    {"\x80\x05"sv, "a Python pickle", "save it with to_csv, or numpy.savez(file, X=..., y=...)"},
    {"%PDF"sv, "a PDF document", kExport},
    {"%%MatrixMarket"sv, "a Matrix Market file", "convert it to LIBSVM or NPZ"},
    {"@relation"sv, "an ARFF file", kExport},
    {"@RELATION"sv, "an ARFF file", kExport},
    {"<!DOCTYPE"sv, "a web page", "fetch the file itself"},
    {"<!doctype"sv, "a web page", "fetch the file itself"},
    {"<html"sv, "a web page", "fetch the file itself"},
    {"{"sv, "JSON", "convert it to CSV"},
    {"[{"sv, "JSON", "convert it to CSV"},
    {"[["sv, "JSON", "convert it to CSV"},
};

constexpr std::size_t kMostLines = 20;

/// The first lines that are not blank; the last one only where the text does not break off in it.
std::vector<std::string_view> first_lines(std::string_view text, char comment = '\0') {
  std::vector<std::string_view> lines;
  while (!text.empty() && lines.size() < kMostLines) {
    const std::size_t end = std::min(text.find_first_of("\r\n"), text.size());
    const std::string_view line = text.substr(0, end);
    const bool whole = end < text.size() || lines.empty();
    const bool blank = line.find_first_not_of(" \t") == std::string_view::npos;
    if (!blank && whole && (comment == '\0' || line.front() != comment)) lines.push_back(line);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

/// The fields of a line, quoted ones with their quotes.
std::vector<std::string_view> fields_of(std::string_view line, char separator) {
  std::vector<std::string_view> fields;
  const auto trim = [](std::string_view field) {
    const auto first = field.find_first_not_of(" \t");
    return first == std::string_view::npos ? std::string_view()
                                           : field.substr(first, field.find_last_not_of(" \t") - first + 1);
  };
  if (separator == ' ') line = trim(line);
  bool quoted = false;
  std::size_t begin = 0;
  for (std::size_t at = 0; at <= line.size(); ++at) {
    if (at < line.size() && line[at] == '"') quoted = !quoted;
    if (at < line.size() && (quoted || line[at] != separator)) continue;
    const std::string_view field = trim(line.substr(begin, at - begin));
    if (separator != ' ' || !field.empty()) fields.push_back(field);
    begin = at + 1;
  }
  return fields;
}

std::string_view unquoted(std::string_view field) {
  return field.size() > 1 && field.front() == '"' && field.back() == '"' ? field.substr(1, field.size() - 2) : field;
}

/// How well a separator fits: lines that agree, then the share of numbers among their fields, then fields.
struct Fit {
  std::size_t lines = 0;
  double numbers = 0.0;
  std::size_t fields = 0;

  bool better(const Fit& other) const {
    if (lines != other.lines) return lines > other.lines;
    if (numbers != other.numbers) return numbers > other.numbers;
    return fields > other.fields;
  }
};

Fit fit_of(const std::vector<std::string_view>& lines, char separator) {
  std::map<std::size_t, std::size_t> counts;
  std::size_t numbers = 0;
  std::size_t all = 0;
  for (std::size_t k = 0; k < lines.size(); ++k) {
    const std::vector<std::string_view> fields = fields_of(lines[k], separator);
    ++counts[fields.size()];
    if (k == 0 && lines.size() > 1) continue;  // may be a header
    for (const std::string_view field : fields) {
      double value = 0.0;
      const std::string_view bare = unquoted(field);
      numbers += bare.empty() || parse_number(bare, value) || (separator != ',' && has_decimal_comma(bare)) ? 1 : 0;
      ++all;
    }
  }
  Fit fit;
  for (const auto& [count, times] : counts)
    if (times > fit.lines) fit = {times, 0.0, count};
  fit.numbers = all == 0 ? 0.0 : static_cast<double>(numbers) / static_cast<double>(all);
  return fit;
}

bool is_entry(std::string_view token) {
  const auto colon = token.find(':');
  double value = 0.0;
  return colon != std::string_view::npos && colon > 0 &&
         token.substr(0, colon).find_first_not_of("0123456789") == std::string_view::npos &&
         parse_number(token.substr(colon + 1), value);
}

}  // namespace

void refuse_other_kinds(std::string_view begin, const std::string& source) {
  for (const Kind& kind : kKinds)
    if (begin.starts_with(kind.begin))
      throw DataError(source + " is " + kind.name + ", not separated text; " + kind.remedy);
  const bool four = begin.size() >= 4;
  if (four && begin[0] != '\0' && begin[1] == '\0' && begin[2] != '\0' && begin[3] == '\0')
    throw DataError(source + " is UTF-16 text, not UTF-8; convert it with iconv -f UTF-16LE -t UTF-8");
  if (four && begin[0] == '\0' && begin[1] != '\0' && begin[2] == '\0' && begin[3] != '\0')
    throw DataError(source + " is UTF-16 text, not UTF-8; convert it with iconv -f UTF-16BE -t UTF-8");
}

bool looks_like_libsvm(std::string_view begin) {
  bool some = false;
  const std::vector<std::string_view> lines = first_lines(begin, '#');
  for (const std::string_view line : lines) {
    const std::vector<std::string_view> tokens = fields_of(line.substr(0, line.find('#')), ' ');
    if (tokens.empty() || tokens.front().find(':') != std::string_view::npos) return false;
    for (std::size_t k = 1; k < tokens.size(); ++k)
      if (!is_entry(tokens[k]) && !(k == 1 && tokens[k].starts_with("qid:"))) return false;
    some |= tokens.size() > 1;
  }
  return some;
}

char guess_separator(std::string_view begin) {
  const std::vector<std::string_view> lines = first_lines(begin);
  char best = ',';
  Fit best_fit;
  for (const char separator : {'\t', ',', ';', '|', ' '}) {
    const Fit fit = fit_of(lines, separator);
    if (fit.fields < 2 || (separator == ' ' && 2 * fit.lines <= lines.size())) continue;
    if (!fit.better(best_fit)) continue;
    best = separator;
    best_fit = fit;
  }
  return best;
}

bool has_decimal_comma(std::string_view field) {
  const auto comma = field.find(',');
  if (comma == std::string_view::npos || comma + 1 >= field.size()) return false;
  std::string point(field);
  point[comma] = '.';
  double value = 0.0;
  const auto digit = [&point](std::size_t at) { return point[at] >= '0' && point[at] <= '9'; };
  return digit(comma + 1) && parse_number(point, value);
}

std::size_t count_fields(std::string_view line, char separator) { return fields_of(line, separator).size(); }

}  // namespace burelu
