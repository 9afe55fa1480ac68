// The directions at hand in the column generation, with their output weights; and W with the bound that it proves.
#pragma once

#include <functional>
#include <vector>

#include "branch/kinks.hpp"
#include "burelu/certificate.hpp"
#include "burelu/network.hpp"
#include "burelu/problem.hpp"

namespace burelu {

class Columns {
 public:
  explicit Columns(const Problem& problem) : problem_(&problem) {}

  index_t count() const { return static_cast<index_t>(directions_.size()); }
  /// False where the direction is there already.
  bool add(std::vector<double> direction);
  /// Directions without weight go.
  void drop_idle();
  /// The best weights.
  void fit(const std::function<bool()>& stop = {});
  /// Directions closer than `angle` made one, their mean by weight.
  Columns merged(double angle) const;

  Matrix outputs() const;    ///< n x c
  double decay() const;      ///< gamma sum ||v_k||
  double objective() const;  ///< loss + decay
  Network network() const;   ///< balanced
  /// B y ~ u for all of them.
  std::vector<std::vector<double>> in_coordinates(const Kinks& kinks) const;

 private:
  const Problem* problem_;
  std::vector<std::vector<double>> directions_;
  std::vector<std::vector<double>> weights_;
};

/// s W for the largest s that keeps h <= gamma, where `upper` is proven for the kinks of W, with the bound D(s W)
/// proven in floating point. Empty where nothing is proven.
Certificate scaled_certificate(const Problem& problem, const Matrix& W, const Kinks& kinks, double upper);

}  // namespace burelu
