// scripts/check_arrows.sh on small trees: silent where includes run down the list of rooms, loud where one runs up.
#include <gtest/gtest.h>

#include "app/run_program.hpp"

namespace burelu::test {
namespace {

const std::string kScript = "'" + (source_dir() / "scripts" / "check_arrows.sh").string() + "' ";

/// A tree with one file per room that has this text, beside a few that are as they should be.
struct Tree {
  ScratchFolder folder;

  Tree() {
    add("src/linalg/matrix.cpp", "#include \"burelu/matrix.hpp\"\n#include <vector>\n");
    add("src/seam/backend.hpp", "#include \"linalg/matrix.hpp\"\n#include \"problem/presolve.hpp\"\n");
    add("src/app/main.cpp", "#include \"driver/solve.hpp\"\n#include \"report/report.hpp\"\n");
    add("cuda/device.cu", "#include \"device.hpp\"\n#include \"seam/backend.hpp\"\n");
    add("cuda/device.hpp", "#pragma once\n");
  }
  void add(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories(std::filesystem::path(folder.path(name)).parent_path());
    folder.write(name, text);
  }
  Outcome check() const { return run_shell(folder, kScript + "."); }
};

TEST(CheckArrows, SaysNothingAgainstATreeInOrder) {
  const Outcome outcome = Tree().check();
  EXPECT_EQ(outcome.exit_code, 0) << outcome.out << outcome.err;
}

TEST(CheckArrows, FindsEveryIncludeThatRunsUp) {
  struct Planted {
    const char *file, *target;
  };
  for (const auto& [file, target] :
       {Planted{"src/linalg/a.cpp", "problem/presolve.hpp"}, Planted{"src/relaxation/a.hpp", "driver/solve.hpp"},
        Planted{"src/network/a.cpp", "cpu/cpu_backend.hpp"}, Planted{"src/driver/a.inl", "report/report.hpp"},
        Planted{"src/verify/a.cpp", "burelu/matrix.hpp"}, Planted{"src/app/a.cpp", "verify/check.hpp"},
        Planted{"src/report/a.cpp", "device.hpp"}, Planted{"cuda/a.cu", "relaxation/start.hpp"}}) {
    const Tree tree;
    tree.add(file, "// planted\n#include <vector>\n#include \"" + std::string(target) + "\"\n");
    const Outcome outcome = tree.check();
    EXPECT_EQ(outcome.exit_code, 1) << file;
    EXPECT_NE(outcome.out.find(std::string(file) + ":3: "), std::string::npos) << outcome.out << outcome.err;
    EXPECT_NE(outcome.err.find("1 includes"), std::string::npos) << outcome.err;
  }
}

TEST(CheckArrows, FindsARoomThatIsNotInTheList) {
  const Tree tree;
  tree.add("src/attic/a.cpp", "\n");
  const Outcome outcome = tree.check();
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_NE(outcome.err.find("attic"), std::string::npos) << outcome.err;
}

}  // namespace
}  // namespace burelu::test
