// Which two arrays of a state_dict are the layers, and which of them comes first.
#include <algorithm>
#include <cctype>

#include "burelu/errors.hpp"
#include "model/tensors.hpp"

namespace burelu {
namespace {

constexpr std::string_view kWeight = ".weight";

[[noreturn]] void fail(const std::string& path, const std::string& problem) {
  throw DataError(path + ": " + problem + "; docs/pytorch.md shows what is read");
}

std::string listed(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

bool digit(char letter) { return std::isdigit(static_cast<unsigned char>(letter)) != 0; }

/// The number at the first place where two names differ, or an empty text.
std::string_view number_at(std::string_view name, std::size_t at) {
  while (at > 0 && digit(name[at - 1])) --at;
  std::size_t end = at;
  while (end < name.size() && digit(name[end])) ++end;
  return name.substr(at, end - at);
}

/// Less, equal, greater as -1, 0, 1; 0 also where the names do not differ in a number: then they say nothing.
int numbered_order(std::string_view a, std::string_view b) {
  const std::size_t most = std::min(a.size(), b.size());
  std::size_t at = 0;
  while (at < most && a[at] == b[at]) ++at;
  std::string_view x = number_at(a, at);
  std::string_view y = number_at(b, at);
  if (x.empty() || y.empty()) return 0;
  x.remove_prefix(std::min(x.find_first_not_of('0'), x.size()));
  y.remove_prefix(std::min(y.find_first_not_of('0'), y.size()));
  if (x.size() != y.size()) return x.size() < y.size() ? -1 : 1;
  return x < y ? -1 : static_cast<int>(x > y);
}

class Finder {
 public:
  Finder(const Tensors& tensors, const std::string& path, const ModelChoice& choice)
      : tensors_(tensors), path_(path), choice_(choice) {}

  LayerNames find() {
    if (!choice_.layers.empty()) return chosen();
    std::vector<std::string> layers;
    for (const auto& [name, tensor] : tensors_.arrays)
      if (name.ends_with(kWeight) && tensor.shape.size() == 2)
        layers.push_back(name.substr(0, name.size() - kWeight.size()));
    if (layers.size() > 2)
      fail(path_, "there are " + std::to_string(layers.size()) + " linear layers (" + listed(layers) +
                      "), so more than one hidden layer; networks with one hidden layer are read");
    if (layers.size() < 2) none(layers);
    return ordered(layers[0], layers[1]);
  }

 private:
  index_t inputs(const std::string& layer) const { return tensors_.arrays.at(layer + ".weight").shape[1]; }
  index_t outputs(const std::string& layer) const { return tensors_.arrays.at(layer + ".weight").shape[0]; }

  [[noreturn]] void none(const std::vector<std::string>& layers) const {
    std::vector<std::string> names;
    for (const auto& [name, tensor] : tensors_.arrays)
      if (names.size() < 12) names.push_back(name);
    const std::string has = names.empty() ? "no arrays of numbers" : listed(names);
    fail(path_, std::string("there are neither arrays U and V nor the weights of two linear layers") +
                    (layers.empty() ? "" : ", but of one, " + layers.front()) + " (it has " + has + ")");
  }

  LayerNames chosen() const {
    const auto known = [this](std::string name) {
      if (name.ends_with(kWeight)) name.resize(name.size() - kWeight.size());
      const auto found = tensors_.arrays.find(name + std::string(kWeight));
      if (found == tensors_.arrays.end() || found->second.shape.size() != 2)
        fail(path_, "--layers: there is no linear layer '" + name + "'");
      return name;
    };
    if (choice_.layers.size() != 2) fail(path_, "--layers takes two names, the inner layer and the outer one");
    return {known(choice_.layers[0]), known(choice_.layers[1])};
  }

  LayerNames ordered(const std::string& a, const std::string& b) const {
    const bool forward = outputs(a) == inputs(b);
    const bool backward = outputs(b) == inputs(a);
    if (!backward) return {a, b};
    if (!forward) return {b, a};
    const int order = numbered_order(a, b);
    if (order == 0)
      fail(path_, "the shapes of the layers " + a + " and " + b + " fit in both orders, and the names do not say " +
                      "which comes first; say --layers " + a + "," + b + " or --layers " + b + "," + a);
    const LayerNames names = order < 0 ? LayerNames{a, b} : LayerNames{b, a};
    warn(choice_.warn, path_ + ": the shapes of the layers fit in both orders; " + names.inner + " was taken as the " +
                           "inner one, " + names.outer + " as the outer one (--layers " + names.outer + "," +
                           names.inner + " says otherwise)");
    return names;
  }

  const Tensors& tensors_;
  const std::string& path_;
  const ModelChoice& choice_;
};

}  // namespace

LayerNames find_layers(const Tensors& tensors, const std::string& path, const ModelChoice& choice) {
  return Finder(tensors, path, choice).find();
}

}  // namespace burelu
