// NumPy arrays as views, and what the library returns as arrays: nothing is copied in either direction.
#pragma once

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

#include <cstdint>
#include <utility>
#include <vector>

namespace burelu_python {

namespace nb = nanobind;

/// Any strides that are whole doubles; read-only will do.
using Array2 = nb::ndarray<const double, nb::ndim<2>, nb::device::cpu>;
using Array1 = nb::ndarray<const double, nb::ndim<1>, nb::device::cpu>;
using Integers = nb::ndarray<const std::int32_t, nb::ndim<1>, nb::c_contig, nb::device::cpu>;

/// The vector becomes the memory of an array of this shape.
template <class Number>
nb::object array_of(std::vector<Number> values, std::initializer_list<std::size_t> shape) {
  auto* kept = new std::vector<Number>(std::move(values));
  nb::capsule owner(kept, [](void* memory) noexcept { delete static_cast<std::vector<Number>*>(memory); });
  return nb::cast(nb::ndarray<nb::numpy, Number>(kept->data(), shape, owner), nb::rv_policy::reference);
}

template <class Number>
nb::object array_of(std::vector<Number> values) {
  const std::size_t size = values.size();
  return array_of(std::move(values), {size});
}

template <class Number, class Array>
std::vector<Number> vector_of(const Array& array) {
  std::vector<Number> values(array.shape(0));
  for (std::size_t k = 0; k < values.size(); ++k) values[k] = array(k);
  return values;
}

}  // namespace burelu_python
