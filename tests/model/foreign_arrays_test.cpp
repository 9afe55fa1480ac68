// Arrays that other programs save beside a network: used, refused by name, or passed over when told to.
#include <gtest/gtest.h>

#include "burelu/errors.hpp"
#include "formats/zip_archive.hpp"
#include "model/tensors.hpp"
#include "support/scratch_folder.hpp"

namespace burelu {
namespace {

constexpr const char* kNothing = "nothing was thrown";

/// Two inputs, three neurons, one output.
Tensors state(const std::string& inner = "0", const std::string& outer = "2") {
  Tensors tensors;
  tensors.arrays[inner + ".weight"] = {{3, 2}, {1, 2, 3, 4, 5, 6}};
  tensors.arrays[outer + ".weight"] = {{1, 3}, {1, 2, 3}};
  return tensors;
}

/// Layers that fit in both orders.
Tensors square(const std::string& a, const std::string& b) {
  Tensors tensors;
  tensors.arrays[a + ".weight"] = {{2, 2}, {1, 2, 3, 4}};
  tensors.arrays[b + ".weight"] = {{2, 2}, {5, 6, 7, 8}};
  return tensors;
}

std::string refusal(const Tensors& tensors, const ModelChoice& choice = {}) {
  return test::message_of<DataError>([&] { model_of(tensors, "m", choice); });
}

struct Listener {
  std::vector<std::string> heard;
  Warn warn() {
    return [this](const std::string& text) { heard.push_back(text); };
  }
};

TEST(ForeignArrays, PreparationAndMetadataCountBesideLayers) {
  Tensors tensors = state();
  tensors.arrays["mean"] = {{2}, {1, 2}};
  tensors.arrays["scale"] = {{1, 2}, {3, 4}};
  tensors.arrays["2.weight"] = {{2, 3}, {1, 2, 3, 4, 5, 6}};
  tensors.metadata = {
      {"class_names", R"(["b", "a"])"}, {"gamma", "0.5"}, {"features", R"(["p", "q"])"}, {"divisor", "255"}};
  const Model model = model_of(tensors, "m");
  EXPECT_EQ(model.preparation.mean, (std::vector<double>{1, 2}));
  EXPECT_EQ(model.preparation.scale, (std::vector<double>{3, 4}));
  EXPECT_EQ(model.preparation.features, (std::vector<std::string>{"p", "q"}));
  EXPECT_EQ(model.preparation.divisor, 255.0);
  EXPECT_EQ(model.outputs.names, (std::vector<std::string>{"b", "a"}));
  EXPECT_EQ(model.gamma, 0.5);
  tensors.metadata["version"] = "9";
  EXPECT_NE(refusal(tensors).find("newer"), std::string::npos);
  tensors.metadata["format"] = "pt";  // others count their own versions
  EXPECT_EQ(refusal(tensors), kNothing);
  tensors.metadata["gamma"] = "much";
  EXPECT_NE(refusal(tensors).find("field \"gamma\""), std::string::npos);
}

TEST(ForeignArrays, ComponentsCountBesideLayers) {
  Tensors tensors = state();
  tensors.arrays["center"] = {{3}, {1, 2, 3}};
  EXPECT_NE(refusal(tensors).find("components"), std::string::npos);
  tensors.arrays["components"] = {{2, 3}, {1, 0, 0, 0, 1, 0}};
  EXPECT_EQ(model_of(tensors, "m").features(), 3);
  tensors.arrays.erase("center");
  EXPECT_NE(refusal(tensors).find("center"), std::string::npos);
  EXPECT_NE(refusal([] {
              Tensors half = state();
              half.arrays["scale"] = {{2}, {1, 2}};
              return half;
            }())
                .find("mean and scale"),
            std::string::npos);
}

TEST(ForeignArrays, ValuesAndSingleColumnsAreUnderstood) {
  Tensors tensors = state();
  tensors.metadata["target_names"] = R"(["price"])";
  EXPECT_FALSE(model_of(tensors, "m").outputs.classes);
  tensors.metadata = {{"class_names", R"(["no", "yes"])"}};
  EXPECT_TRUE(model_of(tensors, "m").outputs.single);
  Listener listener;
  tensors.metadata["class_name"] = "x";
  model_of(tensors, "m", {false, {}, {}, listener.warn()});
  ASSERT_EQ(listener.heard.size(), 1U);
  EXPECT_NE(listener.heard[0].find("passed over: class_name"), std::string::npos);
}

TEST(ForeignArrays, WhatTheNetworkWouldNotUseIsNamed) {
  for (const char* name :
       {"1.running_mean", "std", "output_scale", "1.weight", "2.weight_g", "optimizer.step", "mask"}) {
    Tensors tensors = state();
    tensors.arrays[name] = {{2}, {1, 1}};
    EXPECT_NE(refusal(tensors).find(name), std::string::npos) << name << ": " << refusal(tensors);
  }
  Tensors integers = state();
  integers.unread["num_batches_tracked"] = "I64";
  EXPECT_NE(refusal(integers).find("num_batches_tracked"), std::string::npos);
  Tensors halves = state();
  halves.unread["0.bias"] = "BF16";
  EXPECT_NE(refusal(halves).find("'0.bias' has 16 bits"), std::string::npos);
  Tensors beside;
  beside.arrays = {{"U", {{2, 1}, {1, 2}}}, {"V", {{1, 1}, {3}}}, {"V_bias", {{1}, {4}}}};
  EXPECT_NE(refusal(beside).find("V_bias"), std::string::npos);
}

TEST(ForeignArrays, ArraysArePassedOverWhenTold) {
  Tensors tensors = state();
  tensors.arrays["optimizer.0.exp_avg"] = {{1}, {1}};
  tensors.unread["optimizer.step"] = "I64";
  tensors.unread["epoch"] = "I64";
  EXPECT_NE(refusal(tensors, {false, {}, {"optimizer.*"}}).find("epoch"), std::string::npos);
  EXPECT_EQ(refusal(tensors, {false, {}, {"optimizer.*", "epoch"}}), kNothing);
  EXPECT_NE(refusal(tensors, {false, {}, {"scheduler"}}).find("there is no array 'scheduler'"), std::string::npos);
}

TEST(ForeignArrays, WrappersInAllNamesDoNotMatter) {
  for (const char* wrapper : {"module.", "_orig_mod.", "model.", "_orig_mod.module."}) {
    Tensors tensors;
    for (const auto& [name, tensor] : state("net.0", "net.2").arrays) tensors.arrays[wrapper + name] = tensor;
    tensors.arrays[std::string(wrapper) + "mean"] = {{2}, {1, 2}};
    tensors.arrays[std::string(wrapper) + "scale"] = {{2}, {3, 4}};
    EXPECT_EQ(model_of(tensors, "m").preparation.scale[1], 4.0) << wrapper;
    tensors.arrays[std::string(wrapper) + "extra"] = {{1}, {1}};
    EXPECT_NE(refusal(tensors).find(std::string(wrapper) + "extra"), std::string::npos) << refusal(tensors);
  }
}

TEST(ForeignArrays, AnOrderThatIsGuessedIsSaidOrAskedFor) {
  Listener listener;
  const auto first = [&](const std::string& a, const std::string& b) {
    return model_of(square(a, b), "m", {false, {}, {}, listener.warn()}).network.V(0, 0);
  };
  EXPECT_EQ(first("fc1", "fc2"), 5.0);
  EXPECT_EQ(first("fc10", "fc9"), 1.0);
  EXPECT_EQ(first("layers.0.lin", "layers.1.lin"), 5.0);
  ASSERT_EQ(listener.heard.size(), 3U);
  EXPECT_NE(listener.heard[0].find("fc1 was taken as the inner one, fc2 as the outer one"), std::string::npos);
  EXPECT_NE(refusal(square("encoder", "decoder")).find("say --layers"), std::string::npos);
  EXPECT_NE(refusal(square("in", "head")).find("say --layers"), std::string::npos);
  EXPECT_EQ(model_of(square("encoder", "decoder"), "m", {false, {"encoder", "decoder"}}).network.V(0, 0), 5.0);
  EXPECT_EQ(model_of(square("encoder", "decoder"), "m", {false, {"decoder.weight", "encoder.weight"}}).network.V(0, 0),
            1.0);
  EXPECT_NE(refusal(square("a", "b"), {false, {"a", "c"}}).find("no linear layer 'c'"), std::string::npos);
  EXPECT_NE(refusal(square("a", "b"), {false, {"a"}}).find("two names"), std::string::npos);
  EXPECT_EQ(model_of(state("head", "in"), "m").network.width(), 3);  // shapes decide
}

TEST(ForeignArrays, MoreOrFewerLayersAreSaid) {
  Tensors deep = state();
  deep.arrays["4.weight"] = {{1, 1}, {1}};
  EXPECT_NE(refusal(deep).find("more than one hidden layer"), std::string::npos);
  Tensors one;
  one.arrays["fc.weight"] = {{1, 2}, {1, 2}};
  EXPECT_NE(refusal(one).find("but of one, fc"), std::string::npos);
  Tensors keras;
  keras.arrays["dense/kernel"] = {{2, 3}, {1, 2, 3, 4, 5, 6}};
  EXPECT_NE(refusal(keras).find("it has dense/kernel"), std::string::npos);
}

TEST(ForeignArrays, ARowForOnesCanBeSaid) {
  const Model plain = model_of(state(), "m");
  EXPECT_EQ(plain.features(), 2);
  const Model told = model_of(state(), "m", {true});
  EXPECT_EQ(told.features(), 1);
  EXPECT_EQ(told.network.U.rows, 2);
  Tensors tensors = state();
  tensors.metadata["bias"] = "true";
  EXPECT_EQ(model_of(tensors, "m").features(), 1);
  tensors.arrays["2.bias"] = {{1}, {7}};  // the constant neuron reads the row that is there
  const Model constant = model_of(tensors, "m");
  EXPECT_EQ(constant.network.U.rows, 2);
  EXPECT_EQ(constant.network.U(1, 3), 1.0);
  tensors.arrays["0.bias"] = {{3}, {7, 8, 9}};  // then it is the bias that is meant
  EXPECT_EQ(model_of(tensors, "m").features(), 2);
}

TEST(ForeignFiles, OfKnownKindsSayTheWayOut) {
  const test::ScratchFolder folder;
  const auto refused = [&folder](const std::string& name, const std::string& bytes) {
    const std::string path = folder.write(name, bytes);
    return test::message_of<DataError>([&path] { read_model(path); });
  };
  EXPECT_NE(refused("a.pkl", "\x80\x04 and more").find("Python pickle"), std::string::npos);
  EXPECT_NE(refused("a.pt", "\x80\x02 and more").find("save_file"), std::string::npos);
  EXPECT_NE(refused("b.pt", zip_bytes({{"net/data.pkl", "x"}, {"net/data/0", "y"}})).find("PyTorch checkpoint"),
            std::string::npos);
  EXPECT_NE(refused("b.keras", zip_bytes({{"model.weights.h5", "x"}})).find("Keras"), std::string::npos);
  EXPECT_NE(refused("a.h5", "\x89HDF\r\n").find("HDF5"), std::string::npos);
}

}  // namespace
}  // namespace burelu
