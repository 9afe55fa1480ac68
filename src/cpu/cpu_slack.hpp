// The dual slack by LAPACK. Reads M(T) and M(T0) where they lie; one matrix of order N of its own, made when first
// used.
#pragma once

#include "seam/slack.hpp"

namespace burelu {

class CpuSlack final : public Slack {
 public:
  /// Keeps a reference to X (m x d).
  CpuSlack(const Matrix& X, double gamma);

  void set_form(const std::vector<double>& lower) override { form_ = &lower; }
  void set_anchor(const std::vector<double>& lower) override { anchor_ = &lower; }
  bool factorise(const SlackMixture& mixture) override;
  void solve_lower(Matrix& Z) override;
  void solve_upper(Matrix& Z) override;
  Curvature negative_part(const SlackMixture& mixture) override;

 private:
  void assemble(const SlackMixture& mixture);

  const Matrix& X_;
  double gamma_;
  index_t order_;
  const std::vector<double>* form_ = nullptr;
  const std::vector<double>* anchor_ = nullptr;
  std::vector<double> matrix_;  // the mixture, then its factor
};

}  // namespace burelu
