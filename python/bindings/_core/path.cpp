// path: gammas from gamma_max down, with cross-validation.
//
// Folds are solved on threads of their own, while the calling thread waits: it is here the one that listens to Python's
// signals, and the path itself runs on another.
#include "burelu/path.hpp"

#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>
#include <omp.h>

#include <future>

#include "convert.hpp"
#include "listener.hpp"

namespace burelu_python {
namespace {

using burelu::FoldScore;
using burelu::PathOptions;
using burelu::PathPoint;

burelu::PathRule rule_of(const std::string& word) {
  if (word == "best") return burelu::PathRule::best;
  if (word == "one_standard_error") return burelu::PathRule::one_standard_error;
  throw burelu::DataError("rule must be 'best' or 'one_standard_error', not '" + word + "'");
}

Returned<double, 1> column(const std::vector<FoldScore>& folds, double FoldScore::*score) {
  std::vector<double> values;
  values.reserve(folds.size());
  for (const FoldScore& fold : folds) values.push_back(fold.*score);
  return array_of(std::move(values));
}

nb::tuple pair(const burelu::HeldOut& score) { return nb::make_tuple(score.mean, score.standard_error); }

nb::dict point_dict(PathPoint point) {
  nb::dict result;
  result["gamma"] = point.gamma;
  result["share"] = point.share;
  result["status"] = burelu::to_string(point.status);
  result["U"] = array_of(std::move(point.network.U));
  result["V"] = array_of(std::move(point.network.V));
  result["objective"] = point.objective;
  result["lower_bound"] = point.lower_bound;
  result["relative_gap"] = point.relative_gap;
  result["certificate"] = nb::cast(std::move(point.certificate));
  result["evaluations"] = point.evaluations;
  result["cells"] = point.cells;
  result["seconds"] = point.seconds;
  result["squared_error"] = pair(point.squared_error);
  result["accuracy"] = pair(point.accuracy);
  result["r2"] = pair(point.r2);
  result["fold_squared_error"] = column(point.folds, &FoldScore::squared_error);
  result["fold_accuracy"] = column(point.folds, &FoldScore::accuracy);
  result["fold_r2"] = column(point.folds, &FoldScore::r2);
  return result;
}

nb::dict path_dict(burelu::Path path) {
  nb::list points;
  for (PathPoint& point : path.points) points.append(point_dict(std::move(point)));
  nb::dict result;
  result["gamma_max"] = nb::make_tuple(path.gamma_max.lower, path.gamma_max.upper, path.gamma_max.branched);
  result["points"] = points;
  result["by_accuracy"] = path.by_accuracy;
  result["best"] = path.best;
  result["one_standard_error"] = path.one_standard_error;
  result["chosen"] = path.chosen;
  result["folds"] = array_of(std::move(path.folds));
  result["status"] = burelu::to_string(path.status);
  result["seconds"] = path.seconds;
  return result;
}

/// The path on a thread of its own, with the calling thread's OpenMP setting.
burelu::Path walked(const burelu::Problem& problem, const PathOptions& options, Listener& listener) {
  const int threads = omp_get_max_threads();
  std::future<burelu::Path> walk = std::async(std::launch::async, [&] {
    omp_set_num_threads(threads);
    return burelu::path(problem, options);
  });
  while (walk.wait_for(std::chrono::milliseconds(50)) != std::future_status::ready) listener.listen();
  return walk.get();
}

nb::dict path(const Array2& X, const Array2& Y, std::vector<double> gammas, int count, double ratio, int folds,
              std::vector<burelu::index_t> labels, const std::string& rule, int jobs, const nb::dict& options,
              nb::object progress) {
  const burelu::Problem problem = problem_of(X, Y, 1.0);
  PathOptions chosen;
  chosen.train = options_of(options);
  chosen.gammas = std::move(gammas);
  chosen.count = count;
  chosen.ratio = ratio;
  chosen.folds = folds;
  chosen.labels = std::move(labels);
  chosen.rule = rule_of(rule);
  chosen.jobs = jobs;
  const bool told = !progress.is_none();
  Listener listener(std::move(progress));
  listener.attach(chosen.train.solve);
  chosen.train.solve.progress = nullptr;
  if (told) chosen.progress = [&](const burelu::PathProgress& step) { return listener.tell(step); };
  burelu::Path result;
  {
    const nb::gil_scoped_release unlocked;
    result = walked(problem, chosen, listener);
  }
  listener.finish();
  return path_dict(std::move(result));
}

}  // namespace

void bind_path(nb::module_& module) {
  using burelu::PathProgress;
  using namespace nb::literals;
  nb::class_<PathProgress>(module, "PathProgress", "What the progress callback of a path sees, once per network.")
      .def_ro("done", &PathProgress::done, "networks so far")
      .def_ro("total", &PathProgress::total, "one for each gamma of all rows and of each fold")
      .def_ro("fold", &PathProgress::fold, "of the network that ended; -1: all rows")
      .def_ro("gamma", &PathProgress::gamma)
      .def_ro("seconds", &PathProgress::seconds, "since the call")
      .def_ro("seconds_left", &PathProgress::seconds_left, "estimate, NaN at first");
  module.def("path", &path, "X"_a.noconvert(), "Y"_a.noconvert(), "gammas"_a, "count"_a, "ratio"_a, "folds"_a,
             "labels"_a, "rule"_a, "jobs"_a, "options"_a, "progress"_a.none());
}

}  // namespace burelu_python
