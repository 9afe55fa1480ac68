#include "study/regularisation.hpp"

#include <fmt/format.h>

#include <cmath>

#include "burelu/errors.hpp"
#include "burelu/path.hpp"
#include "driver/branching.hpp"
#include "linalg/thread_scope.hpp"
#include "study/accuracy.hpp"
#include "study/protocols.hpp"

namespace burelu::study {
namespace {

Matrix prepared(const Matrix& X, const std::vector<double>& mean, const std::vector<double>& scale) {
  Matrix out(X.rows, X.cols + 1, 1.0);
  for (index_t i = 0; i < X.rows; ++i)
    for (index_t j = 0; j < X.cols; ++j) {
      const auto k = static_cast<std::size_t>(j);
      out(i, j) = scale[k] > 0.0 ? (X(i, j) - mean[k]) / scale[k] : 0.0;
    }
  return out;
}

bool few_features(const LabelledRows& rows) {
  SolveOptions options;
  options.bound = BoundMethod::automatic;
  return branches(presolve(rows.problem(1.0)), options);
}

Path walked(const Split& split, const RegularisationOptions& options, BoundMethod bound, bool folds) {
  const Problem problem = split.train.problem(1.0);
  PathOptions path_options;
  path_options.train.solve.tolerance = options.tolerance;
  path_options.train.solve.bound = BoundMethod::automatic;  // the same gammas for both engines
  path_options.train.solve.threads = options.threads;
  path_options.train.solve.seed = options.seed;
  path_options.gammas = gamma_grid(gamma_max(problem, path_options.train.solve).upper, options.gammas, options.ratio);
  path_options.train.solve.bound = bound;
  path_options.train.solve.stop = [&options] { return options.keep_going && !options.keep_going(); };
  path_options.labels = split.train.labels;
  path_options.folds = folds ? options.folds : 0;
  Path path = burelu::path(problem, path_options);
  if (path.status == Status::interrupted) throw Interrupted();
  return path;
}

std::vector<Record> records(const std::string& dataset, const RegularisationOptions& options, BoundMethod bound) {
  const Split split = standardised_with_bias(read_split(options.data, dataset, false));
  const bool branched = bound == BoundMethod::automatic && few_features(split.train);
  const Path path = walked(split, options, bound, bound == BoundMethod::automatic);
  std::vector<Record> out;
  for (std::size_t k = 0; k < path.points.size(); ++k) {
    const PathPoint& point = path.points[k];
    out.push_back({{"dataset", dataset},
                   {"method", branched ? "branch" : "relaxation"},
                   {"share", point.gamma / path.points.front().gamma},
                   {"gamma", point.gamma},
                   {"status", to_string(point.status)},
                   {"bound", point.lower_bound},
                   {"network", point.objective},
                   {"gap", point.relative_gap},
                   {"neurons", point.network.width()},
                   {"test_accuracy", argmax_accuracy(predict(split.test.X, point.network), split.test.labels)},
                   {"held_out", point.accuracy.mean},
                   {"held_out_error", point.accuracy.standard_error},
                   {"best", static_cast<int>(k) == path.best},
                   {"one_standard_error", static_cast<int>(k) == path.one_standard_error},
                   {"evaluations", point.evaluations},
                   {"cells", point.cells},
                   {"seconds", point.seconds}});
    for (auto& [name, value] : out.back().items())
      if (value.is_number_float() && !std::isfinite(value.get<double>())) value = nullptr;
  }
  return out;
}

Job job(const RegularisationOptions& options, const std::string& dataset, BoundMethod bound) {
  const bool relaxation = bound == BoundMethod::relaxation;
  Job out;
  out.key =
      fmt::format("{}/{}/gammas={}/ratio={}/folds={}/tolerance={}/seed={}", dataset, relaxation ? "relaxation" : "auto",
                  options.gammas, options.ratio, options.folds, options.tolerance, options.seed);
  out.title = dataset + (relaxation ? ": the relaxation" : ": path and folds");
  out.weight = dataset.starts_with("mnist") ? 8.0 : 1.0;
  out.run = [options, dataset, bound] {
    const ThreadScope scope(options.threads);
    return records(dataset, options, bound);
  };
  return out;
}

}  // namespace

Split standardised_with_bias(Split split) {
  const Matrix& X = split.train.X;
  std::vector<double> mean(static_cast<std::size_t>(X.cols), 0.0);
  std::vector<double> scale(mean.size(), 0.0);
  const auto rows = static_cast<double>(X.rows);
  for (index_t j = 0; j < X.cols; ++j) {
    const auto k = static_cast<std::size_t>(j);
    for (index_t i = 0; i < X.rows; ++i) mean[k] += X(i, j) / rows;
    for (index_t i = 0; i < X.rows; ++i) scale[k] += (X(i, j) - mean[k]) * (X(i, j) - mean[k]) / rows;
    scale[k] = std::sqrt(scale[k]);
    if (scale[k] <= 1e-12 * std::fabs(mean[k])) scale[k] = 0.0;
  }
  split.train.X = prepared(split.train.X, mean, scale);
  split.test.X = prepared(split.test.X, mean, scale);
  return split;
}

std::vector<Job> regularisation_jobs(const RegularisationOptions& options) {
  if (options.gammas < 1 || !(options.ratio > 0.0 && options.ratio < 1.0) || options.folds < 2)
    throw DataError("the study needs gammas, a ratio below 1 and at least two folds");
  std::vector<Job> jobs;
  for (const std::string& dataset : options.datasets.empty() ? paper_datasets() : options.datasets) {
    check_split(options.data, dataset);
    jobs.push_back(job(options, dataset, BoundMethod::automatic));
    if (few_features(standardised_with_bias(read_split(options.data, dataset, false)).train))
      jobs.push_back(job(options, dataset, BoundMethod::relaxation));
  }
  return jobs;
}

}  // namespace burelu::study
