// Names to files, files to prepared data.
#include "study/instance.hpp"

#include <fmt/format.h>

#include <filesystem>

#include "burelu/errors.hpp"
#include "data/builtin.hpp"
#include "data/formats.hpp"

namespace burelu::study {
namespace {

constexpr int kPaperSets = 10;

/// The file's name without folder and ending; what follows builtin:.
std::string short_name(const std::string& source) {
  if (is_builtin(source)) return source.substr(source.find(':') + 1);
  return std::filesystem::path(source).stem().string();
}

}  // namespace

std::string find_dataset(const std::string& data, const std::string& name) {
  std::error_code ignored;
  if (is_builtin(name) || std::filesystem::is_regular_file(name, ignored)) return name;
  for (const std::string& tail : {name + ".csv", name + "_train.csv", "randomized/" + name + ".csv"}) {
    std::string path = data + "/" + tail;
    if (std::filesystem::is_regular_file(path, ignored)) return path;
  }
  throw DataError(name + ": there is no such file, and no such data set in " + data +
                  "/; get the data with scripts/get_data.sh, or say where they are with --data");
}

std::vector<std::string> expanded(const std::vector<std::string>& names) {
  std::vector<std::string> list;
  for (const std::string& name : names) {
    if (name != "randomized") list.push_back(name);
    for (int i = 0; name == "randomized" && i < kPaperSets; ++i) list.push_back(fmt::format("randomized_{:02}", i));
  }
  return list;
}

std::string fresh_teacher(std::uint64_t seed) {
  return fmt::format("builtin:teacher?n=25&d=2&c=5&width=100&seed={}", seed);
}

std::shared_ptr<const Instance> load_instance(const std::string& data, const std::string& name,
                                              const PreparationChoice& preparation) {
  auto instance = std::make_shared<Instance>();
  instance->source = find_dataset(data, name);
  instance->name = short_name(instance->source);
  TrainingChoice choice;
  choice.preparation = preparation;
  instance->data = training_data(read_table(instance->source), choice).train;
  return instance;
}

}  // namespace burelu::study
