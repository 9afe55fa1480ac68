// The dual slack as a dense matrix of order m + d, on the CPU or on a device: the way for certificates with cuts, whose
// forms mix signs.
#pragma once

#include "certificate/dual_slack.hpp"
#include "certificate/form.hpp"

namespace burelu {

class DenseSlack final : public DualSlack {
 public:
  /// Keeps references.
  DenseSlack(const Matrix& X, const std::vector<Cut>& cuts, Slack& slack) : form_(X, &cuts), slack_(slack) {}

  void set_form(const std::vector<Multiplier>& pairs, const std::vector<double>& tau) override {
    assemble(pairs, tau, M_);
    slack_.set_form(M_);
  }
  void set_anchor(const std::vector<Multiplier>& pairs, const std::vector<double>& tau) override {
    assemble(pairs, tau, M0_);
    slack_.set_anchor(M0_);
  }
  bool factorise(const SlackMixture& mixture) override { return slack_.factorise(mixture); }
  bool solve(Matrix& Z) override {
    slack_.solve_lower(Z);
    slack_.solve_upper(Z);
    return true;
  }
  bool gram(Matrix& Z, Matrix& out) override;
  Curvature negative_part(const SlackMixture& mixture) override { return slack_.negative_part(mixture); }

 private:
  void assemble(const std::vector<Multiplier>& pairs, const std::vector<double>& tau, std::vector<double>& out) {
    form_.clear();
    form_.add(pairs);
    form_.add_tied(tau);
    form_.finish();
    out = form_.lower();
  }

  FormMatrix form_;
  Slack& slack_;
  std::vector<double> M_, M0_;
};

}  // namespace burelu
