// The tokeniser of csv.hpp.
#include "burelu/errors.hpp"
#include "io/csv.hpp"

namespace burelu {
namespace {

std::string_view trimmed(std::string_view field) {
  const auto first = field.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return field.substr(first, field.find_last_not_of(" \t") - first + 1);
}

}  // namespace

CsvScanner::CsvScanner(std::string_view text, char separator, std::string source)
    : text_(text), separator_(separator), source_(std::move(source)) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (text_.starts_with(kByteOrderMark)) at_ = kByteOrderMark.size();
}

bool CsvScanner::next(std::vector<std::string_view>& fields) {
  while (record(fields))
    if (fields.size() > 1 || !fields.front().empty()) return true;
  return false;
}

bool CsvScanner::record(std::vector<std::string_view>& fields) {
  fields.clear();
  unquoted_.clear();
  if (at_ >= text_.size()) return false;
  record_line_ = line_;
  for (;;) {
    skip_spaces();
    const bool quoted = at_ < text_.size() && text_[at_] == '"';
    fields.push_back(quoted ? quoted_field(static_cast<index_t>(fields.size())) : plain_field());
    if (at_ < text_.size() && text_[at_] == separator_) {
      ++at_;
      continue;
    }
    if (at_ < text_.size() && text_[at_] == '\r') ++at_;
    if (at_ < text_.size() && text_[at_] == '\n') ++at_;
    ++line_;
    return true;
  }
}

void CsvScanner::skip_spaces() {
  while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t') && text_[at_] != separator_) ++at_;
}

std::string_view CsvScanner::plain_field() {
  const std::size_t first = at_;
  while (at_ < text_.size() && text_[at_] != separator_ && text_[at_] != '\n' && text_[at_] != '\r') ++at_;
  return trimmed(text_.substr(first, at_ - first));
}

std::string_view CsvScanner::quoted_field(index_t column) {
  const std::string place = source_ + ":" + std::to_string(line_) + ":" + std::to_string(column + 1);
  std::string& value = unquoted_.emplace_back();
  for (++at_; at_ < text_.size(); ++at_) {
    if (text_[at_] == '"') {
      if (at_ + 1 >= text_.size() || text_[at_ + 1] != '"') break;
      ++at_;
    }
    if (text_[at_] == '\n') ++line_;
    value += text_[at_];
  }
  if (at_ >= text_.size()) throw DataError(place + ": the quotation that begins here never ends; add the closing \"");
  ++at_;
  skip_spaces();
  if (at_ < text_.size() && text_[at_] != separator_ && text_[at_] != '\n' && text_[at_] != '\r')
    throw DataError(place + ": text follows the closing quotation mark; write a \" inside quotes as \"\"");
  return value;
}

}  // namespace burelu
