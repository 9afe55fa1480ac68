// Where the tests find the data sets that live beside the repository, if they do at all.
#pragma once

#include <string>

#include "support/places.hpp"

namespace burelu::test {

/// Folder of shared data: $BURELU_SHARED where set, else ../shared beside the sources. It need not exist.
inline std::filesystem::path shared_dir() { return place("BURELU_SHARED", source_dir() / ".." / "shared"); }

/// Path of `name` (such as "data/golden.csv") in the shared folder, or an empty string where there is no such file.
inline std::string shared_file(const std::string& name) {
  const std::filesystem::path path = shared_dir() / name;
  std::error_code ignored;
  return std::filesystem::exists(path, ignored) ? path.lexically_normal().string() : std::string();
}

}  // namespace burelu::test

/// Declares `path` as the shared file `name`, or skips the test with the reason. Needs <gtest/gtest.h>.
#define BURELU_SHARED_OR_SKIP(path, name)                                                                  \
  const std::string path = burelu::test::shared_file(name);                                                \
  if (path.empty()) {                                                                                      \
    GTEST_SKIP() << "no " << (name) << " in " << burelu::test::shared_dir() << " (BURELU_SHARED sets it)"; \
  }                                                                                                        \
  static_assert(true, "a semicolon follows")
