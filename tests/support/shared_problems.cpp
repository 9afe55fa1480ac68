#include "support/shared_problems.hpp"

#include "data/dataset.hpp"
#include "data/formats.hpp"
#include "support/shared_data.hpp"

namespace burelu::test {

Instance shared_instance(const std::string& name, double gamma, bool standardize) {
  const Dataset data = training_data(read_table(shared_file(name)), {{}, {}, {false, standardize}, {}}).train;
  return {data.X, data.Y, gamma};
}

}  // namespace burelu::test
