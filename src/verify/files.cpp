// Readers, see files.hpp. Every number is parsed by the C library, whole token or error.
#include "verify/files.hpp"

#include <cerrno>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

namespace burelu::verify {
namespace {

std::string read_text(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  if (!in || !(out << in.rdbuf())) throw FileError("cannot read " + path + "; check the name and permissions");
  return out.str();
}

std::vector<std::string> fields(std::string line) {
  if (!line.empty() && line.back() == '\r') line.pop_back();
  std::vector<std::string> out;
  std::istringstream in(line);
  for (std::string field; std::getline(in, field, ',');) out.push_back(field);
  if (!line.empty() && line.back() == ',') out.emplace_back();
  return out;
}

double number(const std::string& text, const std::string& place) {
  char* end = nullptr;
  const double value = std::strtod(text.c_str(), &end);
  if (text.empty() || *end != '\0' || !std::isfinite(value))
    throw FileError(place + " holds \"" + text + "\", no finite number");
  return value;
}

template <class Integer>
Integer integer(const std::string& text, int base, const std::string& place) {
  char* end = nullptr;
  errno = 0;
  Integer value{};
  if constexpr (std::is_signed_v<Integer>)
    value = std::strtoll(text.c_str(), &end, base);
  else
    value = std::strtoull(text.c_str(), &end, base);
  if (text.empty() || *end != '\0' || errno != 0) throw FileError(place + " holds \"" + text + "\", no integer");
  return value;
}

/// One-hot rows of the labels 0..K-1.
Table one_hot(const std::vector<double>& labels, const std::string& name) {
  double largest = -1.0;
  for (const double label : labels) {
    if (label != std::floor(label) || label < 0.0 || label > 1e6)
      throw FileError(name + ": labels must be integers 0..K-1");
    largest = std::max(largest, label);
  }
  Table out{labels.size(), static_cast<std::size_t>(largest + 1.0), {}};
  out.values.assign(out.rows * out.cols, 0.0);
  for (std::size_t i = 0; i < labels.size(); ++i) out(i, static_cast<std::size_t>(labels[i])) = 1.0;
  return out;
}

}  // namespace

Data parse_data(const std::string& text, const std::string& name) {
  std::istringstream in(text);
  std::string line;
  if (!std::getline(in, line)) throw FileError(name + " is empty");
  const std::vector<std::string> head = fields(line);
  std::size_t d = 0;
  while (d < head.size() && head[d] == "x" + std::to_string(d)) ++d;
  const bool labelled = head.size() == d + 1 && head[d] == "label";
  for (std::size_t k = d; k < head.size() && !labelled; ++k)
    if (head[k] != "y" + std::to_string(k - d))
      throw FileError(name + ": the header must be x0,x1,...,y0,y1,... or x0,...,label");
  if (d == 0 || d == head.size()) throw FileError(name + ": the header must be x0,x1,...,y0,y1,... or x0,...,label");

  Data out;
  out.X.cols = d;
  out.Y.cols = head.size() - d;
  for (std::size_t row = 2; std::getline(in, line); ++row) {
    const std::vector<std::string> cells = fields(line);
    if (cells.empty()) continue;
    const std::string place = name + " line " + std::to_string(row);
    if (cells.size() != head.size()) throw FileError(place + " has another number of fields than the header");
    for (std::size_t j = 0; j < cells.size(); ++j) (j < d ? out.X : out.Y).values.push_back(number(cells[j], place));
    ++out.X.rows;
  }
  out.Y.rows = out.X.rows;
  if (out.X.rows == 0) throw FileError(name + " has no rows");
  if (labelled) out.Y = one_hot(out.Y.values, name);
  return out;
}

Data read_data(const std::string& path) { return parse_data(read_text(path), path); }

Claim parse_claim(const std::string& text, const std::string& name) {
  std::istringstream in(text);
  std::string magic, header, token;
  std::getline(in, magic);
  std::getline(in, header);
  const bool branched = magic == "burelu-certificate 3";
  if (magic == "burelu-certificate 2")
    throw FileError(name + " was made with cone cuts by an older version, whose burelu-verify checks it");
  if (!branched && magic != "burelu-certificate 1")
    throw FileError(name + " does not begin with \"burelu-certificate 1\" or 3");
  const auto next = [&]() -> const std::string& {
    if (!(in >> token)) throw FileError(name + " is cut off");
    return token;
  };
  const auto expect = [&](const char* word) {
    if (next() != word) throw FileError(name + " should say \"" + word + "\" where it says \"" + token + "\"");
  };
  Claim out;
  std::size_t lines = 0;
  std::size_t pairs = 0;
  try {
    const auto json = nlohmann::json::parse(header);
    out.lower_bound = number(json.at("lower_bound").get<std::string>(), name);
    out.gamma = number(json.at("gamma").get<std::string>(), name);
    out.data_hash = integer<unsigned long long>(json.at("data_hash").get<std::string>(), 16, name);
    out.W.rows = json.at("rows").get<std::size_t>();
    out.W.cols = json.at("outputs").get<std::size_t>();
    if (!branched) lines = json.at("lines").get<std::size_t>();
    if (!branched) pairs = json.at("multipliers").get<std::size_t>();
    if (json.contains("dominant")) {
      out.dominant = json.at("dominant").at(0).get<std::int64_t>();
      out.dominant_power = json.at("dominant").at(1).get<int>();
    }
  } catch (const nlohmann::json::exception&) {
    throw FileError(name + ": the second line is no header of a certificate");
  }
  const auto whole = [&] { return static_cast<std::int64_t>(integer<long long>(next(), 10, name)); };
  out.branched = branched;
  if (!branched) expect("representatives");
  for (std::size_t k = 0; k < lines; ++k) out.representatives.push_back(whole());
  expect("rows");
  for (std::size_t i = 0; i < out.W.rows; ++i) {
    if (!branched) out.line.push_back(whole());
    if (!branched) out.ratio.push_back(number(next(), name));
    for (std::size_t j = 0; j < out.W.cols; ++j) out.W.values.push_back(number(next(), name));
  }
  if (!branched) expect("multipliers");
  for (std::size_t k = 0; k < pairs; ++k) {
    Pair pair;
    pair.i = whole();
    pair.j = whole();
    pair.value = number(next(), name);
    out.pairs.push_back(pair);
  }
  expect("end");
  if (in >> token) throw FileError(name + " goes on after its end");
  return out;
}

Claim read_claim(const std::string& path) { return parse_claim(read_text(path), path); }

std::uint64_t hash(const Data& data, double gamma) {
  std::uint64_t state = 14695981039346656037ULL;
  const auto word = [&](std::uint64_t bits) {
    for (unsigned byte = 0; byte < 64; byte += 8) state = (state ^ ((bits >> byte) & 255U)) * 1099511628211ULL;
  };
  const auto real = [&](double value) {
    std::uint64_t bits = 0;
    std::memcpy(&bits, &value, sizeof bits);
    word(bits);
  };
  word(data.X.rows);
  word(data.X.cols);
  word(data.Y.cols);
  for (const double value : data.X.values) real(value);
  for (const double value : data.Y.values) real(value);
  real(gamma);
  return state;
}

}  // namespace burelu::verify
