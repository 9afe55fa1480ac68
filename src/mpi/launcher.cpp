#include "mpi/launcher.hpp"

#include <cstdlib>
#include <string>

namespace burelu {
namespace {

struct Variables {
  const char* size;
  const char* rank;
};

// Open MPI; MPICH, Intel MPI and srun --mpi=pmi2; MVAPICH. srun --mpi=pmix gives the size under its own name.
constexpr Variables kLaunchers[] = {{"OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_RANK"},
                                    {"PMI_SIZE", "PMI_RANK"},
                                    {"MV2_COMM_WORLD_SIZE", "MV2_COMM_WORLD_RANK"},
                                    {"SLURM_NTASKS", "PMIX_RANK"}};

int number(const char* name) {
  const char* text = std::getenv(name);
  return text == nullptr ? -1 : std::atoi(text);
}

}  // namespace

int launched_rank() {
  for (const Variables& launcher : kLaunchers)
    if (number(launcher.size) > 1 && number(launcher.rank) >= 0) return number(launcher.rank);
  return -1;
}

}  // namespace burelu
