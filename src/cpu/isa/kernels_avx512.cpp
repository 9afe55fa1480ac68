// The vectorised inner loops for avx512.
#define BURELU_ISA_NAMESPACE avx512
#define BURELU_ISA_NAME "avx512"
#define BURELU_ISA_VECTOR 8
#define BURELU_ISA_GROUP 4
#include "cpu/isa/kernels.inl"

namespace burelu::isa {

const Kernels& kernels_avx512() { return avx512::kTable; }

}  // namespace burelu::isa
