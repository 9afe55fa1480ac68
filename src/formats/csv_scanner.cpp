// Records with quotation marks, one byte after the other.
#include "burelu/errors.hpp"
#include "formats/csv_block.hpp"

namespace burelu {

CsvScanner::CsvScanner(std::string_view block, const CsvDialect& dialect, index_t first_line, bool complete)
    : text_(block), dialect_(dialect), record_line_(first_line), line_(first_line), complete_(complete) {}

bool CsvScanner::next(std::vector<std::string_view>& fields) {
  while (record(fields) == Result::record) {
    used_ = at_;
    if (fields.size() > 1 || !fields.front().empty()) return true;
  }
  return false;
}

bool CsvScanner::line_ends() const { return text_[at_] == '\n' || text_[at_] == '\r'; }

CsvScanner::Result CsvScanner::record(std::vector<std::string_view>& fields) {
  fields.clear();
  unquoted_.clear();
  ahead_ = 0;
  if (at_ >= text_.size()) return Result::end;
  record_line_ = line_;
  for (;;) {
    skip_spaces();
    std::string_view field;
    const bool quoted = at_ < text_.size() && text_[at_] == '"';
    if (!(quoted ? quoted_field(fields.size(), field) : plain_field(field))) return Result::incomplete;
    fields.push_back(field);
    if (dialect_.separator == ' ') {  // in runs, and at the end of a line none at all
      skip_spaces();
      if (at_ >= text_.size() && !complete_) return Result::incomplete;
      if (at_ < text_.size() && !line_ends()) continue;
    }
    if (at_ >= text_.size()) break;
    if (text_[at_++] == dialect_.separator) continue;
    // A carriage return may be the first half of a line end whose other half is in the next block.
    if (text_[at_ - 1] == '\r' && at_ == text_.size() && !complete_) return Result::incomplete;
    if (text_[at_ - 1] == '\r' && at_ < text_.size() && text_[at_] == '\n') ++at_;
    break;
  }
  line_ += 1 + ahead_;
  for (const auto& [index, value] : unquoted_) fields[index] = value;
  return Result::record;
}

void CsvScanner::skip_spaces() {
  while (at_ < text_.size() && (text_[at_] == ' ' || (text_[at_] == '\t' && dialect_.separator != '\t'))) ++at_;
}

bool CsvScanner::plain_field(std::string_view& field) {
  const std::size_t first = at_;
  while (at_ < text_.size() && text_[at_] != dialect_.separator && !line_ends()) ++at_;
  field = text_.substr(first, at_ - first);
  while (!field.empty() && (field.back() == ' ' || field.back() == '\t')) field.remove_suffix(1);
  return at_ < text_.size() || complete_;
}

/// The value goes to `unquoted_`: views into it are made when the record is complete and it no longer grows.
bool CsvScanner::quoted_field(std::size_t column, std::string_view& field) {
  const std::string place = dialect_.source + ":" + std::to_string(line_ + ahead_) + ":" + std::to_string(column + 1);
  field = {};
  std::string value;
  for (++at_; at_ < text_.size(); ++at_) {
    if (text_[at_] == '"') {
      if (at_ + 1 >= text_.size() || text_[at_ + 1] != '"') break;
      ++at_;
    }
    if (text_[at_] == '\n') ++ahead_;
    value += text_[at_];
  }
  if (!complete_ && at_ + 1 >= text_.size()) return false;
  if (at_ >= text_.size()) throw DataError(place + ": the quotation that begins here never ends; add the closing \"");
  ++at_;
  const bool separated = dialect_.separator == ' ' && at_ < text_.size() && text_[at_] == ' ';
  skip_spaces();
  if (at_ >= text_.size()) {
    if (!complete_) return false;
  } else if (!separated && text_[at_] != dialect_.separator && !line_ends()) {
    throw DataError(place + ": text follows the closing quotation mark; write a \" inside quotes as \"\"");
  }
  unquoted_.emplace_back(column, std::move(value));
  return true;
}

}  // namespace burelu
