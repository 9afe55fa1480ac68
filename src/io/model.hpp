// A network with everything needed to use it on a file: names, preparation, where it came from.
#pragma once

#include <limits>
#include <map>
#include <string>
#include <vector>

#include "burelu/network.hpp"
#include "io/preparation.hpp"

namespace burelu {

/// What the columns of Y mean.
struct Outputs {
  bool classes = true;             ///< one-hot classes, or real values
  std::vector<std::string> names;  ///< of classes or target columns; empty in a model from elsewhere
  std::string label;               ///< the class column's name
};

struct Model {
  Preparation preparation;
  Outputs outputs;
  Network network;
  double gamma = std::numeric_limits<double>::quiet_NaN();         ///< of training; NaN: unknown, as below
  double objective = std::numeric_limits<double>::quiet_NaN();     ///< on the training data
  double lower_bound = std::numeric_limits<double>::quiet_NaN();   ///< no network of any width does better there
  double relative_gap = std::numeric_limits<double>::quiet_NaN();  ///< (objective - lower_bound) / |objective|
  std::map<std::string, std::string> provenance;                   ///< version, command, data, data_hash, device

  /// Features that a file must bring; U has one row more where there is a bias.
  index_t features() const { return network.U.rows - (preparation.bias ? 1 : 0); }
};

/// Writes JSON (docs/formats.md), atomically; numbers read back bit for bit. Throws `DataError`.
void write_model(const std::string& path, const Model& model);

/// Reads it; of all fields only U and V are required. Throws `DataError` naming the field that is wrong.
Model read_model(const std::string& path);

}  // namespace burelu
