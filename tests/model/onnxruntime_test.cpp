// What onnx and onnxruntime say about an exported graph, where $BURELU_PYTHON (or python3) has them.
#include <gtest/gtest.h>

#include <sys/wait.h>
#include <cstdlib>

#include "formats/byte_stream.hpp"
#include "formats/npy.hpp"
#include "formats/output_file.hpp"
#include "support/places.hpp"
#include "support/sample_model.hpp"
#include "support/scratch_folder.hpp"

namespace burelu {
namespace {

TEST(Onnxruntime, AgreesWithOurPredictions) {
  const test::ScratchFolder folder;
  const Model model = test::sample_model();
  Random random(6);
  const Matrix X = test::random_matrix(random, 64, 2);
  write_model(folder.path("m.onnx"), model);
  write_file(folder.path("X.npy"), npy_bytes(X.data.data(), {X.rows, X.cols}));
  const char* chosen = std::getenv("BURELU_PYTHON");
  const std::string python = chosen != nullptr && *chosen != '\0' ? chosen : "python3";
  const std::string command = "cd '" + folder.path() + "' && " + python + " '" + test::source_dir().string() +
                              "/tests/model/check_onnx.py' m.onnx > said 2>&1";
  const int status = std::system(command.c_str());
  const int code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  if (code == 77 || code == 127) GTEST_SKIP() << "onnx and onnxruntime are not both there: " << folder.read("said");
  ASSERT_EQ(code, 0) << folder.read("said");
  ByteStream stream(folder.path("Y.npy"));
  const Table Y = read_npy(stream);
  const Matrix wanted = predict(prepare(X, model.preparation), model.network);
  ASSERT_EQ(Y.values.size(), wanted.data.size());
  for (std::size_t k = 0; k < wanted.data.size(); ++k) EXPECT_NEAR(Y.values[k], wanted.data[k], 1e-12);
}

}  // namespace
}  // namespace burelu
