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
};

/// Fields of the model, documented in docs/formats.md.
Tensors tensors_of(const Model& model);

/// The model back; or one from elsewhere, of U and V or of two linear layers with PyTorch's names. Throws `DataError`.
Model model_of(const Tensors& tensors, const std::string& path);

/// Everything of a model that is no array. Throws `DataError` naming the field that is wrong.
void read_metadata(const std::map<std::string, std::string>& metadata, const std::string& path, Model& model);

/// A model of the arrays *.weight and *.bias of two linear layers, as in a state_dict of PyTorch. Throws `DataError`.
Model model_of_state(const Tensors& tensors, const std::string& path);

/// A model of two linear layers as PyTorch keeps them: weights k x d and c x k, biases or null. A bias of the inner
/// layer becomes the row of U for a column of ones; one of the outer layer a neuron that reads only that column.
Model model_of_layers(const Matrix& inner, const std::vector<double>* inner_bias, const Matrix& outer,
                      const std::vector<double>* outer_bias, const std::string& path);

/// The containers. Reading throws `DataError`.
std::string safetensors_bytes(const Tensors& tensors);
Tensors parse_safetensors(const std::string& bytes, const std::string& path);
std::string npz_model_bytes(const Tensors& tensors);
Tensors read_npz_model(const std::string& path);

}  // namespace burelu
