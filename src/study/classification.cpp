#include "study/classification.hpp"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "burelu/errors.hpp"
#include "data/dataset.hpp"
#include "data/formats.hpp"
#include "linalg/random.hpp"

namespace burelu::study {
namespace {

std::string file_of(const std::string& folder, const std::string& name, const char* part) {
  const std::string stem = name == "pima" ? "pima_indians" : name == "mnist" ? "mnist_pca20" : name;
  return (std::filesystem::path(folder) / (stem + "_" + part + ".csv")).string();
}

LabelledRows labelled(Dataset data) { return {std::move(data.X), std::move(data.Y), std::move(data.labels)}; }

// Fisher and Yates.
void shuffle(std::vector<index_t>& rows, Random& random) {
  for (std::size_t i = rows.size(); i > 1; --i) std::swap(rows[i - 1], rows[random.bits() % i]);
}

}  // namespace

void check_split(const std::string& folder, const std::string& name) {
  for (const char* part : {"train", "test"}) {
    const std::string path = file_of(folder, name, part);
    if (!std::filesystem::is_regular_file(path))
      throw DataError("there is no " + path + "; scripts/get_data.sh makes the folder of data sets");
  }
}

Split read_split(const std::string& folder, const std::string& name, bool bias) {
  TrainingChoice choice;
  choice.preparation.bias = bias;
  Dataset train = training_data(read_table(file_of(folder, name, "train")), choice).train;
  if (train.labels.empty()) throw DataError(train.source + " has no classes; name the class column label");
  Model model;  // how the test rows become X and Y is what the training rows taught
  model.preparation = train.preparation;
  model.outputs = train.outputs;
  model.network.U = Matrix(train.X.cols, 0);
  model.network.V = Matrix(train.Y.cols, 0);
  Dataset test = labelled_data(read_table(file_of(folder, name, "test")), choice.targets, model);
  return {labelled(std::move(train)), labelled(std::move(test))};
}

LabelledRows rows_of(const LabelledRows& data, const std::vector<index_t>& rows) {
  const auto count = static_cast<index_t>(rows.size());
  LabelledRows out{Matrix(count, data.X.cols), Matrix(count, data.Y.cols), {}};
  for (index_t i = 0; i < count; ++i) {
    const index_t row = rows[static_cast<std::size_t>(i)];
    std::copy_n(data.X.row(row), data.X.cols, out.X.row(i));
    std::copy_n(data.Y.row(row), data.Y.cols, out.Y.row(i));
    out.labels.push_back(data.labels[static_cast<std::size_t>(row)]);
  }
  return out;
}

std::vector<Split> folds(const LabelledRows& data, int count, std::uint64_t seed) {
  if (count < 2 || data.X.rows < count)
    throw DataError("cross-validation in " + std::to_string(count) + " parts needs that many rows, and two parts");
  std::vector<std::vector<index_t>> of_class(static_cast<std::size_t>(data.Y.cols));
  for (index_t i = 0; i < data.X.rows; ++i)
    of_class[static_cast<std::size_t>(data.labels[static_cast<std::size_t>(i)])].push_back(i);
  Random random(seed);
  std::vector<int> part(static_cast<std::size_t>(data.X.rows));
  int next = 0;  // goes on from class to class: the parts differ by one row at most
  for (std::vector<index_t>& rows : of_class) {
    shuffle(rows, random);
    for (const index_t row : rows) part[static_cast<std::size_t>(row)] = next++ % count;
  }
  std::vector<Split> out;
  for (int k = 0; k < count; ++k) {
    std::vector<index_t> train;
    std::vector<index_t> test;
    for (index_t i = 0; i < data.X.rows; ++i) (part[static_cast<std::size_t>(i)] == k ? test : train).push_back(i);
    out.push_back({rows_of(data, train), rows_of(data, test)});
  }
  return out;
}

}  // namespace burelu::study
