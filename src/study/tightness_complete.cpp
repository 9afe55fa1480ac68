// What needs all records of an instance and gamma at once: the best network, the gaps, and which side is to blame.
//
//   best network - bound = (best network - optimum) + (optimum - relaxation) + (relaxation - bound)
//
// The last term is what the solver has not proven. The optimum of training is known between `optimum_bound`, where
// branch and bound proved one or a baseline could list every activation pattern, and the best network; elsewhere the
// first two terms cannot be told apart.
#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "formats/json_numbers.hpp"
#include "study/results.hpp"
#include "study/tightness.hpp"

namespace burelu::study {
namespace {

constexpr double kInfinite = std::numeric_limits<double>::infinity();
constexpr double kMost = 0.9;    // of the gap: that side alone is to blame
constexpr double kTight = 1e-3;  // relative gap that needs no blame

struct Group {
  double bound = std::numeric_limits<double>::quiet_NaN();
  double relaxation = std::numeric_limits<double>::quiet_NaN();
  double best = kInfinite;
  std::string best_method;
  double optimum_bound = -kInfinite;
  std::string optimum_method;  // that proved it
};

using Key = std::pair<std::string, double>;

Key key_of(const Record& record) { return {string_of(record, "instance"), number_of(record, "gamma")}; }

std::map<Key, Group> groups_of(const std::vector<Record>& records) {
  std::map<Key, Group> groups;
  for (const Record& record : records) {
    Group& group = groups[key_of(record)];
    const std::string method = string_of(record, "method");
    const double network = number_of(record, "network");
    if (method == "burelu") {
      group.bound = number_of(record, "lower_bound");
      group.relaxation = number_of(record, "relaxation");
    }
    if (network < group.best) {
      group.best = network;
      group.best_method = method;
    }
    const double optimum = number_of(record, "optimum_bound");
    if (optimum > group.optimum_bound) {
      group.optimum_bound = optimum;
      group.optimum_method = method;
    }
  }
  return groups;
}

/// The bound below which no network is: the better of the two that are proven.
double floor_of(const Group& group) { return std::fmax(group.optimum_bound, group.bound); }

/// The optimum of training may be above what is proven of it, so the relaxation's share is at least what is computed.
std::string blame(const Group& group) {
  const double gap = group.best - group.bound;
  if (!(gap > kTight * std::fabs(group.best))) return "tight";
  const double solver = std::fmax(group.relaxation - group.bound, 0.0) / gap;
  if (solver > 1.0 - kMost) return solver > kMost ? "solver" : "solver in part";
  if (!std::isfinite(group.optimum_bound)) return "relaxation or network";
  const double relaxation = (floor_of(group) - std::fmax(group.relaxation, group.bound)) / gap;
  if (relaxation > kMost) return "relaxation";
  return relaxation > 0.5 ? "mostly relaxation" : "relaxation or network";
}

/// The three terms as shares of the gap: that of the network at most, that of the relaxation at least.
void split(Record& record, const Group& group) {
  const double gap = group.best - group.bound;
  const double top = std::fmax(group.relaxation, group.bound);
  record["optimum_method"] = group.optimum_method;
  record["network_part"] = number_or_null((group.best - floor_of(group)) / gap);
  record["relaxation_part"] = number_or_null(std::fmax(floor_of(group) - top, 0.0) / gap);
  record["solver_part"] = number_or_null((top - group.bound) / gap);
}

void describe(Record& record, const Group& group) {
  record["best_network"] = number_or_null(group.best);
  record["best_method"] = group.best_method;
  record["tightness"] = number_or_null((group.best - group.bound) / std::fabs(group.best));
  record["optimum_bound"] = number_or_null(group.optimum_bound);
  if (std::isfinite(group.optimum_bound) && group.best > group.bound) split(record, group);
  record["blame"] = blame(group);
}

}  // namespace

void complete_tightness(std::vector<Record>& records) {
  const std::map<Key, Group> groups = groups_of(records);
  for (Record& record : records) {
    const Group& group = groups.at(key_of(record));
    const double network = number_of(record, "network");
    if (!std::isnan(network)) record["relative_gap"] = number_or_null((network - group.bound) / std::fabs(network));
    if (string_of(record, "method") == "burelu") describe(record, group);
  }
}

}  // namespace burelu::study
