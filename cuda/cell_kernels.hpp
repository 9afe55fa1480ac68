// Launchers of branch and bound's cells. A step takes boxes from the top of a stack, tests each by one warp, and puts
// the halves of what is not proven back (where each goes tells cub::DeviceScan). Sizes stay on the device, so that
// steps follow each other without a wait, and nothing is ever dropped: a step takes no more boxes than there is room
// for what may come of them.
#pragma once

#include <cuda_runtime.h>

#include <cstdint>

#include "seam/cell_rules.hpp"

namespace burelu::cuda {

/// The function of seam/cells.hpp on the device.
struct KinksView {
  std::int64_t count;
  int dims, outputs;
  const double *x, *g, *linear, *metric;
  double slack, metric_slack;
};

/// Counts of three kinds in one number, so that one scan adds up all: halved, centre, point.
using Mark = unsigned long long;
inline constexpr int kMarkBits = 21;
inline constexpr std::int64_t kMostStep = std::int64_t{1} << 20;  ///< cells of a step

struct CellState {
  double asked, relative;   ///< thresholds, as in CellRun
  unsigned long long best;  ///< bits of the largest h: as numbers they have the same order
  double threshold, high;   ///< of this step
  std::int64_t size;        ///< of the stack
  std::int64_t take;        ///< boxes of this step, stack[size] ..
  std::int64_t centres, points;
  std::int64_t chosen[3];    ///< of this step: cells to be halved, centres, points
  unsigned long long cells;  ///< tested
  unsigned long long kinks;  ///< open in them
};

/// Room for what a run needs.
struct CellRoom {
  std::int64_t step;   ///< boxes of a step
  std::int64_t stack;  ///< boxes
  std::int64_t found;  ///< centres, and boxes too thin to be cut
  int warps;           ///< that work at a time
};

struct CellView {
  KinksView kinks;
  CellRoom room;
  CellState* state;
  Box* stack;
  Box* points;
  Centre* centres;
  Box* now;            ///< of the step, with what is proven of them
  double* value;       ///< h at their centres
  std::int32_t* axis;  ///< to be halved
  Mark* marks;         ///< what becomes of a cell
  Mark* places;        ///< sums of the marks before it
  double* scratch;     ///< scratch_doubles() for each warp
  void* temporary;     ///< of cub
  std::size_t temporary_bytes;
};

/// Doubles of a warp's arrays: d + 9.5 for each kink, and c (2 d + 4).
std::int64_t scratch_doubles(std::int64_t count, std::int64_t dims, std::int64_t outputs);

/// What cub wants for a scan of `count` marks.
std::size_t scan_bytes(std::int64_t count);

/// One step. Each cell reads (d + c) doubles of every kink, from the cache, and works on those that are open.
void cell_step(cudaStream_t stream, const CellView& view);

/// The sizes after the last step.
void settle_cells(cudaStream_t stream, const CellView& view);

}  // namespace burelu::cuda
