// What ranks do for rank 0 besides sharing a relaxation (ranks/serve.hpp).
#pragma once

#include "ranks/serve.hpp"

namespace burelu {

Jobs all_jobs();

}  // namespace burelu
