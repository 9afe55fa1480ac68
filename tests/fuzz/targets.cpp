// The readers as they are called by the program. What takes a path gets a file in memory.
#include "targets.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>

#include "burelu/certificate.hpp"
#include "burelu/errors.hpp"
#include "data/dataset.hpp"
#include "formats/csv.hpp"
#include "formats/idx.hpp"
#include "formats/libsvm.hpp"
#include "formats/npy.hpp"
#include "formats/npz.hpp"
#include "model/onnx.hpp"
#include "model/tensors.hpp"

namespace burelu::fuzz {
namespace {

/// A nameless file that has a path while it lives.
class MemoryFile {
 public:
  explicit MemoryFile(const std::string& bytes) : descriptor_(::memfd_create("fuzz", MFD_CLOEXEC)) {
    if (::write(descriptor_, bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size())) std::abort();
  }
  ~MemoryFile() { ::close(descriptor_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  std::string path() const { return "/proc/self/fd/" + std::to_string(descriptor_); }

 private:
  int descriptor_;
};

/// The rest of the way from a table to X and Y: labels, classes, preparation.
void use(Table table) {
  if (table.values.size() != static_cast<std::size_t>(table.rows * table.columns())) std::abort();
  if (table.values.size() > 100000) return;
  TrainingChoice choice;
  choice.preparation = {true, true, true, 0};
  training_data(std::move(table), choice);
}

template <class Read>
void attempt(const Read& read) {
  try {
    read();
  } catch (const DataError&) {
  } catch (const MemoryError&) {  // a file may say that it is larger than this machine
  }
}

template <class Reader>
void read_stream(const std::string& bytes, const Reader& reader) {
  attempt([&] {
    ByteStream stream = ByteStream::from_memory(bytes, "fuzz");
    use(reader(stream));
  });
}

void csv(const std::string& bytes) {
  read_stream(bytes, [](ByteStream& stream) { return read_csv(stream); });
}

void npy(const std::string& bytes) {
  read_stream(bytes, [](ByteStream& stream) { return read_npy(stream); });
}

void libsvm(const std::string& bytes) {
  read_stream(bytes, [](ByteStream& stream) { return read_libsvm(stream); });
}

void idx(const std::string& bytes) {
  read_stream(bytes, [](ByteStream& stream) { return read_idx(stream); });
}

void npz(const std::string& bytes) {
  const MemoryFile file(bytes);
  attempt([&] { use(read_npz(file.path())); });
}

void gzip(const std::string& bytes) {
  attempt([&] { ByteStream::from_memory("\x1f\x8b" + bytes, "fuzz").rest(); });
}

/// A model that was read is written and read again: nothing may be lost.
void use_model(const Model& model) {
  const Tensors tensors = tensors_of(model);
  const Model back = model_of(parse_safetensors(safetensors_bytes(tensors), "again"), "again");
  if (back.network.U.data.size() != model.network.U.data.size()) std::abort();
}

void safetensors(const std::string& bytes) {
  attempt([&] { use_model(model_of(parse_safetensors(bytes, "fuzz"), "fuzz")); });
}

void npz_model(const std::string& bytes) {
  const MemoryFile file(bytes);
  attempt([&] { use_model(model_of(read_npz_model(file.path()), "fuzz")); });
}

void onnx(const std::string& bytes) {
  attempt([&] { use_model(parse_onnx(bytes, "fuzz")); });
}

void certificate(const std::string& bytes) {
  const MemoryFile file(bytes);
  attempt([&] { read_certificate(file.path()); });
}

}  // namespace

const std::vector<Target>& targets() {
  static const std::vector<Target> kTargets = {{"csv", csv},
                                               {"npy", npy},
                                               {"npz", npz},
                                               {"libsvm", libsvm},
                                               {"idx", idx},
                                               {"gzip", gzip},
                                               {"onnx", onnx},
                                               {"npz_model", npz_model},
                                               {"safetensors", safetensors},
                                               {"certificate", certificate}};
  return kTargets;
}

}  // namespace burelu::fuzz
