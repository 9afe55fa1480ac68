// Where the built programs and the sources are: where the build had them, or where BURELU_TEST_PROGRAMS and
// BURELU_TEST_SOURCES say, for tests that run on another machine than they were built on.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

namespace burelu::test {

inline std::filesystem::path place(const char* variable, const std::filesystem::path& built) {
  const char* chosen = std::getenv(variable);
  return chosen != nullptr && *chosen != '\0' ? std::filesystem::path(chosen) : built;
}

/// Folder of the programs.
inline std::filesystem::path program_dir() {
  return place("BURELU_TEST_PROGRAMS", std::filesystem::path(BURELU_PROGRAM).parent_path());
}

/// "burelu" or "burelu-verify"; it need not exist.
inline std::filesystem::path program_path(const std::string& name) { return program_dir() / name; }

/// The folder that the repository was cloned to.
inline std::filesystem::path source_dir() { return place("BURELU_TEST_SOURCES", BURELU_SOURCE_DIR); }

}  // namespace burelu::test
