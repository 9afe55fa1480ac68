// Archive: the state of a solve as a sequence of fields, written or read by the same code (`exchange` in each class
// that has state), so that the two cannot disagree.
#pragma once

#include <cstdint>
#include <string>
#include <type_traits>
#include <vector>

#include "burelu/certificate.hpp"
#include "burelu/errors.hpp"
#include "burelu/matrix.hpp"
#include "linalg/buffer.hpp"

namespace burelu {

class Archive {
 public:
  virtual ~Archive() = default;
  virtual bool loading() const = 0;
  /// Writes or fills `size` bytes. Throws `DataError` where the file ends early.
  virtual void raw(void* data, std::size_t size) = 0;

  template <class T>
  void value(T& v) {
    static_assert(std::is_trivially_copyable_v<T>);
    raw(&v, sizeof v);
  }
  template <class T>
  void list(std::vector<T>& v) {
    static_assert(std::is_trivially_copyable_v<T>);
    v.resize(length(v.size(), sizeof(T)));
    raw(v.data(), v.size() * sizeof(T));
  }
  /// Whatever has a function of its own: one(*this, element).
  template <class T, class One>
  void each(std::vector<T>& v, const One& one) {
    v.resize(length(v.size(), 1));
    for (T& element : v) one(*this, element);
  }
  void text(std::string& s) {
    s.resize(length(s.size(), 1));
    raw(s.data(), s.size());
  }
  void matrix(Matrix& m) {
    value(m.rows);
    value(m.cols);
    list(m.data);
    if (m.rows < 0 || m.cols < 0 || static_cast<index_t>(m.data.size()) != m.rows * m.cols) refuse();
  }
  /// A buffer of known size: only its contents travel.
  template <class T>
  void buffer(Buffer<T>& b) {
    if (length(static_cast<std::size_t>(b.size()), sizeof(T)) != static_cast<std::size_t>(b.size())) refuse();
    raw(b.data(), static_cast<std::size_t>(b.size()) * sizeof(T));
  }
  [[noreturn]] static void refuse() {
    throw DataError("the checkpoint does not fit this problem or is damaged: start without --resume");
  }

 protected:
  /// Bytes that can still be read; no length field may claim more.
  virtual std::size_t available() const = 0;

 private:
  std::size_t length(std::size_t now, std::size_t unit) {
    auto size = static_cast<std::uint64_t>(now);
    value(size);
    if (loading() && size > available() / unit) refuse();
    return static_cast<std::size_t>(size);
  }
};

/// A whole certificate.
inline void exchange(Archive& a, Certificate& c) {
  a.value(c.lower_bound);
  a.value(c.gamma);
  a.value(c.data_hash);
  a.matrix(c.W);
  a.list(c.representatives);
  a.list(c.line);
  a.list(c.ratio);
  a.list(c.multipliers);
}

}  // namespace burelu
