// Stands in for accuracy.cpp where the build has none.
#include "burelu/errors.hpp"
#include "study/accuracy.hpp"

namespace burelu::study {

std::vector<Job> accuracy_jobs(const AccuracyOptions& /*options*/) {
  throw DataError("this build has no accuracy study");
}

std::vector<Section> accuracy_report(const std::vector<Record>& /*records*/, const Plotter& /*plotter*/) { return {}; }

}  // namespace burelu::study
