// Options of the solver and of training, each with its default and why.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace burelu {

class Lead;

/// What a progress callback sees, once per check.
struct Progress {
  std::int64_t evaluations = 0;    ///< interaction passes so far
  double seconds = 0.0;            ///< since the call
  double objective = 0.0;          ///< of the current factor, presolve's constant included
  double infeasibility = 0.0;      ///< largest violated product over the largest squared row norm
  double primal_residual = 0.0;    ///< scaled change of the multipliers, see algorithm in docs/method.md
  double dual_residual = 0.0;      ///< scaled gradient norm
  double lower_bound = 0.0;        ///< best so far (NaN before the first certificate)
  double penalty = 0.0;            ///< sigma
  int rank = 0;                    ///< columns of the factor
  double network_objective = 0.0;  ///< best so far while networks are trained, NaN before
  const char* phase = "";          ///< "solve", "network", "branch" (evaluations are cells, objective is the network's)
};

/// Return false to stop: the best certified result so far is returned with `Status::interrupted`.
using ProgressCallback = std::function<bool(const Progress&)>;

/// Asked often, from any thread that works on the call; return true to stop as where a progress callback returns false.
using StopRequest = std::function<bool()>;

/// What proves the lower bound.
enum class BoundMethod {
  automatic,   ///< branch and bound where the features are few, and the relaxation where that does not end
  relaxation,  ///< the semidefinite relaxation: any number of features, a gap of 2 to 80 %
  branch,      ///< branch and bound over the direction of a neuron: exact, up to 16 features after presolve
};

/// Options of `solve`.
struct SolveOptions {
  double tolerance = 1e-3;  ///< stop when certified relative gap and scaled infeasibility are below; > 0
  int rank = 0;             ///< columns of the factor, at most; 0: features + outputs + 8 to begin with, and adapted
  std::int64_t max_evaluations = 0;  ///< interaction passes; 0 means no limit
  double time_limit = 0.0;           ///< seconds; 0 means no limit; kept to within a factorisation
  std::string device = "auto";       ///< "auto", "cpu", "cuda", "cuda:K"
  int threads = 0;                   ///< CPU threads, 0 means all. Fewer where the affinity mask, a control group's
                                     ///< quota or OpenMP allows fewer; one inside a parallel region of the caller
  BoundMethod bound = BoundMethod::automatic;  ///< what proves the lower bound
  std::uint64_t seed = 0;                      ///< of the starting factor and of all sampling
  std::string checkpoint;             ///< file to save the state to, on an interval, at limits and interrupts; none
  double checkpoint_interval = 60.0;  ///< seconds between saves; 0 saves at every check
  std::string resume;                 ///< file to go on from: same data, gamma, rank and seed, on any device
  ProgressCallback progress;          ///< called once per check from the calling thread; may be empty
  StopRequest stop;      ///< may be empty; asked between factorisations too, where no check is due for long
  Lead* lead = nullptr;  ///< of the processes that share the work: the program's, under mpirun; null: this one alone
};

/// Options of `train`: the solve, then the network.
struct TrainOptions {
  SolveOptions solve;
  int width = 0;              ///< neurons; 0 chooses (dead neurons are dropped at the end)
  int starts = 0;             ///< number of polished starting points; 0 chooses
  int polish_iterations = 0;  ///< L-BFGS steps per start; 0 chooses
};

}  // namespace burelu
