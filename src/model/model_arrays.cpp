// From named arrays to a model. An array that is part of a network but was not used would change its outputs without a
// word, so all of them must be of use or passed over by name.
#include <algorithm>
#include <set>

#include "burelu/errors.hpp"
#include "model/tensors.hpp"

namespace burelu {
namespace {

bool matches(const std::string& name, const std::string& pattern) {
  if (!pattern.ends_with('*')) return name == pattern;
  return name.starts_with(std::string_view(pattern).substr(0, pattern.size() - 1));
}

template <class Map>
std::size_t erase_matching(Map& map, const std::string& pattern) {
  return std::erase_if(map, [&pattern](const auto& entry) { return matches(entry.first, pattern); });
}

void pass_over(Tensors& tensors, const std::vector<std::string>& patterns, const std::string& path) {
  for (const std::string& pattern : patterns)
    if (erase_matching(tensors.arrays, pattern) + erase_matching(tensors.unread, pattern) == 0)
      throw DataError(path + ": --ignore-arrays: there is no array '" + pattern + "'; leave it out");
}

template <class Map>
bool all_begin(const Map& map, std::string_view prefix) {
  return std::all_of(map.begin(), map.end(), [&](const auto& entry) { return entry.first.starts_with(prefix); });
}

template <class Map>
Map without_prefix(const Map& map, std::size_t length) {
  Map result;
  for (const auto& [name, value] : map) result.emplace(name.substr(length), value);
  return result;
}

/// DataParallel, torch.compile and many a trainer wrap a network, which shows in all of its names.
std::string unwrap(Tensors& tensors) {
  std::string removed;
  for (bool again = true; again;) {
    again = false;
    for (const std::string_view wrapper : {"module.", "_orig_mod.", "model."}) {
      if (tensors.arrays.empty() || !all_begin(tensors.arrays, wrapper) || !all_begin(tensors.unread, wrapper))
        continue;
      tensors.arrays = without_prefix(tensors.arrays, wrapper.size());
      tensors.unread = without_prefix(tensors.unread, wrapper.size());
      removed += wrapper;
      again = true;
    }
  }
  return removed;
}

class Reader {
 public:
  Reader(Tensors tensors, const std::string& path, const ModelChoice& choice)
      : tensors_(std::move(tensors)), path_(path), choice_(choice) {}

  Model read() {
    pass_over(tensors_, choice_.ignored, path_);
    refuse_half_precision();
    prefix_ = unwrap(tensors_);
    Model model;
    read_metadata(tensors_.metadata, path_, choice_.warn, model);
    model.preparation.bias |= choice_.bias;
    if (tensors_.arrays.contains("U") && tensors_.arrays.contains("V")) {
      model.network = {matrix("U"), matrix("V")};
    } else {
      read_layers(model);
    }
    model.preparation.mean = vector("mean");
    model.preparation.scale = vector("scale");
    model.preparation.center = vector("center");
    if (tensors_.arrays.contains("components")) model.preparation.components = matrix("components");
    refuse_unused();
    settle_outputs(tensors_.metadata, model);
    return model;
  }

 private:
  Matrix matrix(const std::string& name) {
    used_.insert(name);
    return tensors_.arrays.at(name).matrix(path_ + ": " + prefix_ + name);
  }

  std::vector<double> vector(const std::string& name) {
    const auto found = tensors_.arrays.find(name);
    if (found == tensors_.arrays.end()) return {};
    used_.insert(name);
    const std::vector<index_t>& shape = found->second.shape;
    if (std::count_if(shape.begin(), shape.end(), [](index_t size) { return size != 1; }) > 1)
      throw DataError(path_ + ": " + prefix_ + name + " has several axes; it needs one, a number per feature");
    return found->second.values;
  }

  void read_layers(Model& model) {
    ModelChoice choice = choice_;
    for (std::string& layer : choice.layers)
      if (layer.starts_with(prefix_)) layer.erase(0, prefix_.size());
    const LayerNames names = find_layers(tensors_, path_, choice);
    const Matrix inner = matrix(names.inner + ".weight");
    const Matrix outer = matrix(names.outer + ".weight");
    const std::vector<double>* inner_bias = bias(names.inner);
    const std::vector<double>* outer_bias = bias(names.outer);
    set_layers(inner, inner_bias, outer, outer_bias, path_, model);
  }

  const std::vector<double>* bias(const std::string& layer) {
    const auto found = tensors_.arrays.find(layer + ".bias");
    if (found == tensors_.arrays.end()) return nullptr;
    used_.insert(found->first);
    return &found->second.values;
  }

  void refuse_half_precision() const {
    for (const auto& [name, type] : tensors_.unread)
      if (type == "F16" || type == "BF16")
        throw DataError(path_ + ": array '" + name + "' has 16 bits per number (" + type +
                        "), which is not read; convert it to F32 or F64 (net.float() in PyTorch)");
  }

  void refuse_unused() const {
    std::vector<std::string> names;
    for (const auto& [name, tensor] : tensors_.arrays)
      if (!used_.contains(name)) names.push_back(prefix_ + name);
    for (const auto& [name, type] : tensors_.unread) names.push_back(prefix_ + name);
    if (names.empty()) return;
    std::sort(names.begin(), names.end());
    std::string list;
    for (std::size_t k = 0; k < names.size() && k < 12; ++k) list += (k > 0 ? ", " : "") + names[k];
    if (names.size() > 12) list += " and " + std::to_string(names.size() - 12) + " more";
    throw DataError(path_ + ": the network of two linear layers does not use " + list + hint(names) +
                    "; save without what is no part of the network, or pass it over with --ignore-arrays NAME,...");
  }

  static std::string hint(const std::vector<std::string>& names) {
    const auto some = [&names](std::string_view end) {
      return std::any_of(names.begin(), names.end(), [end](const auto& name) { return name.ends_with(end); });
    };
    if (some("running_mean") || some("running_var")) return " (batch normalisation: fold it into the layer before it)";
    if (some("mean") || some("std") || some("scale"))
      return " (features are standardised by arrays called mean and scale)";
    return "";
  }

  Tensors tensors_;
  const std::string& path_;
  const ModelChoice& choice_;
  std::string prefix_;
  std::set<std::string> used_;
};

}  // namespace

Model model_of(Tensors tensors, const std::string& path, const ModelChoice& choice) {
  Model model = Reader(std::move(tensors), path, choice).read();
  check_model(path, model);
  return model;
}

}  // namespace burelu
