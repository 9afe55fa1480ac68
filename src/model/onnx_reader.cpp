// From the chain to a model: what comes before the layer that feeds the ReLU is the preparation; factors and terms
// behind a layer are part of it.
#include <algorithm>
#include <cmath>

#include "burelu/errors.hpp"
#include "model/onnx.hpp"
#include "model/onnx_graph.hpp"
#include "model/tensors.hpp"
#include "problem/limits.hpp"

namespace burelu {
namespace {

using onnx::Step;

/// W' x + b, one row of W per output.
struct Layer {
  Matrix W;
  std::vector<double> b;
  bool has_bias = false;

  const std::vector<double>* bias() const { return has_bias ? &b : nullptr; }
};

class ChainReader {
 public:
  ChainReader(std::vector<Step> steps, const std::string& path, const ModelChoice& choice)
      : steps_(std::move(steps)), path_(path), choice_(choice) {}

  /// `model`: with its metadata.
  void read(Model& model) {
    Preparation preparation = model.preparation;
    read_preparation(preparation);
    const Layer inner = layer();
    if (!is("Relu")) fail();
    ++at_;
    const Layer outer = layer();
    if (at_ != steps_.size()) fail();
    set_layers(inner.W, inner.bias(), outer.W, outer.bias(), path_, model);
    preparation.bias = model.preparation.bias;
    model.preparation = preparation;
  }

 private:
  [[noreturn]] void fail() const {
    const std::string what = at_ < steps_.size() ? steps_[at_].operation : "the end";
    throw DataError(path_ + ": in the graph, " + what + " comes where it is not understood (step " +
                    std::to_string(at_ + 1) + "); only two linear layers with a ReLU between them are read, see " +
                    "docs/pytorch.md");
  }

  bool is(const char* operation, std::size_t ahead = 0) const {
    return at_ + ahead < steps_.size() && steps_[at_ + ahead].operation == operation;
  }

  bool elementwise(std::size_t ahead = 0) const {
    return is("Add", ahead) || is("Sub", ahead) || is("Mul", ahead) || is("Div", ahead);
  }

  /// The constant of a step on values of so many columns.
  std::vector<double> constant(index_t columns) {
    const Tensor& tensor = steps_[at_].constant;
    const auto count = static_cast<std::size_t>(columns);
    if (tensor.values.size() == 1) {
      ++at_;
      return std::vector<double>(count, tensor.values.front());
    }
    if (tensor.values.size() != count || tensor.shape.empty() || tensor.shape.back() != columns)
      throw DataError(path_ + ": a constant of " + steps_[at_].operation + " has not one number for each of the " +
                      std::to_string(columns) + " columns it meets; see docs/pytorch.md");
    return steps_[at_++].constant.values;
  }

  Matrix matrix() {
    if (!is("MatMul")) fail();
    const Tensor& tensor = steps_[at_++].constant;
    if (tensor.shape.size() != 2 || std::max(tensor.shape[0], tensor.shape[1]) > kMostColumns)
      throw DataError(path_ + ": a weight is no matrix, or too large; see docs/pytorch.md");
    return tensor.matrix(path_);
  }

  Layer layer() {
    Layer result{transposed(matrix()), {}, false};
    Matrix& W = result.W;
    result.b.assign(static_cast<std::size_t>(W.rows), 0.0);
    while (elementwise()) {
      const std::string operation = steps_[at_].operation;
      const std::vector<double> values = constant(W.rows);
      const bool term = operation == "Add" || operation == "Sub";
      result.has_bias |= term;
      for (index_t j = 0; j < W.rows; ++j) {
        double& b = result.b[static_cast<std::size_t>(j)];
        const double value = values[static_cast<std::size_t>(j)];
        if (term) {
          b += operation == "Add" ? value : -value;
          continue;
        }
        b = operation == "Mul" ? b * value : b / value;
        for (index_t k = 0; k < W.cols; ++k) W(j, k) = operation == "Mul" ? W(j, k) * value : W(j, k) / value;
      }
    }
    return result;
  }

