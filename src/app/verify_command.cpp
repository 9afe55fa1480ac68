// verify: hands over to burelu-verify, a separate program because it must share no code with the solver.
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include "app/commands.hpp"
#include "app/exit_codes.hpp"
#include "app/messages.hpp"

namespace burelu::app {

int run_verify(char** arguments) {
  std::error_code error;
  const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", error);
  std::string program = (self.parent_path() / "burelu-verify").string();
  std::vector<char*> words = {program.data()};
  for (; *arguments != nullptr; ++arguments) words.push_back(*arguments);
  words.push_back(nullptr);
  ::execv(program.c_str(), words.data());
  complain("cannot run " + program + " (" + std::strerror(errno) + "); it is built and installed beside burelu");
  return kUsage;
}

}  // namespace burelu::app
