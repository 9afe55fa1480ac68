// One problem of the tightness study, and what burelu itself makes of it.
#pragma once

#include <fmt/format.h>

#include <memory>
#include <string>
#include <vector>

#include "formats/number.hpp"
#include "study/instance.hpp"
#include "study/patterns.hpp"
#include "study/tightness.hpp"

namespace burelu::study {

/// One instance at one gamma, and how it is to be measured.
struct TightnessTask {
  std::shared_ptr<const Instance> instance;
  double gamma = 0.0;
  TightnessOptions options;

  Problem problem() const { return instance->data.problem(gamma); }
  Record identity(const std::string& method) const {
    const Dataset& data = instance->data;
    return {{"instance", instance->name}, {"gamma", gamma},   {"method", method},
            {"n", data.X.rows},           {"d", data.X.cols}, {"c", data.Y.cols}};
  }
  Patterns patterns() const { return activation_patterns(dense(problem().X), options.patterns, options.seed); }
  std::string key() const { return fmt::format("{}/gamma={}", instance->source, short_number(gamma)); }
  std::string title() const { return fmt::format("{}, gamma {}", instance->name, short_number(gamma)); }
};

/// The relaxation with its bound, and a network from it.
std::vector<Record> run_burelu(const TightnessTask& task);

/// The optimum of training itself, from both sides, where the features are few.
std::vector<Record> run_branch(const TightnessTask& task, const std::string& method);

}  // namespace burelu::study
