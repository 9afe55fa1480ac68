// Which reader takes which file: by the end of its name (less .gz), else by its first bytes, else it is text.
#include "data/formats.hpp"

#include <filesystem>
#include <string_view>

#include "burelu/errors.hpp"
#include "data/builtin.hpp"
#include "formats/byte_stream.hpp"
#include "formats/csv.hpp"
#include "formats/csv_dialect.hpp"
#include "formats/idx.hpp"
#include "formats/libsvm.hpp"
#include "formats/npy.hpp"
#include "formats/npz.hpp"

namespace burelu {
namespace {

Table csv(const std::string& path, const ReadOptions& options) {
  ByteStream stream(path, options.progress);
  return read_csv(stream, kGuessSeparator, options.header);
}

Table tsv(const std::string& path, const ReadOptions& options) {
  ByteStream stream(path, options.progress);
  return read_csv(stream, '\t', options.header);
}

Table npy(const std::string& path, const ReadOptions& options) {
  ByteStream stream(path, options.progress);
  return read_npy(stream);
}

Table npz(const std::string& path, const ReadOptions& options) { return read_npz(path, options.progress); }

Table libsvm(const std::string& path, const ReadOptions& options) {
  ByteStream stream(path, options.progress);
  return read_libsvm(stream, options.least_features);
}

Table idx(const std::string& path, const ReadOptions& options) { return read_idx_pair(path, options.progress); }

struct Format {
  std::string_view extension;
  Table (*read)(const std::string& path, const ReadOptions& options);  ///< null: known, but not read
  std::string_view magic = {};                                         ///< first bytes that no text begins with
};

constexpr Format kFormats[] = {
    {".csv", csv},     {".tsv", tsv},       {".npy", npy, "\x93NUMPY"}, {".npz", npz, "PK\x03\x04"},
    {".svm", libsvm},  {".libsvm", libsvm}, {".svmlight", libsvm},      {"-ubyte", idx},
    {".idx", idx},     {".idx3", idx},      {".xlsx", nullptr},         {".parquet", nullptr},
    {".zip", nullptr}, {".bz2", nullptr},   {".xz", nullptr},           {".zst", nullptr},
};

/// Of regular files only: what is read from a pipe is gone.
std::string first_bytes(const std::string& path) {
  constexpr std::size_t kEnough = 4096;
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(path, ignored)) return {};
  std::string first(kEnough, '\0');
  first.resize(ByteStream(path).read(first.data(), first.size()));
  return first;
}

}  // namespace

Table read_table(const std::string& source, const ReadOptions& options) {
  if (is_builtin(source)) return generate_builtin(source);
  for (const Format& format : kFormats) {
    if (!has_extension(source, format.extension)) continue;
    if (format.read != nullptr) return format.read(source, options);
    throw DataError(source + ": burelu does not read " + std::string(format.extension) +
                    " files; convert it to .csv, .npz or another format of docs/formats.md (gzip is fine)");
  }
  const std::string first = first_bytes(source);
  for (const Format& format : kFormats)
    if (!format.magic.empty() && first.starts_with(format.magic)) return format.read(source, options);
  return looks_like_libsvm(first) ? libsvm(source, options) : csv(source, options);
}

}  // namespace burelu
