// What a launcher (mpirun, srun) says of this process, before MPI is begun.
#pragma once

namespace burelu {

/// Number of this process among those that a launcher started; -1 where it is alone.
int launched_rank();

}  // namespace burelu
