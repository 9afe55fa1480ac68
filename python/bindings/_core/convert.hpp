// The library's types and Python's: matrices, networks, options, results.
#pragma once

#include <string>

#include "arrays.hpp"
#include "burelu/burelu.hpp"

namespace burelu_python {

inline burelu::MatrixView view(const Array2& array) {
  return {array.data(), static_cast<burelu::index_t>(array.shape(0)), static_cast<burelu::index_t>(array.shape(1)),
          array.stride(0), array.stride(1)};
}

inline burelu::Problem problem_of(const Array2& X, const Array2& Y, double gamma) { return {view(X), view(Y), gamma}; }

burelu::Matrix matrix_of(const Array2& array);
Returned<double, 2> array_of(burelu::Matrix matrix);
burelu::Network network_of(const Array2& U, const Array2& V);

/// Keys are the names of the fields. Throws TypeError or `DataError` for a key or a value that is none.
burelu::TrainOptions options_of(const nb::dict& options);

/// Dictionaries whose keys are the fields of the structures.
nb::dict relaxation_dict(burelu::Relaxation relaxation);
nb::dict seconds_dict(const burelu::Seconds& seconds);

void bind_certificate(nb::module_& module);
void bind_functions(nb::module_& module);
void bind_models(nb::module_& module);
void bind_path(nb::module_& module);

}  // namespace burelu_python
