// An owning array aligned to a cache line, zero-initialised, never resized in place.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <utility>

namespace burelu {

template <class T>
class Buffer {
 public:
  Buffer() = default;
  explicit Buffer(std::int64_t size) : size_(size), data_(allocate(size)) {
    if (size > 0) std::memset(static_cast<void*>(data_.get()), 0, static_cast<std::size_t>(size) * sizeof(T));
  }

  T* data() { return data_.get(); }
  const T* data() const { return data_.get(); }
  std::int64_t size() const { return size_; }
  T& operator[](std::int64_t i) { return data_.get()[i]; }
  const T& operator[](std::int64_t i) const { return data_.get()[i]; }
  void fill(T value) {
    for (std::int64_t i = 0; i < size_; ++i) data_.get()[i] = value;
  }

 private:
  static constexpr std::align_val_t kAlignment{64};
  struct Free {
    void operator()(T* p) const { ::operator delete(p, kAlignment); }
  };
  static T* allocate(std::int64_t size) {
    if (size == 0) return nullptr;
    return static_cast<T*>(::operator new(static_cast<std::size_t>(size) * sizeof(T), kAlignment));
  }

  std::int64_t size_ = 0;
  std::unique_ptr<T[], Free> data_;
};

}  // namespace burelu
