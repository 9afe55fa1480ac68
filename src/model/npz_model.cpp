// A model as an NPZ archive: one array per tensor, and the metadata as JSON in an array of text without axes.
#include <nlohmann/json.hpp>

#include "burelu/errors.hpp"
#include "formats/npy.hpp"
#include "formats/zip_archive.hpp"
#include "model/tensors.hpp"

namespace burelu {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kMetadata = "metadata";

void read_metadata(const std::vector<std::string>& texts, const std::string& path, Tensors& tensors) {
  const Json json = Json::parse(texts.empty() ? std::string() : texts.front(), nullptr, false);
  if (!json.is_object()) throw DataError(path + ": the array metadata is no JSON object; write the model again");
  for (const auto& [key, value] : json.items())
    tensors.metadata[key] = value.is_string() ? value.get<std::string>() : value.dump();
}

}  // namespace

std::string npz_model_bytes(const Tensors& tensors) {
  std::vector<std::pair<std::string, std::string>> members;
  for (const auto& [name, tensor] : tensors.arrays)
    members.emplace_back(name + ".npy", npy_bytes(tensor.values.data(), tensor.shape));
  const std::string metadata = Json(tensors.metadata).dump(-1, ' ', false, Json::error_handler_t::replace);
  members.emplace_back(std::string(kMetadata) + ".npy", npy_bytes({metadata}, true));
  return zip_bytes(members);
}

Tensors read_npz_model(const std::string& path) {
  ZipReader archive(path);
  const ByteReader read = [&archive](char* to, std::size_t size) { return archive.read(to, size); };
  Tensors tensors;
  for (const std::string& member : archive.names()) {
    if (!member.ends_with(".npy")) tensors.unread[member] = "no array";
    if (!member.ends_with(".npy") || !archive.open(member)) continue;
    const std::string name = member.substr(0, member.size() - 4);
    const NpyHeader header = read_npy_header(read, path + " (" + member + ")");
    if (static_cast<std::uint64_t>(header.bytes()) > archive.size())
      throw DataError(path + " (" + member + "): the array is cut off; write the model again");
    if (header.text()) {
      const std::vector<std::string> texts = read_npy_texts(read, header);
      if (name == kMetadata) {
        read_metadata(texts, path, tensors);
      } else {
        tensors.unread[name] = "text";
      }
    } else {
      Tensor& tensor = tensors.arrays[name];
      tensor.shape = header.shape;
      read_npy_rows(read, header, header.row_size, tensor.values);
    }
    archive.close();
  }
  return tensors;
}

}  // namespace burelu
