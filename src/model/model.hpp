// A network with everything needed to use it on a file: names, preparation, where it came from.
#pragma once

#include <limits>
#include <map>
#include <string>
#include <vector>

#include "burelu/network.hpp"
#include "formats/warn.hpp"
#include "model/outputs.hpp"
#include "model/preparation.hpp"
#include "model/row_choice.hpp"

namespace burelu {

struct Model {
  Preparation preparation;
  Outputs outputs;
  RowChoice rows;
  Network network;
  double gamma = std::numeric_limits<double>::quiet_NaN();         ///< of training; NaN: unknown, as below
  double objective = std::numeric_limits<double>::quiet_NaN();     ///< on the training data
  double lower_bound = std::numeric_limits<double>::quiet_NaN();   ///< no network of any width does better there
  double relative_gap = std::numeric_limits<double>::quiet_NaN();  ///< (objective - lower_bound) / |objective|
  std::map<std::string, std::string> provenance;                   ///< version, command, data, data_hash, device

  /// Features that a file must bring.
  index_t features() const { return preparation.inputs(network.U.rows); }
};

/// Writes safetensors, or NPZ or ONNX where the name ends so (docs/formats.md), atomically; numbers read back bit for
/// bit. Throws `DataError`.
void write_model(const std::string& path, const Model& model);

/// What the reader of a file from elsewhere cannot know.
struct ModelChoice {
  bool bias = false;  ///< the last row of U is for a column of ones
  std::vector<std::string> layers =
      {};  ///< of PyTorch's: the inner one and the outer one; none: as shapes and names say
  std::vector<std::string> ignored = {};  ///< arrays to pass over; a final * stands for any ending
  Warn warn = {};
};

/// Reads any of the three, told apart by their bytes; weights suffice. Throws `DataError` naming what is wrong, also
/// where the file holds arrays that the network would not use.
Model read_model(const std::string& path, const ModelChoice& choice = {});

/// Throws `DataError` where shapes contradict each other; `path` is for the message.
void check_model(const std::string& path, const Model& model);

}  // namespace burelu
