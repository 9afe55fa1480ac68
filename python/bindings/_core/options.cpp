// Options by name, as keyword arguments arrive.
#include <nanobind/stl/string.h>

#include <cmath>
#include <limits>

#include "convert.hpp"

namespace burelu_python {
namespace {

using burelu::BoundMethod;
using burelu::DataError;

[[noreturn]] void refuse(const std::string& name, const nb::handle& value, const char* wanted) {
  throw DataError(name + " must be " + wanted + ", not " + nb::cast<std::string>(nb::repr(value)));
}

/// None leaves the default. A float is no count, even where it is whole; numbers of NumPy are as good as Python's.
template <class Integer>
void read_count(const std::string& name, const nb::handle& value, Integer& target) {
  if (value.is_none()) return;
  if (nb::isinstance<nb::bool_>(value) || PyIndex_Check(value.ptr()) == 0) refuse(name, value, "a whole number");
  const nb::object number = nb::steal(PyNumber_Index(value.ptr()));
  if (!number.is_valid()) throw nb::python_error();
  if (!nb::try_cast(number, target)) refuse(name, value, "a whole number of at least 0 that is not so large");
}

void read_number(const std::string& name, const nb::handle& value, double& target) {
  if (value.is_none()) return;
  target = PyFloat_AsDouble(value.ptr());
  if (target == -1.0 && PyErr_Occurred() != nullptr) {
    PyErr_Clear();
    refuse(name, value, "a number");
  }
}

void read_text(const std::string& name, const nb::handle& value, std::string& target) {
  if (value.is_none()) return;
  if (!nb::try_cast(value, target)) refuse(name, value, "a text");
}

void read_bound(const nb::handle& value, BoundMethod& target) {
  std::string word;
  read_text("bound", value, word);
  if (word == "auto")
    target = BoundMethod::automatic;
  else if (word == "relaxation")
    target = BoundMethod::relaxation;
  else if (word == "branch")
    target = BoundMethod::branch;
  else if (!value.is_none())
    refuse("bound", value, "'auto', 'relaxation' or 'branch'");
}

}  // namespace

burelu::TrainOptions options_of(const nb::dict& options) {
  burelu::TrainOptions result;
  burelu::SolveOptions& solve = result.solve;
  solve.bound = BoundMethod::automatic;
  for (const auto& [key, value] : options) {
    const std::string name = nb::cast<std::string>(key);
    if (name == "tolerance")
      read_number(name, value, solve.tolerance);
    else if (name == "time_limit")
      read_number(name, value, solve.time_limit);
    else if (name == "checkpoint_interval")
      read_number(name, value, solve.checkpoint_interval);
    else if (name == "max_evaluations")
      read_count(name, value, solve.max_evaluations);
    else if (name == "rank")
      read_count(name, value, solve.rank);
    else if (name == "threads")
      read_count(name, value, solve.threads);
    else if (name == "seed")
      read_count(name, value, solve.seed);
    else if (name == "width")
      read_count(name, value, result.width);
    else if (name == "starts")
      read_count(name, value, result.starts);
    else if (name == "polish_iterations")
      read_count(name, value, result.polish_iterations);
    else if (name == "device")
      read_text(name, value, solve.device);
    else if (name == "checkpoint")
      read_text(name, value, solve.checkpoint);
    else if (name == "resume")
      read_text(name, value, solve.resume);
    else if (name == "bound")
      read_bound(value, solve.bound);
    else
      throw nb::type_error(("there is no option " + name).c_str());
  }
  return result;
}

}  // namespace burelu_python
