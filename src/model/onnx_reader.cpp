// From the chain to a model: what comes before the layer that feeds the ReLU is the preparation.
#include "burelu/errors.hpp"
#include "model/onnx.hpp"
#include "model/onnx_graph.hpp"
#include "model/tensors.hpp"

namespace burelu {
namespace {

using onnx::Step;

class ChainReader {
 public:
  ChainReader(std::vector<Step> steps, const std::string& path) : steps_(std::move(steps)), path_(path) {}

  Model read() {
    Preparation preparation;
    if (is("Div") && steps_[at_].constant.values.size() == 1) preparation.divisor = vector()[0];
    if (is("Sub") && is("Div", 1)) {
      preparation.mean = vector();
      preparation.scale = vector();
    }
    if (is("Sub") && is("MatMul", 1)) {
      preparation.center = vector();
      preparation.components = transposed(matrix());
    }
    const Matrix inner = transposed(matrix());
    const bool inner_counts = is("Add");
    const std::vector<double> inner_bias = inner_counts ? vector() : std::vector<double>();
    if (!is("Relu")) fail();
    ++at_;
    const Matrix outer = transposed(matrix());
    const bool outer_counts = is("Add");
    const std::vector<double> outer_bias = outer_counts ? vector() : std::vector<double>();
    if (at_ != steps_.size()) fail();
    Model model = model_of_layers(inner, inner_counts ? &inner_bias : nullptr, outer,
                                  outer_counts ? &outer_bias : nullptr, path_);
    preparation.bias = model.preparation.bias;
    model.preparation = preparation;
    return model;
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

  std::vector<double> vector() { return steps_[at_++].constant.values; }

  Matrix matrix() {
    if (!is("MatMul")) fail();
    const Tensor& tensor = steps_[at_++].constant;
    if (tensor.shape.size() != 2) throw DataError(path_ + ": a weight is no matrix; see docs/pytorch.md");
    return tensor.matrix(path_);
  }

  std::vector<Step> steps_;
  const std::string& path_;
  std::size_t at_ = 0;
};

}  // namespace

Model parse_onnx(const std::string& bytes, const std::string& path) {
  onnx::GraphChain chain = onnx::read_chain(bytes, path);
  Model model = ChainReader(std::move(chain.steps), path).read();
  if (chain.metadata.contains("format") && chain.metadata.at("format") == "burelu-model") {
    const Preparation preparation = model.preparation;
    read_metadata(chain.metadata, path, model);
    const std::vector<std::string> features = model.preparation.features;
    model.preparation = preparation;  // what the graph does counts
    model.preparation.features = features;
  }
  check_model(path, model);
  return model;
}

}  // namespace burelu
