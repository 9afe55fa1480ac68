// The generators of builtin.hpp and the parser of their specification.
#include "data/builtin.hpp"

#include <cmath>
#include <map>
#include <string_view>

#include "burelu/errors.hpp"
#include "formats/number.hpp"
#include "linalg/random.hpp"

namespace burelu {
namespace {

constexpr std::string_view kPrefix = "builtin:";
constexpr double kMostCells = 1e9;

/// Parameter values by name; a key that is not there is the user's mistake.
using Parameters = std::map<std::string, double>;

index_t count(const Parameters& parameters, const std::string& key) { return static_cast<index_t>(parameters.at(key)); }

Table empty_table(index_t features, index_t outputs, const std::string& output) {
  Table table;
  table.has_header = true;
  table.add_numbered("x", features);
  if (output == "y") {
    table.add_numbered("y", outputs);
  } else {
    table.names.push_back(output);
  }
  return table;
}

void append(Table& table, const std::vector<double>& row) {
  table.values.insert(table.values.end(), row.begin(), row.end());
  ++table.rows;
}

/// Samples of class k when n are shared out evenly, the first classes taking the remainder.
index_t share(index_t n, index_t classes, index_t k) { return n / classes + (k < n % classes ? 1 : 0); }

Table spiral(const Parameters& parameters) {
  Random random(static_cast<std::uint64_t>(parameters.at("seed")));
  const index_t classes = count(parameters, "classes");
  Table table = empty_table(2, 1, "label");
  for (index_t k = 0; k < classes; ++k) {
    const index_t samples = share(count(parameters, "n"), classes, k);
    for (index_t i = 0; i < samples; ++i) {
      const double along = samples > 1 ? static_cast<double>(i) / static_cast<double>(samples - 1) : 1.0;
      const double angle = 4.0 * (static_cast<double>(k) + along) + parameters.at("noise") * random.normal();
      append(table, {0.5 * along * std::sin(angle), 0.5 * along * std::cos(angle), static_cast<double>(k)});
    }
  }
  return table;
}

std::vector<double> normals(Random& random, index_t size) {
  std::vector<double> values(static_cast<std::size_t>(size));
  for (double& value : values) value = random.normal();
  return values;
}

Table teacher(const Parameters& parameters) {
  Random random(static_cast<std::uint64_t>(parameters.at("seed")));
  const index_t d = count(parameters, "d");
  const index_t c = count(parameters, "c");
  const index_t width = count(parameters, "width");
  const std::vector<double> input = normals(random, width * d);
  const std::vector<double> output = normals(random, width * c);
  Table table = empty_table(d, c, "y");
  for (index_t i = 0; i < count(parameters, "n"); ++i) {
    std::vector<double> row = normals(random, d);
    row.resize(static_cast<std::size_t>(d + c), 0.0);
    for (index_t j = 0; j < width; ++j) {
      double activation = 0.0;
      for (index_t f = 0; f < d; ++f)
        activation += input[static_cast<std::size_t>(j * d + f)] * row[static_cast<std::size_t>(f)];
      if (activation <= 0.0) continue;
      for (index_t k = 0; k < c; ++k)
        row[static_cast<std::size_t>(d + k)] += output[static_cast<std::size_t>(j * c + k)] * activation;
    }
    for (index_t k = 0; k < c; ++k) row[static_cast<std::size_t>(d + k)] += parameters.at("noise") * random.normal();
    append(table, row);
  }
  return table;
}

Table blobs(const Parameters& parameters) {
  Random random(static_cast<std::uint64_t>(parameters.at("seed")));
  const index_t d = count(parameters, "d");
  const index_t classes = count(parameters, "classes");
  const std::vector<double> centres = normals(random, classes * d);
  Table table = empty_table(d, 1, "label");
  for (index_t i = 0; i < count(parameters, "n"); ++i) {
    const index_t k = i % classes;
    std::vector<double> row = normals(random, d);
    for (index_t f = 0; f < d; ++f) {
      double& value = row[static_cast<std::size_t>(f)];
      value = 2.0 * centres[static_cast<std::size_t>(k * d + f)] + parameters.at("noise") * value;
    }
    row.push_back(static_cast<double>(k));
    append(table, row);
  }
  return table;
}

struct Generator {
  Table (*make)(const Parameters&);
  Parameters defaults;
};

const std::map<std::string, Generator>& generators() {
  static const std::map<std::string, Generator> kGenerators = {
      {"spiral", {spiral, {{"n", 60}, {"classes", 3}, {"noise", 0.2}, {"seed", 0}}}},
      {"teacher", {teacher, {{"n", 200}, {"d", 8}, {"c", 3}, {"width", 100}, {"noise", 0}, {"seed", 0}}}},
      {"blobs", {blobs, {{"n", 150}, {"d", 4}, {"classes", 3}, {"noise", 1}, {"seed", 0}}}},
  };
  return kGenerators;
}

template <typename Map>
std::string keys(const Map& map) {
  std::string list;
  for (const auto& [key, value] : map) list += (list.empty() ? "" : ", ") + key;
  return list;
}

/// Counts are whole and at least 1 (n may be 0: it is refused later, like any empty data); noise is at least 0.
void check(const std::string& source, const std::string& key, double value) {
  const bool whole = value == std::floor(value) && value < 0x1p53;
  const double least = key == "n" || key == "seed" || key == "noise" ? 0.0 : 1.0;
  if (!std::isfinite(value) || value < least || (key != "noise" && !whole))
    throw DataError(source + ": " + key + " must be a " + (key == "noise" ? "" : "whole ") + "number of at least " +
                    short_number(least));
}

void assign(const std::string& source, const std::string& setting, Parameters& parameters) {
  const auto equals = setting.find('=');
  const std::string key = setting.substr(0, equals);
  if (!parameters.contains(key))
    throw DataError(source + ": there is no parameter '" + key + "'; there are " + keys(parameters));
  double value = 0.0;
  if (equals == std::string::npos || !parse_number(std::string_view(setting).substr(equals + 1), value))
    throw DataError(source + ": '" + setting + "' gives no number; write " + key + "=" +
                    short_number(parameters.at(key)));
  check(source, key, value);
  parameters[key] = value;
}

void check_size(const std::string& source, Parameters sizes) {
  const auto of = [&sizes](const char* key) { return sizes.contains(key) ? sizes.at(key) : 1.0; };
  const double columns = of("d") + of("c");
  if (of("n") * columns > kMostCells || (of("width") + of("classes")) * columns > kMostCells)
    throw DataError(source + ": that is more than 1e9 numbers; choose smaller sizes");
}

}  // namespace

bool is_builtin(const std::string& source) { return source.starts_with(kPrefix); }

Table generate_builtin(const std::string& source) {
  const std::string specification = source.substr(kPrefix.size());
  const auto question = specification.find('?');
  const auto found = generators().find(specification.substr(0, question));
  if (found == generators().end())
    throw DataError(source + ": there is no such built-in data; there are " + keys(generators()));
  Parameters parameters = found->second.defaults;
  for (std::size_t at = question; at != std::string::npos;) {
    const auto end = specification.find('&', at + 1);
    assign(source, specification.substr(at + 1, end == std::string::npos ? end : end - at - 1), parameters);
    at = end;
  }
  check_size(source, parameters);
  Table table = found->second.make(parameters);
  table.source = source;
  return table;
}

}  // namespace burelu
