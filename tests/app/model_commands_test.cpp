// predict and evaluate on a model made by hand, whose outputs are known.
#include <gtest/gtest.h>

#include "app/run_program.hpp"

namespace burelu::test {
namespace {

/// Outputs (x0)_+ for "lo, w" and (x1)_+ for "hi".
constexpr const char* kModel = R"({"U": [[1, 0], [0, 1]], "V": [[1, 0], [0, 1]], "features": ["x0", "x1"],
  "outputs": {"kind": "classes", "names": ["lo, w", "hi"], "label": "kind"}, "gamma": 0.1})";

TEST(Predict, WritesOutputsOrClasses) {
  const ScratchFolder folder;
  folder.write("m.json", kModel);
  folder.write("d.csv", "x1,x0\n2,1\n-3,0.5\n");
  const Outcome outputs = run_burelu(folder, "predict m.json d.csv");
  EXPECT_EQ(outputs.exit_code, 0) << outputs.err;
  EXPECT_EQ(outputs.out, "\"lo, w\",hi\n1,2\n0.5,0\n");
  const Outcome classes = run_burelu(folder, "predict m.json d.csv --classes --out c.csv");
  EXPECT_EQ(classes.out, "");
  EXPECT_EQ(folder.read("c.csv"), "kind\nhi\n\"lo, w\"\n");
  const Outcome appended = run_shell(folder, "echo first > log && burelu predict m.json d.csv --classes >> log");
  EXPECT_EQ(appended.exit_code, 0);
  EXPECT_EQ(folder.read("log"), "first\nkind\nhi\n\"lo, w\"\n");
}

TEST(Predict, ClassesOfARegressionAreAMistake) {
  const ScratchFolder folder;
  folder.write("m.json", R"({"U": [[1]], "V": [[1]], "outputs": {"kind": "values", "names": ["y0"], "label": ""}})");
  folder.write("d.csv", "x0\n2\n");
  EXPECT_EQ(run_burelu(folder, "predict m.json d.csv --classes").exit_code, 2);
  EXPECT_EQ(run_burelu(folder, "predict m.json d.csv").out, "y0\n2\n");
}

TEST(Evaluate, PrintsLossObjectiveAccuracyAndCounts) {
  const ScratchFolder folder;
  folder.write("m.json", kModel);
  folder.write("d.csv", "x0,x1,kind\n1,0,\"lo, w\"\n0,2,hi\n0,1,\"lo, w\"\n");
  const Outcome outcome = run_burelu(folder, "evaluate m.json d.csv");
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  // residuals: 0; (0, 1); (-1, 1): 1/2 (1 + 2); norms 4: 0.1/2 * 4
  EXPECT_NE(outcome.out.find("samples    3\nloss       1.5\nobjective  1.7 (gamma 0.1)\naccuracy   0.666667\n"),
            std::string::npos)
      << outcome.out;
  EXPECT_NE(outcome.out.find("lo, w         2         1         1\n"), std::string::npos) << outcome.out;
  EXPECT_NE(outcome.out.find("hi            1         2         1\n"), std::string::npos) << outcome.out;
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
