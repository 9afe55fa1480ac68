// Separation by many small linear programmes, see separation.hpp.
#include "cuts/separation.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <random>

#include "linalg/team.hpp"

namespace burelu {
namespace {

constexpr double kUsed = 4.0;  // added to the cost of a row, in units of its norm, per cut that it is in
constexpr double kTinyValue = 1e-300;

std::size_t at(index_t i) { return static_cast<std::size_t>(i); }

std::vector<std::int32_t> forms_of(const Cut& cut) {
  std::vector<std::int32_t> out = {cut.line};
  for (const CutTerm& term : cut.terms) out.push_back(term.form);
  return out;
}

/// Mean of |f|^2 over its natural size: what the products are measured by.
double size_of_products(const RelaxationData& data, const Matrix& products) {
  double sum = 0.0;
  for (index_t i = 0; i < 2 * data.m; ++i) {
    const double norm = data.norms[at(i % data.m)];
    sum += products(i, i) / (norm * norm) / static_cast<double>(2 * data.m);
  }
  return sum;
}

}  // namespace

Separator::Separator(const RelaxationData& data) : data_(data) {
  programmes_.reserve(at(data.m));
  const std::vector<index_t> common = independent_rows(data.X, -1);
  for (index_t k = 0; k < data.m; ++k) {
    const bool used = std::find(common.begin(), common.end(), k) != common.end();
    programmes_.emplace_back(data.X, k, used ? independent_rows(data.X, k) : common);
  }
}

std::vector<Cut> Separator::basis_pursuit(int per_row) {
  std::vector<std::vector<Cut>> found(programmes_.size());
  Team::current().each(data_.m, [&](index_t line) {
    const std::size_t k = at(line);
    std::vector<double> cost(at(2 * data_.m));
    for (index_t j = 0; j < 2 * data_.m; ++j) cost[at(j)] = data_.norms[at(j % data_.m)];
    for (int round = 0; round < per_row && programmes_[k].usable(); ++round) {
      if (!std::isfinite(programmes_[k].minimise(cost.data()))) break;
      const Cut cut = programmes_[k].cut();
      const auto same = [&](const Cut& other) { return forms_of(other) == forms_of(cut); };
      if (std::none_of(found[k].begin(), found[k].end(), same)) found[k].push_back(cut);
      for (const CutTerm& term : cut.terms)
        for (const index_t form : {term.form % data_.m, term.form % data_.m + data_.m})
          cost[at(form)] += kUsed * data_.norms[at(form % data_.m)];
    }
  });
  std::vector<Cut> out;
  for (std::size_t round = 0; round < static_cast<std::size_t>(per_row); ++round)
    for (const std::vector<Cut>& cuts : found)
      if (round < cuts.size()) out.push_back(cuts[round]);
  return out;
}

std::vector<Violated> Separator::separate(const Matrix& products, double threshold, std::size_t most,
                                          std::int64_t budget, std::uint64_t seed) {
  const index_t base = 2 * data_.m;
  const double unit = size_of_products(data_, products) + kTinyValue;
  const double share = static_cast<double>(budget) / static_cast<double>(data_.m * products.rows);

  std::vector<std::map<std::vector<std::int32_t>, Violated>> found(programmes_.size());
  Team::current().each(data_.m, [&](index_t row) {
    const std::size_t k = at(row);
    std::vector<double> weights(at(base));  // <f, form>
    std::mt19937_64 random(seed + k);
    std::uniform_real_distribution<double> uniform;
    for (index_t f = 0; f < products.rows && programmes_[k].usable(); ++f) {
      if (share < 1.0 && uniform(random) > share) continue;
      for (index_t j = 0; j < base; ++j) weights[at(j)] = std::max(products(f, j), 0.0);
      const double cost = programmes_[k].minimise(weights.data());
      const double depth = products(f, row) - cost;
      if (!(depth > 0.0)) continue;
      const Cut cut = programmes_[k].cut();
      const double norm = f < base ? data_.norms[at(f % data_.m)] : std::sqrt(data_.cuts.kernel(f - base, f));
      double lengths = data_.norms[k];
      for (const CutTerm& term : cut.terms) lengths += term.coefficient * data_.norms[at(term.form % data_.m)];
      const double violation = depth / (unit * norm * 0.5 * lengths);
      if (violation < threshold) continue;
      Violated& best = found[k][forms_of(cut)];
      if (violation > best.violation) best = {cut, violation};
    }
  });
  std::vector<Violated> out;
  for (auto& cuts : found)
    for (auto& [forms, violated] : cuts) out.push_back(std::move(violated));
  std::stable_sort(out.begin(), out.end(),
                   [](const Violated& a, const Violated& b) { return a.violation > b.violation; });
  if (out.size() > most) out.resize(most);
  return out;
}

}  // namespace burelu
