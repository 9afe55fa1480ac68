// Parts of the tightness report, and what they share. A "main" record is that of burelu itself: one for each problem.
#pragma once

#include <limits>
#include <string>
#include <vector>

#include "study/html.hpp"
#include "study/results.hpp"

namespace burelu::study {

using Records = std::vector<Record>;

Records of_method(const Records& records, const std::string& method);

/// Whether two records are of one instance and gamma.
bool same_problem(const Record& a, const Record& b);

std::string gamma_text(const Record& record);
std::string name_text(const Record& record);  ///< "spiral, γ 0.1"
std::string bound_text(double value);         ///< rounded down
std::string whole(double value);

Section tightness_pictures(const Records& mains, const Plotter& plotter);
Section tightness_baselines(const Records& records, const Records& mains);

}  // namespace burelu::study
