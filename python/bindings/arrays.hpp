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

/// What the library returns: the vector that it is made of is its owner, so that Python does not copy it.
template <class Number, int axes>
using Returned = nb::ndarray<nb::numpy, Number, nb::ndim<axes>>;

template <class Number, int axes = 1>
Returned<Number, axes> array_of(std::vector<Number> values, std::initializer_list<std::size_t> shape) {
  auto* kept = new std::vector<Number>(std::move(values));
  nb::capsule owner(kept, [](void* memory) noexcept { delete static_cast<std::vector<Number>*>(memory); });
  return Returned<Number, axes>(kept->data(), shape, owner);
}

template <class Number>
Returned<Number, 1> array_of(std::vector<Number> values) {
  const std::size_t size = values.size();
  return array_of(std::move(values), {size});
}

template <class Number, class Array>
std::vector<Number> vector_of(const Array& array) {
  std::vector<Number> values(array.shape(0));
  for (std::size_t k = 0; k < values.size(); ++k) values[k] = array(k);
  return values;
}

/// The parts of a proof that a reader of files counts: lines and ratios of all rows, and pairs with their values.
struct ProofParts {
  std::vector<std::int32_t> i, j;
  std::vector<double> value;

  /// Throws ValueError where they do not fit together.
  ProofParts(const nb::tuple& multipliers, bool branched, std::size_t rows, std::size_t lines, std::size_t ratios) {
    if (multipliers.size() == 3) {
      i = vector_of<std::int32_t>(nb::cast<Integers>(multipliers[0]));
      j = vector_of<std::int32_t>(nb::cast<Integers>(multipliers[1]));
      value = vector_of<double>(nb::cast<Array1>(multipliers[2]));
    }
    const bool rows_fit = branched || (lines == rows && ratios == rows);
    if (multipliers.size() != 3 || i.size() != value.size() || j.size() != value.size() || !rows_fit)
      throw nb::value_error("the arrays of this certificate do not fit together");
  }
};

}  // namespace burelu_python
