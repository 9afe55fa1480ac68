// Where the tests find data sets: small ones among the sources, larger ones beside the repository, if at all.
#pragma once

#include <string>

#include "support/places.hpp"

namespace burelu::test {

/// Folder of the larger sets: $BURELU_SHARED where set, else ../shared beside the sources. It need not exist.
inline std::filesystem::path shared_dir() { return place("BURELU_SHARED", source_dir() / ".." / "shared"); }

/// Path of `name` (such as "data/golden.csv") in tests/ or else in the shared folder, or an empty string where there
/// is no such file.
inline std::string shared_file(const std::string& name) {
  for (const auto& folder : {source_dir() / "tests", shared_dir()}) {
    std::error_code ignored;
    if (std::filesystem::exists(folder / name, ignored)) return (folder / name).lexically_normal().string();
  }
  return {};
}

}  // namespace burelu::test

/// Declares `path` as the data file `name`, or skips the test with the reason. Needs <gtest/gtest.h>.
#define BURELU_SHARED_OR_SKIP(path, name)                                                                  \
  const std::string path = burelu::test::shared_file(name);                                                \
  if (path.empty()) {                                                                                      \
    GTEST_SKIP() << "no " << (name) << " in " << burelu::test::shared_dir() << " (BURELU_SHARED sets it)"; \
  }                                                                                                        \
  static_assert(true, "a semicolon follows")
