// The model files: bit for bit there and back in every format, precise about what is wrong, all or nothing.
#include "model/model.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <nlohmann/json.hpp>

#include "burelu/errors.hpp"
#include "model/tensors.hpp"
#include "support/sample_model.hpp"
#include "support/scratch_folder.hpp"

namespace burelu {
namespace {

using test::sample_model;

void expect_same(const Model& back, const Model& model) {
  EXPECT_EQ(back.network.U.data, model.network.U.data);
  EXPECT_TRUE(std::signbit(back.network.U(0, 0)));
  EXPECT_EQ(back.network.V.data, model.network.V.data);
  EXPECT_EQ(back.network.V.rows, 2);
  EXPECT_EQ(back.preparation.features, model.preparation.features);
  EXPECT_EQ(back.preparation.divisor, 3.0);
  EXPECT_EQ(back.preparation.mean, model.preparation.mean);
  EXPECT_EQ(back.preparation.scale, model.preparation.scale);
  EXPECT_EQ(back.preparation.center, model.preparation.center);
  EXPECT_EQ(back.preparation.components.data, model.preparation.components.data);
  EXPECT_TRUE(back.preparation.bias);
  EXPECT_EQ(back.outputs.names, model.outputs.names);
  EXPECT_EQ(back.outputs.label, "animal");
  EXPECT_TRUE(back.outputs.signs);
  EXPECT_FALSE(back.outputs.single);
  EXPECT_EQ(back.rows.limit, 100);
  EXPECT_EQ(back.rows.split, 0.3);
  EXPECT_EQ(back.rows.seed, 18446744073709551615ULL);
  EXPECT_EQ(back.rows.rows, 90);
  EXPECT_EQ(back.gamma, 0.1);
  EXPECT_EQ(back.objective, 1.0 / 3.0);
  EXPECT_TRUE(std::isnan(back.lower_bound));
  EXPECT_EQ(back.provenance, model.provenance);
}

class ModelFile : public testing::TestWithParam<const char*> {};

TEST_P(ModelFile, ComesBackBitForBit) {
  const test::ScratchFolder folder;
  const Model model = sample_model(20.0);
  const std::string path = folder.path(std::string("m.") + GetParam());
  write_model(path, model);
  EXPECT_EQ(folder.files(), 1U);
  expect_same(read_model(path), model);
  std::filesystem::rename(path, folder.path("renamed"));  // the bytes tell the format
  expect_same(read_model(folder.path("renamed")), model);
}

TEST_P(ModelFile, PredictsTheSameBitForBit) {
  const test::ScratchFolder folder;
  const Model model = sample_model();
  const std::string path = folder.path(std::string("m.") + GetParam());
  write_model(path, model);
  const Model back = read_model(path);
  Random random(8);
  const Matrix X = test::random_matrix(random, 50, 2);
  const Matrix wanted = predict(prepare(X, model.preparation), model.network);
  EXPECT_EQ(predict(prepare(X, back.preparation), back.network).data, wanted.data);
}

TEST_P(ModelFile, EveryTruncationIsRefused) {
  const test::ScratchFolder folder;
  write_model(folder.path(std::string("m.") + GetParam()), sample_model());
  const std::string whole = folder.read(std::string("m.") + GetParam());
  // Less the last two bytes: of an archive they are the length of a comment that there is not.
  for (std::size_t size = 0; size + 2 < whole.size(); size += 7) {
    const std::string path = folder.write("cut", whole.substr(0, size));
    EXPECT_NE(test::message_of<DataError>([&] { read_model(path); }).find("cut"), std::string::npos) << size;
  }
}

INSTANTIATE_TEST_SUITE_P(Formats, ModelFile, testing::Values("safetensors", "npz", "onnx"));

TEST(Safetensors, NetworkWithoutNeurons) {
  const test::ScratchFolder folder;
  Model model = sample_model();
  model.network = {Matrix(3, 0), Matrix(2, 0)};
  write_model(folder.path("m"), model);
  const Model back = read_model(folder.path("m"));
  EXPECT_EQ(back.network.width(), 0);
  EXPECT_EQ(back.network.U.rows, 3);
}

TEST(Safetensors, HeaderIsWhatTheFormatSays) {
  const test::ScratchFolder folder;
  write_model(folder.path("m"), sample_model());
  const std::string bytes = folder.read("m");
  const auto length =
      static_cast<std::size_t>(static_cast<unsigned char>(bytes[0]) + 256 * static_cast<unsigned char>(bytes[1]));
  EXPECT_EQ(length % 8, 0U);
  const auto header = nlohmann::json::parse(bytes.substr(8, length));
  EXPECT_EQ(header.at("U").at("dtype"), "F64");
  EXPECT_EQ(header.at("U").at("shape"), (std::vector<int>{3, 5}));
  const std::size_t begin = header.at("V").at("data_offsets").at(0);
  double first = 0.0;
  std::memcpy(&first, bytes.data() + 8 + length + begin, sizeof first);
  EXPECT_EQ(first, sample_model().network.V(0, 0));
  for (const auto& [key, value] : header.at("__metadata__").items()) EXPECT_TRUE(value.is_string()) << key;
  EXPECT_EQ(header.at("__metadata__").at("class_names"), "[\"cat\",\"\xC3\xA9l\xC3\xA9phant\"]");
}

Tensors weights(std::vector<index_t> u, std::vector<index_t> v) {
  const auto tensor = [](const std::vector<index_t>& shape) {
    std::size_t count = 1;
    for (const index_t size : shape) count *= static_cast<std::size_t>(size);
    return Tensor{shape, std::vector<double>(count, 0.5)};
  };
  Tensors tensors;
  tensors.arrays = {{"U", tensor(u)}, {"V", tensor(v)}};
  return tensors;
}

TEST(ModelFields, WeightsAloneAreAModel) {
  const Model model = model_of(weights({1, 2}, {2, 2}), "m");
  EXPECT_EQ(model.features(), 1);
  EXPECT_EQ(model.network.V(1, 0), 0.5);
  EXPECT_TRUE(model.outputs.names.empty());
  EXPECT_TRUE(std::isnan(model.gamma));
}

TEST(ModelFields, LayersOfPyTorchAreAModel) {
  Tensors state;
  state.arrays["2.weight"] = {{1, 3}, {1, 2, 3}};
  state.arrays["0.weight"] = {{3, 2}, {1, 2, 3, 4, 5, 6}};
  const Model plain = model_of(state, "m");
  EXPECT_EQ(plain.network.U.data, (std::vector<double>{1, 3, 5, 2, 4, 6}));
  EXPECT_EQ(plain.network.V.data, (std::vector<double>{1, 2, 3}));
  EXPECT_FALSE(plain.preparation.bias);
  state.arrays["0.bias"] = {{3}, {7, 8, 9}};
  state.arrays["2.bias"] = {{1}, {0}};
  const Model biased = model_of(state, "m");
  EXPECT_TRUE(biased.preparation.bias);
  EXPECT_EQ(biased.network.U.data, (std::vector<double>{1, 3, 5, 2, 4, 6, 7, 8, 9}));
  EXPECT_EQ(biased.network.width(), 3);
  state.arrays["2.bias"] = {{1}, {-4}};
  const Model constant = model_of(state, "m");
  ASSERT_EQ(constant.network.width(), 4);
  Matrix X(1, 3, 1.0);  // two features and the column of ones
  // neurons (1 + 2 + 7, 3 + 4 + 8, 5 + 6 + 9), times 1, 2, 3, less 4
  EXPECT_EQ(predict(X, constant.network)(0, 0), 10 + 30 + 60 - 4);
}

TEST(ModelFields, MistakesAreNamed) {
  const auto refusal = [](const Tensors& tensors) {
    return test::message_of<DataError>([&tensors] { model_of(tensors, "m"); });
  };
  const auto with = [](const std::string& key, const std::string& value) {
    Tensors tensors = weights({1, 2}, {1, 2});
    tensors.metadata[key] = value;
    return tensors;
  };
  EXPECT_NE(refusal({}).find("neither arrays U and V nor"), std::string::npos);
  EXPECT_NE(refusal(weights({1, 2}, {1, 3})).find("as many columns"), std::string::npos);
  EXPECT_NE(refusal(weights({1, 2, 1}, {1, 2})).find("more than two axes"), std::string::npos);
  EXPECT_NE(refusal(with("features", R"(["a", "b"])")).find("features must name"), std::string::npos);
  EXPECT_NE(refusal(with("features", "a")).find("field \"features\""), std::string::npos);
  EXPECT_NE(refusal(with("bias", "true")).find("one more for the bias"), std::string::npos);
  EXPECT_NE(refusal(with("bias", "maybe")).find("true or false"), std::string::npos);
  EXPECT_NE(refusal(with("class_names", R"(["a", "b", "c"])")).find("one name per row of V"), std::string::npos);
  EXPECT_NE(refusal(with("divisor", "0")).find("divisor"), std::string::npos);
  EXPECT_NE(refusal(with("gamma", "inf")).find("finite number"), std::string::npos);
  EXPECT_NE(refusal(with("split", "1.5")).find("share"), std::string::npos);
  EXPECT_NE(refusal(with("version", "9")).find("newer"), std::string::npos);
  Tensors scaled = weights({1, 2}, {1, 2});
  scaled.arrays["mean"] = {{1}, {0}};
  scaled.arrays["scale"] = {{1}, {0}};
  EXPECT_NE(refusal(scaled).find("not positive"), std::string::npos);
  Tensors infinite = weights({1, 2}, {1, 2});
  infinite.arrays["V"].values[0] = std::numeric_limits<double>::infinity();
  EXPECT_NE(refusal(infinite).find("V holds NaN or infinity"), std::string::npos);
}

TEST(ForeignFiles, AreNoModels) {
  const test::ScratchFolder folder;
  const auto refusal = [&folder](const std::string& bytes) {
    const std::string path = folder.write("bad", bytes);
    return test::message_of<DataError>([&path] { read_model(path); });
  };
  EXPECT_NE(refusal("U,V\n1,2\n").find("bad is not a model"), std::string::npos);
  EXPECT_NE(refusal("").find("bad is not a model"), std::string::npos);
  EXPECT_NE(refusal(R"({"U": [[1]]})").find("bad is not a model"), std::string::npos);
  const auto safetensors = [](const std::string& header, const std::string& data) {
    std::string bytes(8, '\0');
    bytes[0] = static_cast<char>(header.size());
    return bytes + header + data;
  };
  const std::string half = R"({"U":{"dtype":"F16","shape":[1,1],"data_offsets":[0,2]}})";
  EXPECT_NE(refusal(safetensors(half, "ab")).find("16 bits"), std::string::npos);
  const std::string outside = R"({"U":{"dtype":"F64","shape":[1,1],"data_offsets":[0,8]}})";
  EXPECT_NE(refusal(safetensors(outside, "ab")).find("lies outside the file"), std::string::npos);
  const std::string shape = R"({"U":{"dtype":"F64","shape":[2,1],"data_offsets":[0,8]}})";
  EXPECT_NE(refusal(safetensors(shape, "12345678")).find("does not fit its bytes"), std::string::npos);
  EXPECT_NE(test::message_of<DataError>([&] { read_model(folder.path("absent")); }).find("cannot read"),
            std::string::npos);
}

}  // namespace
}  // namespace burelu
