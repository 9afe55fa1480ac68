#include "driver/jobs.hpp"

namespace burelu {

Jobs all_jobs() { return {}; }

}  // namespace burelu
