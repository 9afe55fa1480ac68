// The module burelu._core: the library for the Python files of the package, which are what users see.
#include <nanobind/nanobind.h>

#include "convert.hpp"

namespace burelu_python {
namespace {

void raise(const char* name, const char* message) {
  const nb::object type = nb::module_::import_("burelu._errors").attr(name);
  PyErr_SetString(type.ptr(), message);
}

/// The library's exceptions as the package's own classes, with the library's sentences.
void translate(const std::exception_ptr& error, void* /*payload*/) {
  try {
    std::rethrow_exception(error);
  } catch (const burelu::DataError& fault) {
    raise("DataError", fault.what());
  } catch (const burelu::DeviceError& fault) {
    raise("DeviceError", fault.what());
  } catch (const burelu::MemoryError& fault) {
    raise("OutOfMemoryError", fault.what());
  }
}

}  // namespace
}  // namespace burelu_python

NB_MODULE(_core, module) {
  namespace here = burelu_python;
  nanobind::register_exception_translator(here::translate);
  module.attr("version") = burelu::kVersion;
  module.attr("commit") = burelu::kGitCommit;
  module.attr("with_cuda") = burelu::kWithCuda;
  here::bind_certificate(module);
  here::bind_functions(module);
  here::bind_models(module);
  here::bind_path(module);
}
