// The vectorised inner loops for baseline.
#define BURELU_ISA_NAMESPACE baseline
#define BURELU_ISA_NAME "baseline"
#define BURELU_ISA_VECTOR 2
#define BURELU_ISA_GROUP 2
#include "cpu/isa/kernels.inl"

namespace burelu::isa {

const Kernels& kernels_baseline() { return baseline::kTable; }

}  // namespace burelu::isa
