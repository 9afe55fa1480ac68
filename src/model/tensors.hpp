// A model as named arrays and texts: what the containers (safetensors, NPZ) hold.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "model/model.hpp"

namespace burelu {

struct Tensor {
  std::vector<index_t> shape;
  std::vector<double> values;  ///< C order

  /// As a matrix; a vector is one row. Throws `DataError` for more than two axes.
  Matrix matrix(const std::string& place) const;
};

Tensor tensor_of(const Matrix& matrix);
Tensor tensor_of(const std::vector<double>& values);

Matrix transposed(const Matrix& matrix);

struct Tensors {
  std::map<std::string, Tensor> arrays;
  std::map<std::string, std::string> metadata;
  std::map<std::string, std::string> unread;  ///< arrays of other types, each with its type
};

/// Fields of the model, documented in docs/formats.md.
Tensors tensors_of(const Model& model);

/// The model back; or one from elsewhere, of U and V or of two linear layers with PyTorch's names. Every array must be
/// of use. Throws `DataError`.
Model model_of(Tensors tensors, const std::string& path, const ModelChoice& choice = {});

/// Everything of a model that is no array. Throws `DataError` naming the field that is wrong; warns of fields that are
/// none.
void read_metadata(const std::map<std::string, std::string>& metadata, const std::string& path, const Warn& listener,
                   Model& model);

/// Where the metadata do not say it, one output for two classes is a single column.
void settle_outputs(const std::map<std::string, std::string>& metadata, Model& model);

/// The names of two linear layers among arrays *.weight and *.bias, as in a state_dict of PyTorch.
struct LayerNames {
  std::string inner;
  std::string outer;
};

/// By their shapes; where both orders fit, by the numbers in their names, with a warning. Throws `DataError`.
LayerNames find_layers(const Tensors& tensors, const std::string& path, const ModelChoice& choice);

/// Network and bias of a model of two linear layers as PyTorch keeps them: weights k x d and c x k, biases or null. A
/// bias of the inner layer becomes the row of U for a column of ones, unless the model says that there is such a row;
/// one of the outer layer a neuron that reads only that column.
void set_layers(const Matrix& inner, const std::vector<double>* inner_bias, const Matrix& outer,
                const std::vector<double>* outer_bias, const std::string& path, Model& model);

/// The containers. Reading throws `DataError`.
std::string safetensors_bytes(const Tensors& tensors);
Tensors parse_safetensors(const std::string& bytes, const std::string& path);
std::string npz_model_bytes(const Tensors& tensors);
Tensors read_npz_model(const std::string& path);

}  // namespace burelu
