// Networks of PyTorch and scikit-learn read here, ours read there, as far as $BURELU_PYTHON (or python3) has the
// packages: the same outputs to 1e-6. Installs nothing; what is absent is named.
#include <gtest/gtest.h>

#include <sys/wait.h>
#include <cmath>
#include <cstdlib>
#include <sstream>

#include "formats/byte_stream.hpp"
#include "formats/npy.hpp"
#include "formats/output_file.hpp"
#include "support/places.hpp"
#include "support/sample_model.hpp"
#include "support/scratch_folder.hpp"

namespace burelu {
namespace {

int run_script(const test::ScratchFolder& folder, const std::string& what) {
  const char* chosen = std::getenv("BURELU_PYTHON");
  const std::string python = chosen != nullptr && *chosen != '\0' ? chosen : "python3";
  const std::string command = python + " '" + test::source_dir().string() + "/tests/model/check_foreign.py' " + what +
                              " '" + folder.path() + "' > '" + folder.path("said") + "' 2>&1";
  const int status = std::system(command.c_str());
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

Matrix read_array(const std::string& path) {
  ByteStream stream(path);
  const Table table = read_npy(stream);
  Matrix matrix(table.rows, table.columns());
  matrix.data = table.values;
  return matrix;
}

TEST(ForeignPrograms, TheirNetworksHaveTheirOutputsHere) {
  const test::ScratchFolder folder;
  const int code = run_script(folder, "write");
  if (code == 77 || code == 127) GTEST_SKIP() << "numpy is not there: " << folder.read("said");
  ASSERT_EQ(code, 0) << folder.read("said");
  std::istringstream names(folder.read("written.txt"));
  for (std::string name; std::getline(names, name);) {
    const Model model = read_model(folder.path(name));
    const Matrix X = read_array(folder.path(name + ".X.npy"));
    const Matrix wanted = read_array(folder.path(name + ".Y.npy"));
    ASSERT_EQ(model.features(), X.cols) << name;
    const Matrix outputs = predict(prepare(X, model.preparation), model.network);
    ASSERT_EQ(outputs.cols, wanted.cols) << name;
    ASSERT_EQ(outputs.rows, wanted.rows) << name;
    double largest = 1.0;
    for (const double value : wanted.data) largest = std::max(largest, std::fabs(value));
    for (std::size_t k = 0; k < wanted.data.size(); ++k)
      ASSERT_NEAR(outputs.data[k], wanted.data[k], 1e-6 * largest) << name << ", entry " << k;
  }
  const std::string absent = folder.read("absent.txt");
  if (!absent.empty()) GTEST_SKIP() << "the rest agrees; absent here: " << absent;
}

TEST(ForeignPrograms, OurModelsHaveTheirOutputsThere) {
  const test::ScratchFolder folder;
  const Model model = test::sample_model();
  Random random(9);
  const Matrix X = test::random_matrix(random, 40, 2);
  const Matrix Y = predict(prepare(X, model.preparation), model.network);
  for (const char* name : {"m.safetensors", "m.npz", "m.onnx"}) write_model(folder.path(name), model);
  write_file(folder.path("X.npy"), npy_bytes(X.data.data(), {X.rows, X.cols}));
  write_file(folder.path("Y.npy"), npy_bytes(Y.data.data(), {Y.rows, Y.cols}));
  const int code = run_script(folder, "read");
  if (code == 77 || code == 127) GTEST_SKIP() << "numpy is not there: " << folder.read("said");
  EXPECT_EQ(code, 0) << folder.read("said");
}

}  // namespace
}  // namespace burelu
