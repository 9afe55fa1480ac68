#include "study/accuracy.hpp"

#include <fmt/format.h>

#include "burelu/errors.hpp"
#include "burelu/path.hpp"
#include "linalg/thread_scope.hpp"
#include "study/accuracy_methods.hpp"

namespace burelu::study {
namespace {

// What of the options changes the results of a family: part of the key, so that other options are other jobs.
std::string kernel_settings(const AccuracyOptions& /*options*/) { return ""; }

// One by one: of fmt::join g++ 13 warns, in headers of fmt 9.
std::string listed(const std::vector<double>& values) {
  std::string out;
  for (const double value : values) out += fmt::format("{}{}", out.empty() ? "" : ",", value);
  return out;
}

std::string momentum_settings(const AccuracyOptions& o) {
  return fmt::format("/seed={}/parts={}/epochs={}/starts={}/width={}/rates={}", o.seed, o.parts, o.momentum_epochs,
                     o.momentum_starts, o.momentum_width, listed(o.momentum_rates));
}

std::string relaxation_settings(const AccuracyOptions& o) {
  return fmt::format("/seed={}/parts={}/tolerance={}/evaluations={},{}/passes={}/splitting={}x{}", o.seed, o.parts,
                     o.tolerance, o.max_evaluations, o.network_evaluations, o.single_passes, o.splitting_iterations,
                     o.splitting_width);
}

struct Family {
  const char* name;
  double weight;  // share of the time of one task
  std::string (*settings)(const AccuracyOptions&);
  std::vector<Record> (*run)(const AccuracyTask&, const AccuracyOptions&);
};

constexpr Family kFamilies[] = {{"kernels", 0.01, kernel_settings, kernel_records},
                                {"momentum", 1.0, momentum_settings, momentum_records},
                                {"relaxation", 3.0, relaxation_settings, relaxation_records}};

// Products of the rows of the paper's training sets, over those of iris: what a solve costs.
double size_weight(const std::string& dataset) {
  if (dataset.starts_with("iris")) return 1.0;
  if (dataset.starts_with("ionosphere")) return 3.0;
  if (dataset.starts_with("pima")) return 6.0;
  return dataset.starts_with("bank_notes") ? 12.0 : 30.0;
}

void check(const AccuracyOptions& o) {
  for (const double gamma : o.gammas)
    if (!(gamma > 0.0)) throw DataError(fmt::format("gamma is {}; it must be positive", gamma));
  if (o.parts < 2) throw DataError("cross-validation needs at least two parts");
  if (o.momentum_rates.empty() || o.momentum_starts < 1 || o.momentum_epochs < 1 || o.momentum_width < 1)
    throw DataError("gradient descent needs rates, starts, epochs and neurons");
  if (o.splitting_iterations < 1 || o.splitting_width < 1) throw DataError("the rounding needs iterations and columns");
}

/// `gamma` 0: chosen.
Job job(const Family& family, const AccuracyOptions& options, const std::string& dataset, double gamma, bool bias) {
  Job out;
  const std::string weight = gamma > 0.0 ? fmt::format("{}", gamma) : "chosen";
  const std::string task = fmt::format("{}/gamma={}/bias={}", dataset, weight, bias ? "yes" : "no");
  out.key = fmt::format("{}/{}{}", task, family.name, family.settings(options));
  out.title = fmt::format("{}, gamma {}, {} bias: {}", dataset, weight, bias ? "with" : "without", family.name);
  out.weight = family.weight * size_weight(dataset);
  out.run = [run = family.run, options, dataset, gamma, bias] {
    const ThreadScope scope(options.threads);
    AccuracyTask at{dataset, gamma, bias, read_split(options.data, dataset, bias), gamma == 0.0};
    if (at.chosen) at.gamma = chosen_gamma(at.data.train, options);
    return run(at, options);
  };
  return out;
}

}  // namespace

double chosen_gamma(const LabelledRows& train, const AccuracyOptions& options) {
  PathOptions path_options;
  path_options.train.solve.threads = options.threads;
  path_options.train.solve.seed = options.seed;
  path_options.train.solve.stop = [&options] { return !going(options); };
  path_options.count = 12;
  path_options.folds = 5;
  path_options.bounds = false;
  path_options.labels = train.labels;
  const Path found = path(train.problem(1.0), path_options);
  stop_if_asked(options);
  return found.points.at(static_cast<std::size_t>(found.chosen)).gamma;
}

std::vector<std::string> paper_datasets() {
  return {"iris", "ionosphere", "pima_indians", "bank_notes", "mnist_pca20"};
}

std::vector<Job> accuracy_jobs(const AccuracyOptions& options) {
  check(options);
  std::vector<Job> jobs;
  for (const std::string& dataset : options.datasets.empty() ? paper_datasets() : options.datasets) {
    check_split(options.data, dataset);
    std::vector<double> gammas = options.gammas;
    if (options.chosen_gamma) gammas.push_back(0.0);
    for (const double gamma : gammas)
      for (const bool bias : options.biases)
        for (const Family& family : kFamilies) jobs.push_back(job(family, options, dataset, gamma, bias));
  }
  return jobs;
}

}  // namespace burelu::study
