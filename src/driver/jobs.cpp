#include "driver/jobs.hpp"

#include "branch/spells.hpp"
#include "certificate/proof_guides.hpp"
#include "certificate/trial_crew.hpp"
#include "driver/path_folds.hpp"

namespace burelu {

Jobs all_jobs() {
  return {{kSpellJob, spell_job()}, {kFoldJob, fold_job()}, {kTrialJob, trial_job()}, {kGuideJob, guide_job()}};
}

}  // namespace burelu
