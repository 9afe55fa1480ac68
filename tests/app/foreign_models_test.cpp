// Models from elsewhere over the whole program: what the file leaves open is asked for or said, on standard error.
#include <gtest/gtest.h>

#include "app/run_program.hpp"
#include "formats/output_file.hpp"
#include "model/tensors.hpp"

namespace burelu::test {
namespace {

constexpr const char* kRows = "p,q,label\n1,0,b\n0,1,a\n2,1,b\n";

class ForeignModel : public testing::Test {
 protected:
  ForeignModel() { folder_.write("d.csv", kRows); }

  void save(const std::string& name, Tensors tensors) const {
    write_file(folder_.path(name), safetensors_bytes(tensors));
  }

  Outcome burelu(const std::string& arguments) const { return run_burelu(folder_, arguments); }

  /// Outputs (x0)_+ and (x1)_+.
  static Tensors layers() {
    Tensors tensors;
    tensors.arrays = {{"0.weight", {{2, 2}, {1, 0, 0, 1}}}, {"2.weight", {{2, 2}, {1, 0, 0, 1}}}};
    return tensors;
  }

  ScratchFolder folder_;
};

TEST_F(ForeignModel, MetadataAndPreparationDecide) {
  Tensors tensors = layers();
  save("plain", tensors);
  tensors.metadata["class_names"] = R"(["b", "a"])";
  save("named", tensors);
  EXPECT_NE(burelu("evaluate plain d.csv").out.find("accuracy   0.000000"), std::string::npos);
  EXPECT_NE(burelu("evaluate named d.csv").out.find("accuracy   1.000000"), std::string::npos);
  tensors.arrays["mean"] = {{2}, {1, 1}};
  tensors.arrays["scale"] = {{2}, {0.5, 0.5}};
  save("scaled", tensors);
  EXPECT_EQ(burelu("predict scaled d.csv").out, "b,a\n0,0\n0,0\n2,0\n");
}

TEST_F(ForeignModel, GuessesAreWarnedOfOnceAndNotWhenQuiet) {
  save("m", layers());
  const Outcome said = burelu("predict m d.csv");
  EXPECT_EQ(said.exit_code, 0);
  EXPECT_EQ(line_count(said.err), 1U) << said.err;
  EXPECT_EQ(said.err.rfind("burelu: warning: m: the shapes of the layers fit in both orders", 0), 0U) << said.err;
  EXPECT_EQ(burelu("predict m d.csv --quiet").err, "");
  EXPECT_EQ(burelu("predict m d.csv --layers 0,2").err, "");
}

TEST_F(ForeignModel, UnusedArraysAreRefusedOrPassedOver) {
  Tensors tensors = layers();
  tensors.arrays["1.running_mean"] = {{2}, {1, 1}};
  save("m", tensors);
  for (const char* command : {"predict m d.csv", "evaluate m d.csv", "certify d.csv --model m", "export m --out n"}) {
    const Outcome refused = burelu(command);
    EXPECT_EQ(refused.exit_code, 3) << command;
    EXPECT_NE(refused.err.find("does not use 1.running_mean"), std::string::npos) << refused.err;
  }
  EXPECT_EQ(burelu("predict m d.csv --ignore-arrays '1.*'").exit_code, 0);
}

TEST_F(ForeignModel, ARowForOnesIsHintedAtAndSaid) {
  Tensors tensors;
  tensors.arrays = {{"U", {{3, 1}, {1, 0, 10}}}, {"V", {{2, 1}, {1, 2}}}};
  save("m", tensors);
  for (const char* command : {"predict m d.csv", "evaluate m d.csv", "certify d.csv --model m"}) {
    const Outcome hint = burelu(command);
    EXPECT_EQ(hint.exit_code, 3) << command;
    EXPECT_NE(hint.err.find("say --bias"), std::string::npos) << hint.err;
  }
  EXPECT_EQ(burelu("predict m d.csv --bias").out, "y0,y1\n11,22\n10,20\n12,24\n");
  EXPECT_EQ(burelu("evaluate m d.csv --bias").exit_code, 0);
  ASSERT_EQ(burelu("export m --bias --out n.npz").exit_code, 0);
  EXPECT_EQ(burelu("predict n.npz d.csv").out, burelu("predict m d.csv --bias").out);
}

TEST_F(ForeignModel, AFileWithoutTheClassesIsRefused) {
  Tensors tensors = layers();
  tensors.metadata = {{"class_names", R"(["a", "b"])"}, {"features", R"(["p", "q"])"}, {"label", "label"}};
  save("m", tensors);
  folder_.write("n.csv", "p,q\n1,0\n0,1\n");
  for (const char* command : {"evaluate m n.csv", "certify n.csv --model m"}) {
    const Outcome refused = burelu(command);
    EXPECT_EQ(refused.exit_code, 3) << refused.out;
    EXPECT_NE(refused.err.find("the class column 'label' is missing; the header has p, q"), std::string::npos)
        << refused.err;
  }
  EXPECT_EQ(burelu("predict m n.csv").exit_code, 0);
}

}  // namespace
}  // namespace burelu::test
