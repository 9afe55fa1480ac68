// The certificate file, documented in docs/formats.md: a magic line, a one-line JSON header, then blocks of text
// numbers. Doubles are hexadecimal (C99 %a), so that what is read is bit for bit what was written. Version 3 is W
// alone, for branch and bound. Version 2 was version 1 with a block of cone cuts; it is told apart and refused.
#include <array>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>
#include <string_view>

#include "burelu/certificate.hpp"
#include "burelu/errors.hpp"
#include "formats/output_file.hpp"
#include "formats/plain_file.hpp"
#include "problem/limits.hpp"

namespace burelu {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kMagic = "burelu-certificate 1";
constexpr std::string_view kMagicWithCuts = "burelu-certificate 2";
constexpr std::string_view kMagicBranched = "burelu-certificate 3";

std::string hexadecimal(double value) {
  std::array<char, 32> digits;
  const auto end = std::to_chars(digits.begin(), digits.end(), std::abs(value), std::chars_format::hex).ptr;
  return (std::signbit(value) ? "-0x" : "0x") + std::string(digits.begin(), end);
}

std::string hexadecimal(std::uint64_t value) {
  std::array<char, 16> digits;
  const auto end = std::to_chars(digits.begin(), digits.end(), value, 16).ptr;
  return std::string(static_cast<std::size_t>(digits.end() - end), '0') + std::string(digits.begin(), end);
}

Json header(const Certificate& c) {
  Json out = {{"rows", c.W.rows}, {"outputs", c.W.cols}};
  if (!c.branched) {
    out["lines"] = c.representatives.size();
    out["multipliers"] = c.multipliers.size();
  }
  out["lower_bound"] = hexadecimal(c.lower_bound);
  out["gamma"] = hexadecimal(c.gamma);
  out["data_hash"] = hexadecimal(c.data_hash);
  out["lower_bound_decimal"] = c.lower_bound;
  out["gamma_decimal"] = c.gamma;
  if (c.dominant >= 0) out["dominant"] = {c.dominant, c.dominant_power};
  return out;
}

/// Reads tokens and says where the file is wrong.
class Reader {
 public:
  Reader(const std::string& path, std::string_view text) : path_(path), text_(text) {}

  [[noreturn]] void fail(const std::string& problem) const {
    throw DataError(path_ + ": line " + std::to_string(line_) + " " + problem + "; write the certificate again");
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
Sizes read_header(Reader& in, Certificate& out) {  // out.branched is known
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
    if (json.contains("dominant")) {
      out.dominant = json.at("dominant").at(0).get<std::int32_t>();
      out.dominant_power = json.at("dominant").at(1).get<int>();
    }
    const Sizes sizes{static_cast<index_t>(size("rows")), static_cast<index_t>(size("outputs")),
                      out.branched ? 0 : size("lines"), out.branched ? 0 : size("multipliers")};
    if (sizes.outputs > 0 && sizes.rows > static_cast<index_t>(in.left()) / sizes.outputs)
      in.fail("promises more than the file holds");
    return sizes;
  } catch (const nlohmann::json::exception&) {
    in.fail("is no header of a certificate");
  }
}

/// What the program writes is complete; a caller's own may be empty or its parts of different lengths.
void check_complete(const std::string& path, const Certificate& c) {
  if (c.empty()) throw DataError(path + ": the certificate is empty, no bound was proven; there is nothing to write");
  check_filled(c.W, "W of the certificate");
  const auto rows = static_cast<std::size_t>(c.W.rows);
  if (!c.branched && (c.line.size() != rows || c.ratio.size() != rows))
    throw DataError(path + ": the certificate has " + std::to_string(rows) + " rows of W but " +
                    std::to_string(c.line.size()) + " lines and " + std::to_string(c.ratio.size()) +
                    " ratios; all three need one per sample");
}

}  // namespace

void write_certificate(const std::string& path, const Certificate& c) {
  check_complete(path, c);
  const std::string_view magic = c.branched ? kMagicBranched : kMagic;
  std::string text = std::string(magic) + "\n" + header(c).dump() + "\n";
  if (!c.branched) text += "representatives\n";
  for (const std::int32_t row : c.representatives) text += std::to_string(row) + "\n";
  text += "rows\n";  // line, ratio, w; of branch and bound w alone
  for (index_t i = 0; i < c.W.rows; ++i) {
    const auto index = static_cast<std::size_t>(i);
    if (!c.branched) {
      text += std::to_string(c.line[index]) + " ";
      text += hexadecimal(c.ratio[index]);
    }
    for (index_t j = 0; j < c.W.cols; ++j) {
      if (j > 0 || !c.branched) text += " ";
      text += hexadecimal(c.W(i, j));
    }
    text += "\n";
  }
  if (!c.branched) text += "multipliers\n";
  for (const Multiplier& pair : c.multipliers) {
    text += std::to_string(pair.i) + " " + std::to_string(pair.j) + " ";
    text += hexadecimal(pair.value);
    text += "\n";
  }
  write_file(path, text + "end\n");
}

Certificate read_certificate(const std::string& path) {
  const std::string text = read_plain_file(path);
  Reader in(path, text);
  const auto begins = [&](std::string_view magic) {
    return text.substr(0, magic.size() + 1) == std::string(magic) + "\n";
  };
  if (begins(kMagicWithCuts))
    throw DataError(path +
                    ": made with cone cuts by an older version of burelu; write the certificate again with this "
                    "one, or check it with burelu-verify of that one");
  Certificate out;
  out.branched = begins(kMagicBranched);
  if (!out.branched && !begins(kMagic)) in.fail("is not \"" + std::string(kMagic) + "\" or 3: this is no certificate");
  in.line();
  const Sizes sizes = read_header(in, out);
  if (!out.branched) in.expect("representatives");
  for (std::size_t k = 0; k < sizes.lines; ++k) out.representatives.push_back(in.integer<std::int32_t>());
  in.expect("rows");
  out.W = Matrix(sizes.rows, sizes.outputs);
  for (index_t i = 0; i < sizes.rows; ++i) {
    if (!out.branched) {
      out.line.push_back(in.integer<std::int32_t>());
      out.ratio.push_back(in.real());
    }
    for (index_t j = 0; j < sizes.outputs; ++j) out.W(i, j) = in.real();
  }
  if (!out.branched) in.expect("multipliers");
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
