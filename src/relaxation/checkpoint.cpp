#include "relaxation/checkpoint.hpp"

#include <cstring>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string_view>

#include "formats/output_file.hpp"

namespace burelu {
namespace {

constexpr std::string_view kMagic = "burelu-checkpoint 6\n";
constexpr std::string_view kAnyMagic = "burelu-checkpoint ";
constexpr std::size_t kSumSize = sizeof(std::uint64_t);

std::uint64_t checksum(std::string_view bytes) {
  std::uint64_t hash = 14695981039346656037ULL;
  for (const char byte : bytes) hash = (hash ^ static_cast<unsigned char>(byte)) * 1099511628211ULL;
  return hash;
}

nlohmann::json header(const CheckpointKey& key) {
  return {{"data_hash", key.data_hash}, {"rank", key.rank}, {"seed", key.seed}};
}

[[noreturn]] void damaged(const std::string& path) {
  throw DataError(path + ": not a burelu checkpoint, or cut short: start without --resume");
}

std::string read_whole(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw DataError(path + ": no such checkpoint, or not readable: start without --resume");
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

void compare(const std::string& path, const nlohmann::json& found, const CheckpointKey& key) {
  const nlohmann::json wanted = header(key);
  for (const auto& [name, value] : wanted.items()) {
    if (found.contains(name) && found.at(name) == value) continue;
    if (name == "data_hash") throw DataError(path + ": the checkpoint is of other data (or of another gamma)");
    throw DataError(path + ": the checkpoint was made with another " + name + " (" +
                    (found.contains(name) ? found.at(name).dump() : "none") + ", now " + value.dump() + ")");
  }
}

// The archive in the file.
std::string contents(const std::string& path, const CheckpointKey& key) {
  std::string bytes = read_whole(path);
  if (bytes.compare(0, kMagic.size(), kMagic) != 0) {
    if (!bytes.starts_with(kAnyMagic)) damaged(path);
    throw DataError(path +
                    ": a checkpoint of another version of burelu, which this one cannot go on from: start "
                    "without --resume");
  }
  const std::size_t end = bytes.find('\n', kMagic.size());
  if (end == std::string::npos || bytes.size() < end + 1 + kSumSize) damaged(path);
  const auto found = nlohmann::json::parse(bytes.substr(kMagic.size(), end - kMagic.size()), nullptr, false);
  if (!found.is_object()) damaged(path);
  compare(path, found, key);
  std::uint64_t sum = 0;
  std::memcpy(&sum, bytes.data() + bytes.size() - kSumSize, kSumSize);
  bytes.resize(bytes.size() - kSumSize);
  bytes.erase(0, end + 1);
  if (checksum(bytes) != sum) damaged(path);
  return bytes;
}

}  // namespace

void CheckpointWriter::write(const std::string& path, const CheckpointKey& key) const {
  std::string file(kMagic);
  file += header(key).dump() + "\n";
  file += bytes();
  const std::uint64_t sum = checksum(bytes());
  file.append(reinterpret_cast<const char*>(&sum), kSumSize);
  write_file(path, file);
}

CheckpointReader::CheckpointReader(const std::string& path, const CheckpointKey& key)
    : BytesReader(contents(path, key)) {}

}  // namespace burelu
