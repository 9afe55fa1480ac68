// Chooses the kernels for the processor at hand. BURELU_ISA=baseline|avx2|avx512 in the environment asks for less.
#include <cstdlib>
#include <string>
#include <string_view>

#include "burelu/errors.hpp"
#include "cpu/isa/kernels.hpp"

namespace burelu::isa {
namespace {

const Kernels& choose() {
  const char* wish = std::getenv("BURELU_ISA");
  const std::string_view limit = wish != nullptr && *wish != '\0' ? wish : "avx512";
  if (limit != "baseline" && limit != "avx2" && limit != "avx512")
    throw DataError("BURELU_ISA=" + std::string(limit) +
                    " in the environment is no instruction set: baseline, avx2 or " + "avx512 is one");
#if defined(BURELU_X86_DISPATCH)
  const bool avx2 = __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("fma") != 0;
  const bool avx512 = __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512dq") != 0 &&
                      __builtin_cpu_supports("avx512vl") != 0;
  if (limit == "avx512" && avx512) return kernels_avx512();
  if (limit != "baseline" && avx2) return kernels_avx2();
#endif
  return kernels_baseline();
}

}  // namespace

const Kernels& kernels() {
  static const Kernels& chosen = choose();
  return chosen;
}

}  // namespace burelu::isa
