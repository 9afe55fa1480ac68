// Which reader takes which file: by the end of its name (less .gz), else by its first bytes, else it is text.
#include "data/formats.hpp"

#include <filesystem>
#include <string_view>

#include "burelu/errors.hpp"
#include "data/builtin.hpp"
#include "formats/byte_stream.hpp"
#include "formats/csv.hpp"
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

/// Looks into regular files only: what is read from a pipe is gone.
bool begins_with(const std::string& path, std::string_view magic) {
  std::error_code ignored;
  if (magic.empty() || !std::filesystem::is_regular_file(path, ignored)) return false;
  std::string first(magic.size(), '\0');
  first.resize(ByteStream(path).read(first.data(), first.size()));
  return first == magic;
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
  for (const Format& format : kFormats)
    if (begins_with(source, format.magic)) return format.read(source, options);
  return csv(source, options);
}

}  // namespace burelu
