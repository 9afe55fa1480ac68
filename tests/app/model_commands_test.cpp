// predict, evaluate and export on a model made by hand, whose outputs are known.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "app/hand_made_model.hpp"
#include "app/run_program.hpp"
#include "formats/byte_stream.hpp"
#include "formats/npy.hpp"

namespace burelu::test {
namespace {

void write_sample(const ScratchFolder& folder) {
  write_model(folder.path("m.safetensors"), two_classes("lo, w", "hi", "kind"));
}

TEST(Predict, WritesOutputsOrClasses) {
  const ScratchFolder folder;
  write_sample(folder);
  folder.write("d.csv", "x1,x0\n2,1\n-3,0.5\n");
  const Outcome outputs = run_burelu(folder, "predict m.safetensors d.csv");
  EXPECT_EQ(outputs.exit_code, 0) << outputs.err;
  EXPECT_EQ(outputs.out, "\"lo, w\",hi\n1,2\n0.5,0\n");
  const Outcome classes = run_burelu(folder, "predict m.safetensors d.csv --classes --out c.csv");
  EXPECT_EQ(classes.out, "");
  EXPECT_EQ(folder.read("c.csv"), "kind\nhi\n\"lo, w\"\n");
  const Outcome appended = run_shell(folder, "echo first > log && burelu predict m.safetensors d.csv --classes >> log");
  EXPECT_EQ(appended.exit_code, 0);
  EXPECT_EQ(folder.read("log"), "first\nkind\nhi\n\"lo, w\"\n");
}

TEST(Predict, WritesNpy) {
  const ScratchFolder folder;
  write_sample(folder);
  folder.write("d.csv", "x1,x0\n2,1\n-3,0.5\n");
  EXPECT_EQ(run_burelu(folder, "predict m.safetensors d.csv --out p.npy").exit_code, 0);
  ByteStream stream(folder.path("p.npy"));
  EXPECT_EQ(read_npy(stream).values, (std::vector<double>{1, 2, 0.5, 0}));
  EXPECT_EQ(run_burelu(folder, "predict m.safetensors d.csv --classes --out c.npy").exit_code, 0);
  EXPECT_EQ(folder.read("c.npy"), npy_bytes({"hi", "lo, w"}));
}

TEST(Predict, ClassesOfARegressionAreAMistake) {
  const ScratchFolder folder;
  Model model;
  model.network = {matrix_of(1, 1, {1}), matrix_of(1, 1, {1})};
  model.outputs = {false, {"y0"}, ""};
  write_model(folder.path("m.npz"), model);
  folder.write("d.csv", "x0\n2\n");
  EXPECT_EQ(run_burelu(folder, "predict m.npz d.csv --classes").exit_code, 2);
  EXPECT_EQ(run_burelu(folder, "predict m.npz d.csv").out, "y0\n2\n");
}

TEST(Predict, AnOutputThatIsAnInputIsRefused) {
  const ScratchFolder folder;
  write_sample(folder);
  folder.write("d.csv", "x1,x0\n2,1\n");
  EXPECT_EQ(run_burelu(folder, "predict m.safetensors d.csv --out ./d.csv").exit_code, 2);
  EXPECT_EQ(run_burelu(folder, "export m.safetensors --out ./m.safetensors").exit_code, 2);
  EXPECT_EQ(folder.read("d.csv"), "x1,x0\n2,1\n");
}

TEST(Evaluate, PrintsAndWritesTheSameNumbers) {
  const ScratchFolder folder;
  write_sample(folder);
  folder.write("d.csv", "x0,x1,kind\n1,0,\"lo, w\"\n0,2,hi\n0,1,\"lo, w\"\n");
  const Outcome outcome = run_burelu(folder, "evaluate m.safetensors d.csv --report e.json");
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  // residuals: 0; (0, 1); (-1, 1): 1/2 (1 + 2); norms 4: 0.1/2 * 4
  EXPECT_NE(outcome.out.find("samples    3\nloss       1.5\nobjective  1.7 (gamma 0.1)\naccuracy   0.666667\n"),
            std::string::npos)
      << outcome.out;
  EXPECT_NE(outcome.out.find("lo, w                    2         1         1    1.0000    0.5000    0.6667\n"),
            std::string::npos)
      << outcome.out;
  EXPECT_NE(outcome.out.find(
                "true \\ predicted  lo, w     hi\nlo, w                 1      1\nhi                    0      1\n"),
            std::string::npos)
      << outcome.out;
  const auto json = nlohmann::json::parse(folder.read("e.json"));
  EXPECT_EQ(json.at("loss"), 1.5);
  EXPECT_EQ(json.at("confusion"), nlohmann::json::parse("[[1,1],[0,1]]"));
  EXPECT_EQ(json.at("classes").at(1).at("precision"), 0.5);
  EXPECT_EQ(json.at("classes").at(1).at("name"), "hi");
}

TEST(Export, EveryFormatPredictsTheSame) {
  const ScratchFolder folder;
  ASSERT_EQ(run_burelu(folder,
                       "train 'builtin:blobs?n=60&d=4&noise=3' --split 0.5 --standardize --bias --pca 3 --scale "
                       "--tol 1e-1 --bound relaxation --quiet --out a.safetensors")
                .exit_code,
            0);
  const std::string wanted = run_burelu(folder, "predict a.safetensors builtin:blobs").out;
  EXPECT_EQ(line_count(wanted), 151U);
  for (const char* path : {"b.npz", "c.onnx", "d.safetensors"}) {
    ASSERT_EQ(run_burelu(folder, std::string("export a.safetensors --out ") + path).exit_code, 0);
    EXPECT_EQ(run_burelu(folder, std::string("predict ") + path + " builtin:blobs").out, wanted) << path;
  }
  EXPECT_EQ(folder.read("d.safetensors"), folder.read("a.safetensors"));
  ASSERT_EQ(run_burelu(folder, "export b.npz --out e.onnx").exit_code, 0);
  EXPECT_EQ(folder.read("e.onnx"), folder.read("c.onnx"));
}

TEST(Info, NamesTheBuild) {
  const ScratchFolder folder;
  const Outcome outcome = run_burelu(folder, "info");
  EXPECT_EQ(outcome.exit_code, 0);
  for (const char* key : {"version ", "build ", "backends ", "CUDA ", "BLAS ", "device cpu "})
    EXPECT_NE(outcome.out.find(key), std::string::npos) << key;
  EXPECT_EQ(run_burelu(folder, "--version").out.rfind("burelu ", 0), 0U);
}

}  // namespace
}  // namespace burelu::test
