// The certificate file, documented in docs/formats.md: a magic line, a one-line JSON header, then blocks of text
// numbers. Doubles are hexadecimal (C99 %a), so that what is read is bit for bit what was written.
#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>
#include <string_view>

#include "burelu/certificate.hpp"
#include "burelu/errors.hpp"
#include "io/byte_stream.hpp"
#include "io/output_file.hpp"

namespace burelu {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kMagic = "burelu-certificate 1";

void append(std::string& text, double value) { fmt::format_to(std::back_inserter(text), "{:a}", value); }

Json header(const Certificate& c) {
  return {{"rows", c.W.rows},
          {"outputs", c.W.cols},
          {"lines", c.representatives.size()},
          {"multipliers", c.multipliers.size()},
          {"lower_bound", fmt::format("{:a}", c.lower_bound)},
          {"gamma", fmt::format("{:a}", c.gamma)},
          {"data_hash", fmt::format("{:016x}", c.data_hash)},
          {"lower_bound_decimal", c.lower_bound},
          {"gamma_decimal", c.gamma}};
}

/// Reads tokens and says where the file is wrong.
class Reader {
 public:
  Reader(const std::string& path, std::string_view text) : path_(path), text_(text) {}

  [[noreturn]] void fail(const std::string& problem) const {
    throw DataError(fmt::format("{}: line {} {}; write the certificate again", path_, line_, problem));
  }

  std::string_view line() {
    const std::size_t end = text_.find('\n');
    if (end == std::string_view::npos) fail("is cut off");
    const std::string_view out = text_.substr(0, end);
    text_.remove_prefix(end + 1);
    ++line_;
    return out;
  }

  std::string_view token() {
    while (!text_.empty() && (text_.front() == ' ' || text_.front() == '\n')) {
      line_ += text_.front() == '\n' ? 1 : 0;
      text_.remove_prefix(1);
    }
    const std::size_t end = std::min(text_.find_first_of(" \n"), text_.size());
    if (end == 0) fail("is cut off");
    const std::string_view out = text_.substr(0, end);
    text_.remove_prefix(end);
    return out;
  }

  void expect(std::string_view word) {
    if (token() != word) fail("should say \"" + std::string(word) + "\"");
  }

  template <class Integer>
  Integer integer(int base = 10) {
    return integer_of<Integer>(token(), base);
  }

  template <class Integer>
  Integer integer_of(std::string_view text, int base) {
    Integer value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    if (error != std::errc() || end != text.data() + text.size())
      fail("holds \"" + std::string(text) + "\", no integer");
    return value;
  }

  double real() { return real_of(token()); }

  double real_of(std::string_view text) {
    std::string_view digits = text;
    const bool negative = !digits.empty() && digits.front() == '-';
    if (negative) digits.remove_prefix(1);
    if (digits.substr(0, 2) != "0x") fail("holds \"" + std::string(text) + "\", no hexadecimal number");
    digits.remove_prefix(2);
    double value = 0.0;
    const char* end = digits.data() + digits.size();
    const auto [stopped, error] = std::from_chars(digits.data(), end, value, std::chars_format::hex);
    if (error != std::errc() || stopped != end || !std::isfinite(value))
      fail("holds \"" + std::string(text) + "\", no hexadecimal number");
    return negative ? -value : value;
  }

  void finish() {
    if (text_.find_first_not_of(" \n") != std::string_view::npos) fail("goes on after the end");
  }

  std::size_t left() const { return text_.size(); }

 private:
  const std::string& path_;
  std::string_view text_;
  int line_ = 1;
};

struct Sizes {
  index_t rows, outputs;
  std::size_t lines, multipliers;
};

/// Fills the fields of the header and returns the sizes, checked against the length of the file.
Sizes read_header(Reader& in, Certificate& out) {
  try {
    const Json json = Json::parse(in.line());
    out.lower_bound = in.real_of(json.at("lower_bound").get<std::string>());
    out.gamma = in.real_of(json.at("gamma").get<std::string>());
    out.data_hash = in.integer_of<std::uint64_t>(json.at("data_hash").get<std::string>(), 16);
    const auto size = [&](const char* key) {
      const Json& value = json.at(key);
      if (!value.is_number_unsigned()) in.fail(std::string("holds ") + key + " that are no count");
      const auto count = value.get<std::size_t>();
      if (count > in.left()) in.fail("promises more than the file holds");  // a number takes two characters at least
      return count;
    };
    const Sizes sizes{static_cast<index_t>(size("rows")), static_cast<index_t>(size("outputs")), size("lines"),
                      size("multipliers")};
    if (sizes.outputs > 0 && sizes.rows > static_cast<index_t>(in.left()) / sizes.outputs)
      in.fail("promises more than the file holds");
    return sizes;
  } catch (const nlohmann::json::exception&) {
    in.fail("is no header of a certificate");
  }
}

}  // namespace

void write_certificate(const std::string& path, const Certificate& c) {
  std::string text = std::string(kMagic) + "\n" + header(c).dump() + "\nrepresentatives\n";
  for (const std::int32_t row : c.representatives) text += std::to_string(row) + "\n";
  text += "rows\n";  // line, ratio, w
  for (index_t i = 0; i < c.W.rows; ++i) {
    const auto index = static_cast<std::size_t>(i);
    text += std::to_string(c.line[index]) + " ";
    append(text, c.ratio[index]);
    for (index_t j = 0; j < c.W.cols; ++j) {
      text += " ";
      append(text, c.W(i, j));
    }
    text += "\n";
  }
  text += "multipliers\n";
  for (const Multiplier& pair : c.multipliers) {
    text += std::to_string(pair.i) + " " + std::to_string(pair.j) + " ";
    append(text, pair.value);
    text += "\n";
  }
  write_file(path, text + "end\n");
}

Certificate read_certificate(const std::string& path) {
  const std::string text = read_file(path);
  Reader in(path, text);
  if (text.substr(0, kMagic.size() + 1) != std::string(kMagic) + "\n")
    in.fail("is not \"" + std::string(kMagic) + "\": this is no certificate");
  in.line();
  Certificate out;
  const Sizes sizes = read_header(in, out);
  in.expect("representatives");
  for (std::size_t k = 0; k < sizes.lines; ++k) out.representatives.push_back(in.integer<std::int32_t>());
  in.expect("rows");
  out.W = Matrix(sizes.rows, sizes.outputs);
  for (index_t i = 0; i < sizes.rows; ++i) {
    out.line.push_back(in.integer<std::int32_t>());
    out.ratio.push_back(in.real());
    for (index_t j = 0; j < sizes.outputs; ++j) out.W(i, j) = in.real();
  }
  in.expect("multipliers");
  for (std::size_t k = 0; k < sizes.multipliers; ++k) {
    const auto i = in.integer<std::int32_t>();
    const auto j = in.integer<std::int32_t>();
    out.multipliers.push_back({i, j, in.real()});
  }
  in.expect("end");
  in.finish();
  return out;
}

}  // namespace burelu
