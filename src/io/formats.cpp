// Which reader takes which file.
#include "io/formats.hpp"

#include <algorithm>
#include <cctype>
#include <string_view>

#include "burelu/errors.hpp"
#include "io/builtin.hpp"
#include "io/csv.hpp"
#include "io/input_file.hpp"

namespace burelu {
namespace {

Table read_csv(const std::string& path, Header header) {
  const std::string text = read_file(path);
  return parse_csv(text, path, guess_separator(text), header);
}

Table read_tsv(const std::string& path, Header header) { return parse_csv(read_file(path), path, '\t', header); }

struct Format {
  std::string_view extension;
  Table (*read)(const std::string& path, Header header);  ///< null: known, but not read by this version
};

constexpr Format kFormats[] = {
    {".csv", read_csv},   {".tsv", read_tsv}, {".npy", nullptr},  {".npz", nullptr},   {".svm", nullptr},
    {".libsvm", nullptr}, {".gz", nullptr},   {".xlsx", nullptr}, {"-ubyte", nullptr}, {".parquet", nullptr},
};

bool has_extension(const std::string& path, std::string_view extension) {
  if (path.size() < extension.size()) return false;
  return std::equal(extension.begin(), extension.end(), path.end() - static_cast<std::ptrdiff_t>(extension.size()),
                    [](char a, char b) { return a == std::tolower(static_cast<unsigned char>(b)); });
}

}  // namespace

Table read_table(const std::string& source, Header header) {
  if (is_builtin(source)) return generate_builtin(source);
  for (const Format& format : kFormats) {
    if (!has_extension(source, format.extension)) continue;
    if (format.read != nullptr) return format.read(source, header);
    throw DataError(source + ": this version does not read " + std::string(format.extension) +
                    " files; convert it to comma- or tab-separated text (.csv, .tsv)");
  }
  return read_csv(source, header);
}

}  // namespace burelu
