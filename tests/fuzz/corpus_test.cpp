// The saved corpus through every reader, and each of its files damaged in every byte: what CI runs of the fuzzing.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "support/places.hpp"
#include "targets.hpp"

namespace burelu::fuzz {

static void PrintTo(const Target& target, std::ostream* out) { *out << target.name; }

namespace {

namespace fs = std::filesystem;

std::vector<std::string> corpus(std::string_view target) {
  std::vector<fs::path> paths;
  for (const auto& entry : fs::directory_iterator(test::source_dir() / "tests/fuzz/corpus" / target))
    paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  std::vector<std::string> files;
  for (const fs::path& path : paths) {
    std::ifstream file(path, std::ios::binary);
    files.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  return files;
}

class Corpus : public testing::TestWithParam<Target> {};

TEST_P(Corpus, IsReadOrRefused) {
  const std::vector<std::string> files = corpus(GetParam().name);
  EXPECT_GE(files.size(), 3U);
  for (const std::string& bytes : files) GetParam().run(bytes);
}

TEST_P(Corpus, IsReadOrRefusedWhenDamaged) {
  for (const std::string& bytes : corpus(GetParam().name)) {
    const std::size_t step = 1 + bytes.size() / 400;
    for (std::size_t at = 0; at < bytes.size(); at += step) {
      std::string damaged = bytes;
      for (const int bits : {0x01, 0x80, 0xff}) {
        damaged[at] = static_cast<char>(bytes[at] ^ bits);
        GetParam().run(damaged);
      }
      GetParam().run(bytes.substr(0, at));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Readers, Corpus, testing::ValuesIn(targets()),
                         [](const testing::TestParamInfo<Target>& one) { return std::string(one.param.name); });

}  // namespace
}  // namespace burelu::fuzz
