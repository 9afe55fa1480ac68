#include "driver/jobs.hpp"

#include "branch/spells.hpp"

namespace burelu {

Jobs all_jobs() { return {{kSpellJob, spell_job()}}; }

}  // namespace burelu
