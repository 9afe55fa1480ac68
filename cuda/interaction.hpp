// Launchers of the interaction pass: one panel of rows of S = F F' at a time, S and G are never whole.
//
// A panel holds rows I and a range of the columns up to the last of them. Below the diagonal G = q w q h, on and above
// it zero: the products G F and G'F together are then what the symmetric G gives.
#pragma once

#include <cuda_runtime.h>

#include <cstdint>

#include "state.hpp"

namespace burelu::cuda {

/// What weights are made of.
struct WeightView {
  const double* columns;  ///< X' : d rows of `stride` entries
  const double* norms;    ///< of the rows of X
  std::int64_t stride, m, d;
  double mean_kernel;
};

/// Multipliers T' = T / w and those of the last update, as lower triangles (triangle.hpp); a tied pair holds -infinity.
template <class Stored>
struct PairView {
  Stored* multipliers;
  Stored* previous;
  const double* importance;  ///< q per row of F
  std::int64_t rows;         ///< of F
  WeightView weights;
};

struct PanelView {
  double* entries;  ///< S, replaced by G
  std::int64_t stride;
  std::int64_t first_row, rows;
  std::int64_t first_column, end_column;  ///< the first is a multiple of kBlock
  double* partial;                        ///< sums of each block, added to what earlier panels left
  std::int64_t block_stride;              ///< blocks of the widest panel in a row of blocks
  std::int64_t part_stride;               ///< blocks of the largest panel: distance between kinds of sums
  State* state;

  std::int64_t columns() const { return end_column - first_column; }
};

inline constexpr int kPassSums = 1;
inline constexpr int kUpdateSums = 7;  ///< penalty, change, restart, mass, shortfall, -smallest, largest

/// Blocks of the widest panel: row of blocks, and rows of them.
std::int64_t panel_block_columns(std::int64_t columns);
std::int64_t panel_block_rows(std::int64_t rows);

/// S -> G in place and the penalty's sums. 8 (panel) + 8 (multiplier; float: 4) bytes read, 8 written, per entry.
template <class Stored>
void interaction_pass(cudaStream_t stream, const PanelView& panel, const PairView<Stored>& pairs);
/// The same, T' <- h, with the sums of an update. 8 bytes more read (previous), 8 more written.
template <class Stored>
void update_multipliers(cudaStream_t stream, const PanelView& panel, const PairView<Stored>& pairs);

/// Sums of all panels to Control.
void finish_pass(cudaStream_t stream, const PanelView& panel);
void finish_update(cudaStream_t stream, const PanelView& panel);

}  // namespace burelu::cuda
