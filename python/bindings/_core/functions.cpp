// solve, train, certify and what a network computes. The interpreter's lock is released while the library works.
#include <nanobind/stl/string.h>

#include "convert.hpp"
#include "listener.hpp"

namespace burelu_python {
namespace {

using burelu::Network;
using burelu::Problem;
using burelu::TrainOptions;

/// work(options) without the lock.
template <class Work>
auto without_lock(Listener& listener, const nb::dict& options, const Work& work) {
  TrainOptions chosen = options_of(options);
  listener.attach(chosen.solve);
  const nb::gil_scoped_release unlocked;
  return work(chosen);
}

/// The same, listening to Python for what ends it with the best so far.
template <class Work>
auto listening(const nb::dict& options, nb::object progress, const Work& work) {
  Listener listener(std::move(progress));
  auto result = without_lock(listener, options, work);
  listener.finish();
  return result;
}

nb::dict solve(const Array2& X, const Array2& Y, double gamma, const nb::dict& options, nb::object progress) {
  const Problem problem = problem_of(X, Y, gamma);
  return relaxation_dict(listening(options, std::move(progress),
                                   [&](const TrainOptions& chosen) { return burelu::solve(problem, chosen.solve); }));
}

nb::dict train(const Array2& X, const Array2& Y, double gamma, const nb::dict& options, nb::object progress) {
  const Problem problem = problem_of(X, Y, gamma);
  burelu::Training training = listening(options, std::move(progress),
                                        [&](const TrainOptions& chosen) { return burelu::train(problem, chosen); });
  nb::dict result;
  result["relaxation"] = relaxation_dict(std::move(training.relaxation));
  result["U"] = array_of(std::move(training.network.U));
  result["V"] = array_of(std::move(training.network.V));
  result["objective"] = training.objective;
  result["relative_gap"] = training.relative_gap;
  result["network_evaluations"] = training.network_evaluations;
  result["seconds"] = seconds_dict(training.seconds);
  return result;
}

nb::dict certify(const Array2& X, const Array2& Y, double gamma, const Array2& U, const Array2& V,
                 const nb::dict& options, nb::object progress) {
  const Problem problem = problem_of(X, Y, gamma);
  const Network network = network_of(U, V);
  burelu::NetworkCertificate judged = listening(options, std::move(progress), [&](const TrainOptions& chosen) {
    return burelu::certify(problem, network, chosen.solve);
  });
  nb::dict result;
  result["relaxation"] = relaxation_dict(std::move(judged.relaxation));
  result["objective"] = judged.objective;
  result["balanced_objective"] = judged.balanced_objective;
  result["relative_gap"] = judged.relative_gap;
  return result;
}

nb::tuple gamma_max(const Array2& X, const Array2& Y, double close, const nb::dict& options) {
  const Problem problem = problem_of(X, Y, 1.0);
  Listener listener{nb::none()};
  const burelu::GammaMax found = without_lock(
      listener, options, [&](const TrainOptions& chosen) { return burelu::gamma_max(problem, chosen.solve, close); });
  listener.finish_whole();  // half a search is another gamma
  return nb::make_tuple(found.lower, found.upper, found.branched);
}

Returned<double, 2> predict(const Array2& X, const Array2& U, const Array2& V) {
  const burelu::MatrixView rows = view(X);
  const Network network = network_of(U, V);
  burelu::Matrix outputs;
  {
    const nb::gil_scoped_release unlocked;
    outputs = burelu::predict(rows, network);
  }
  return array_of(std::move(outputs));
}

double objective(const Array2& X, const Array2& Y, double gamma, const Array2& U, const Array2& V) {
  const Problem problem = problem_of(X, Y, gamma);
  const Network network = network_of(U, V);
  const nb::gil_scoped_release unlocked;
  return burelu::objective(problem, network);
}

nb::tuple balanced(const Array2& U, const Array2& V) {
  Network network = burelu::balanced(network_of(U, V));
  return nb::make_tuple(array_of(std::move(network.U)), array_of(std::move(network.V)));
}

void bind_progress(nb::module_& module) {
  using burelu::Progress;
  nb::class_<Progress>(module, "Progress", "What a progress callback sees, once per check.")
      .def_ro("evaluations", &Progress::evaluations, "interaction passes so far; of branch and bound: cells")
      .def_ro("seconds", &Progress::seconds, "since the call")
      .def_ro("objective", &Progress::objective, "of the current factor; in phase 'branch' of the network")
      .def_ro("infeasibility", &Progress::infeasibility, "largest violated product over the largest squared row norm")
      .def_ro("lower_bound", &Progress::lower_bound, "best so far; NaN before the first certificate")
      .def_ro("penalty", &Progress::penalty)
      .def_ro("rank", &Progress::rank, "columns of the factor")
      .def_ro("network_objective", &Progress::network_objective, "best so far while networks are trained, NaN before")
      .def_prop_ro(
          "phase", [](const Progress& progress) { return std::string(progress.phase); },
          "'solve', 'network' or 'branch'");
}

}  // namespace

void bind_functions(nb::module_& module) {
  bind_progress(module);
  using namespace nb::literals;
  const auto options = "options"_a;
  const auto progress = "progress"_a.none();
  const auto X = "X"_a.noconvert();
  const auto Y = "Y"_a.noconvert();
  module.def("solve", &solve, X, Y, "gamma"_a, options, progress);
  module.def("train", &train, X, Y, "gamma"_a, options, progress);
  module.def("certify", &certify, X, Y, "gamma"_a, "U"_a, "V"_a, options, progress);
  module.def("gamma_max", &gamma_max, X, Y, "close"_a, options);
  module.def("predict", &predict, X, "U"_a, "V"_a);
  module.def("objective", &objective, X, Y, "gamma"_a, "U"_a, "V"_a);
  module.def("balanced", &balanced, "U"_a, "V"_a);
  module.def(
      "data_hash",
      [](const Array2& data, const Array2& targets, double gamma) {
        return burelu::data_hash(problem_of(data, targets, gamma));
      },
      X, Y, "gamma"_a);
}

}  // namespace burelu_python
