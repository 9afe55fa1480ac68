// The entry of libFuzzer; BURELU_FUZZ_TARGET in the environment names the reader. Built by scripts/fuzz.sh only.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "linalg/memory.hpp"
#include "linalg/team.hpp"
#include "targets.hpp"

namespace {

const burelu::fuzz::Target* chosen = nullptr;

}  // namespace

/// In place of src/linalg/system_memory.cpp: a row of 2^19 columns fits, a matrix of many such rows is refused.
std::int64_t burelu::available_bytes() { return std::int64_t{8} << 20U; }

/// In place of src/linalg/team.cpp: one thread, without OpenMP.
burelu::Team burelu::Team::current() { return {}; }
burelu::Team::Team(int /*threads*/) {}
void burelu::Team::launch(Call call, const void* work) const { call(work, 0); }

extern "C" int LLVMFuzzerInitialize(int* /*argc*/, char*** /*argv*/) {
  const char* name = std::getenv("BURELU_FUZZ_TARGET");
  for (const burelu::fuzz::Target& target : burelu::fuzz::targets())
    if (name != nullptr && target.name == name) chosen = &target;
  if (chosen == nullptr) {
    std::fputs("BURELU_FUZZ_TARGET names no reader; see tests/fuzz/targets.cpp\n", stderr);
    std::exit(2);
  }
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  chosen->run({reinterpret_cast<const char*>(data), size});
  return 0;
}
