#include "branch/slim.hpp"

#include <vector>

#include "branch/columns.hpp"

namespace burelu {
namespace {

std::vector<double> column(const Matrix& U, index_t k) {
  std::vector<double> u(static_cast<std::size_t>(U.rows));
  for (index_t j = 0; j < U.rows; ++j) u[static_cast<std::size_t>(j)] = U(j, k);
  return u;
}

}  // namespace

Network slimmed(const Problem& problem, const Network& network, double most, index_t unknowns) {
  if (network.width() == 0 || network.width() * problem.Y.cols > unknowns) return network;
  Columns columns(problem);
  for (index_t k = 0; k < network.width(); ++k) columns.add(column(network.U, k));
  columns.fit({});
  columns.drop_idle();
  Network best = network;
  const auto consider = [&](const Columns& other) {
    Network candidate = other.network();
    if (candidate.width() >= best.width() || !(objective(problem, candidate) <= most)) return false;
    best = std::move(candidate);
    return true;
  };
  consider(columns);
  for (const double angle : {0.3, 0.1, 0.03, 0.01}) {
    Columns fewer = columns.merged(angle);
    fewer.fit({});
    fewer.drop_idle();
    if (consider(fewer)) break;
  }
  return best;
}

}  // namespace burelu