  /// [Div] [elementwise ...] [Sub] MatMul [Mul, Div ...] before the MatMul of the inner layer; Div and Sub of burelu's
  /// own graphs come back bit for bit.
  void read_preparation(Preparation& preparation) {
    std::size_t products = 0;
    std::size_t first = steps_.size();
    for (std::size_t k = 0; k < steps_.size() && steps_[k].operation != "Relu"; ++k) {
      if (steps_[k].operation != "MatMul") continue;
      first = std::min(first, k);
      ++products;
    }
    if (products == 0 || steps_[first].constant.shape.size() != 2) return;  // refused by what comes next
    const index_t columns = steps_[first].constant.shape[0];
    if (columns > kMostColumns) fail();
    const bool reduced = products > 1;
    const bool centred = reduced && first > 0 && steps_[first - 1].operation == "Sub";
    const std::size_t end = centred ? first - 1 : first;
    const double divisor = preparation.divisor;
    preparation.divisor = 1.0;
    if (at_ < end && is("Div") && steps_[at_].constant.values.size() == 1) preparation.divisor = constant(1)[0];
    if (divisor != 1.0 && divisor != preparation.divisor)
      throw DataError(path_ + ": the metadata say that features are divided by " + std::to_string(divisor) +
                      ", the graph does not; leave divisor out of the metadata or divide in the graph");
    if (at_ < end) read_affine(end, columns, preparation);
    if (reduced) read_components(centred, columns, preparation);
  }

  /// a x + b as (x - mean) / scale.
  void read_affine(std::size_t end, index_t columns, Preparation& preparation) {
    const auto count = static_cast<std::size_t>(columns);
    std::vector<double> scale(count, 1.0);
    std::vector<double> mean(count, 0.0);
    if (is("Sub")) mean = constant(columns);
    std::vector<double> shift(count, 0.0);  // of (x - mean) / scale
    while (at_ < end) {
      const std::string operation = steps_[at_].operation;
      if (!elementwise()) fail();
      const std::vector<double> values = constant(columns);
      for (std::size_t j = 0; j < count; ++j) {
        if (operation == "Add") shift[j] += values[j];
        if (operation == "Sub") shift[j] -= values[j];
        if (operation == "Mul") shift[j] *= values[j];
        if (operation == "Div") shift[j] /= values[j];
        if (operation == "Mul") scale[j] /= values[j];
        if (operation == "Div") scale[j] *= values[j];
      }
    }
    for (std::size_t j = 0; j < count; ++j) {
      if (!(scale[j] > 0.0) || !std::isfinite(scale[j]))
        throw DataError(path_ + ": before the layers, feature " + std::to_string(j + 1) + " is multiplied by " +
                        std::to_string(1.0 / scale[j]) + "; only positive factors are read as a preparation");
      if (shift[j] != 0.0) mean[j] -= shift[j] * scale[j];
    }
    preparation.mean = std::move(mean);
    preparation.scale = std::move(scale);
  }

  void read_components(bool centred, index_t columns, Preparation& preparation) {
    preparation.center.assign(static_cast<std::size_t>(columns), 0.0);
    if (centred) {
      preparation.center = constant(columns);
    } else {
      warn(choice_.warn, path_ +
                             ": two matrices follow each other without a ReLU; the first was taken as the "
                             "preparation of the features, so the network is judged on what it makes of them");
    }
    preparation.components = transposed(matrix());
    Matrix& P = preparation.components;
    while (is("Mul") || is("Div")) {  // components scaled to variance 1
      const bool times = is("Mul");
      const std::vector<double> values = constant(P.rows);
      for (index_t k = 0; k < P.rows; ++k)
        for (index_t j = 0; j < P.cols; ++j) {
          const double value = values[static_cast<std::size_t>(k)];
          P(k, j) = times ? P(k, j) * value : P(k, j) / value;
        }
    }
  }

  std::vector<Step> steps_;
  const std::string& path_;
  const ModelChoice& choice_;
  std::size_t at_ = 0;
};

}  // namespace

Model parse_onnx(const std::string& bytes, const std::string& path, const ModelChoice& choice) {
  onnx::GraphChain chain = onnx::read_chain(bytes, path, choice.warn);
  if (!choice.layers.empty() || !choice.ignored.empty())
    throw DataError(path + ": --layers and --ignore-arrays are for safetensors and NPZ; a graph says what it uses");
  Model model;
  read_metadata(chain.metadata, path, choice.warn, model);
  model.preparation.bias |= choice.bias;
  ChainReader(std::move(chain.steps), path, choice).read(model);
  settle_outputs(chain.metadata, model);
  check_model(path, model);
  return model;
}

}  // namespace burelu
