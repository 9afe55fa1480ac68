// The model file: bit for bit there and back, precise about what is wrong, all or nothing.
#include "io/model.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "burelu/errors.hpp"
#include "io/random.hpp"
#include "io/scratch_folder.hpp"

namespace burelu {
namespace {

Matrix random_matrix(Random& random, index_t rows, index_t cols) {
  Matrix matrix(rows, cols);
  for (double& value : matrix.data) value = random.normal() * std::exp(20.0 * random.normal());
  return matrix;
}

Model sample_model() {
  Random random(3);
  Model model;
  model.preparation = {{"a", "b \"quoted\""}, true, {0.1, -2.0 / 3.0}, {1.0 / 3.0, 7.0}};
  model.outputs = {true, {"cat", "\xC3\xA9l\xC3\xA9phant"}, "animal"};
  model.network = {random_matrix(random, 3, 5), random_matrix(random, 2, 5)};
  model.network.U(0, 0) = -0.0;
  model.gamma = 0.1;
  model.objective = 1.0 / 3.0;
  model.provenance = {{"data", "x.csv"}};
  return model;
}

TEST(ModelFile, ComesBackBitForBit) {
  const test::ScratchFolder folder;
  const Model model = sample_model();
  write_model(folder.path("m.json"), model);
  const Model back = read_model(folder.path("m.json"));
  EXPECT_EQ(back.network.U.data, model.network.U.data);
  EXPECT_TRUE(std::signbit(back.network.U(0, 0)));
  EXPECT_EQ(back.network.V.data, model.network.V.data);
  EXPECT_EQ(back.network.V.rows, 2);
  EXPECT_EQ(back.preparation.features, model.preparation.features);
  EXPECT_EQ(back.preparation.mean, model.preparation.mean);
  EXPECT_EQ(back.preparation.scale, model.preparation.scale);
  EXPECT_TRUE(back.preparation.bias);
  EXPECT_EQ(back.outputs.names, model.outputs.names);
  EXPECT_EQ(back.outputs.label, "animal");
  EXPECT_EQ(back.gamma, 0.1);
  EXPECT_EQ(back.objective, 1.0 / 3.0);
  EXPECT_TRUE(std::isnan(back.lower_bound));
  EXPECT_EQ(back.provenance, model.provenance);
  EXPECT_EQ(folder.files(), 1U);
}

TEST(ModelFile, NetworkWithoutNeurons) {
  const test::ScratchFolder folder;
  Model model = sample_model();
  model.network = {Matrix(3, 0), Matrix(2, 0)};
  write_model(folder.path("m.json"), model);
  const Model back = read_model(folder.path("m.json"));
  EXPECT_EQ(back.network.width(), 0);
  EXPECT_EQ(back.network.U.rows, 3);
}

TEST(ModelFile, WeightsAloneAreAModel) {
  const test::ScratchFolder folder;
  const Model model = read_model(folder.write("m.json", R"({"U": [[1, 2]], "V": [[3, 4], [5, 6]]})"));
  EXPECT_EQ(model.features(), 1);
  EXPECT_EQ(model.network.V(1, 0), 5.0);
  EXPECT_TRUE(model.outputs.names.empty());
  EXPECT_TRUE(std::isnan(model.gamma));
}

TEST(ModelFile, MistakesAreNamed) {
  const test::ScratchFolder folder;
  const auto refusal = [&folder](const std::string& text) {
    const std::string path = folder.write("bad.json", text);
    return test::message_of<DataError>([&path] { read_model(path); });
  };
  EXPECT_NE(refusal("U,V\n1,2\n").find("no valid JSON"), std::string::npos);
  EXPECT_NE(refusal("[1]").find("is not a model"), std::string::npos);
  EXPECT_NE(refusal(R"({"V": [[1]]})").find("field \"U\""), std::string::npos);
  EXPECT_NE(refusal(R"({"U": [[1], [1, 2]], "V": [[1]]})").find("different lengths"), std::string::npos);
  EXPECT_NE(refusal(R"({"U": [[1, 2]], "V": [[1]]})").find("one per neuron"), std::string::npos);
  EXPECT_NE(refusal(R"({"U": [["x"]], "V": [[1]]})").find("no finite number"), std::string::npos);
  EXPECT_NE(refusal(R"({"U": [[1e999]], "V": [[1]]})"), "nothing was thrown");
  EXPECT_NE(refusal(R"({"U": [[1]], "V": [[1]], "features": ["a", "b"]})").find("\"features\""), std::string::npos);
  EXPECT_NE(refusal(R"({"U": [[1]], "V": [[1]], "bias": true})").find("field \"U\""), std::string::npos);
  EXPECT_NE(refusal(R"({"U": [[1]], "V": [[1]], "standardize": {"mean": [1], "scale": [0]}})").find("not positive"),
            std::string::npos);
  EXPECT_NE(refusal(R"({"U": [[1]], "V": [[1]], "outputs": {"kind": "classes", "names": ["a", "b"]}})")
                .find("one name per row"),
            std::string::npos);
  EXPECT_NE(refusal(R"({"version": 9, "U": [[1]], "V": [[1]]})").find("newer"), std::string::npos);
  EXPECT_NE(test::message_of<DataError>([&] { read_model(folder.path("absent")); }).find("cannot read"),
            std::string::npos);
}

}  // namespace
}  // namespace burelu
