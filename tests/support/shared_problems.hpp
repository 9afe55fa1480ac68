// Reads the shared data sets into problems as the command line would.
#pragma once

#include <string>

#include "support/instances.hpp"

namespace burelu::test {

/// `name` such as "data/iris_train.csv"; it must exist.
Instance shared_instance(const std::string& name, double gamma, bool standardize = false);

}  // namespace burelu::test
