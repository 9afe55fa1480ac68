// An archive in memory: what is saved in a file, or told to another process.
#pragma once

#include <string>
#include <utility>

#include "seam/archive.hpp"

namespace burelu {

class BytesWriter : public Archive {
 public:
  bool loading() const override { return false; }
  void raw(void* data, std::size_t size) override;
  const std::string& bytes() const { return bytes_; }

 protected:
  std::size_t available() const override { return 0; }

 private:
  std::string bytes_;
};

class BytesReader : public Archive {
 public:
  explicit BytesReader(std::string bytes) : bytes_(std::move(bytes)) {}
  bool loading() const override { return true; }
  void raw(void* data, std::size_t size) override;
  /// Bytes that are not read yet.
  std::size_t left() const { return bytes_.size() - at_; }

 protected:
  std::size_t available() const override { return left(); }

 private:
  std::string bytes_;
  std::size_t at_ = 0;
};

}  // namespace burelu
