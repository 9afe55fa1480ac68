// The vectorised inner loops for avx2.
#define BURELU_ISA_NAMESPACE avx2
#define BURELU_ISA_NAME "avx2"
#define BURELU_ISA_VECTOR 4
#define BURELU_ISA_GROUP 2
#include "cpu/isa/kernels.inl"

namespace burelu::isa {

const Kernels& kernels_avx2() { return avx2::kTable; }

}  // namespace burelu::isa
