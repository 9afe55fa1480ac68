// The temporary lies in the target's folder, since rename is atomic only within a file system.
#include "formats/output_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "burelu/errors.hpp"

namespace burelu {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const std::string& path, int error) {
  throw DataError("cannot write " + path + " (" + std::strerror(error) +
                  "); name a file in a folder that exists and that you may write to");
}

/// Through links, so that a link is kept and its target replaced.
std::string resolved(const std::string& path) {
  std::error_code error;
  const fs::path target = fs::weakly_canonical(path, error);
  return error ? path : target.string();
}

bool is_special(const std::string& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  return fs::exists(status) && !fs::is_regular_file(status) && !fs::is_directory(status);
}

/// A file under construction; removed unless it was committed.
class Temporary {
 public:
  explicit Temporary(const std::string& path) : path_(path), target_(resolved(path)) {
    std::error_code error;
    if (fs::is_directory(target_, error)) fail(path, EISDIR);
    if (fs::exists(target_, error) && ::access(target_.c_str(), W_OK) != 0) fail(path, errno);
    name_ = target_ + ".XXXXXX";
    descriptor_ = ::mkstemp(name_.data());
    if (descriptor_ < 0) fail(path, errno);
  }
  ~Temporary() {
    if (descriptor_ >= 0) ::close(descriptor_);
    if (!name_.empty()) ::unlink(name_.c_str());
  }
  Temporary(const Temporary&) = delete;
  Temporary& operator=(const Temporary&) = delete;

  int descriptor() const { return descriptor_; }

  void commit() {
    if (::fchmod(descriptor_, mode()) != 0 || ::fsync(descriptor_) != 0) fail(path_, errno);
    const int closed = ::close(descriptor_);
    descriptor_ = -1;
    if (closed != 0 || ::rename(name_.c_str(), target_.c_str()) != 0) fail(path_, errno);
    name_.clear();
  }

 private:
  /// That of the file replaced, else what the umask leaves of rw-rw-rw- (mkstemp gives rw-------).
  mode_t mode() const {
    struct stat old {};
    if (::stat(target_.c_str(), &old) == 0) return old.st_mode & 07777;
    const mode_t mask = ::umask(0);
    ::umask(mask);
    return 0666 & ~mask;
  }

  std::string path_;
  std::string target_;
  std::string name_;
  int descriptor_ = -1;
};

void write_all(const std::string& path, int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail(path, errno);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

void write_special(const std::string& path, std::string_view bytes) {
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (descriptor < 0) fail(path, errno);
  try {
    write_all(path, descriptor, bytes);
  } catch (...) {
    ::close(descriptor);
    throw;
  }
  if (::close(descriptor) != 0) fail(path, errno);
}

}  // namespace

void check_writable(const std::string& path) {
  if (path.empty()) return;
  if (!is_special(path)) {
    const Temporary probe(path);
  } else if (::access(path.c_str(), W_OK) != 0) {
    fail(path, errno);
  }
}

void write_file(const std::string& path, std::string_view bytes) {
  if (is_special(path)) return write_special(path, bytes);
  Temporary file(path);
  write_all(path, file.descriptor(), bytes);
  file.commit();
}

}  // namespace burelu
