// Which cuts to add: basis pursuit where there is no factor yet, and exact separation on a factor.
#pragma once

#include <cstdint>
#include <vector>

#include "cuts/conic_program.hpp"
#include "seam/relaxation_data.hpp"

namespace burelu {

/// A cut and how much the product <s, f> with some row f of the factor falls below zero, in units of the natural size
/// of such a product.
struct Violated {
  Cut cut;
  double violation = 0.0;
};

class Separator {
 public:
  /// `data` without or with cuts; its rows X are kept by reference.
  explicit Separator(const RelaxationData& data);

  /// Cuts that need no factor: for each row the narrowest cone of other rows around it (costs |x_j|), `per_row` times,
  /// with rows used before costing more.
  std::vector<Cut> basis_pursuit(int per_row);

  /// For every row x_k and every row f of F the cut that is violated most; those above `threshold`, each once, most
  /// violated first, at most `most`. `products` = F F', over all rows [A; B; S] of F. Where there are more than
  /// `budget` programmes, rows f are sampled with `seed`.
  std::vector<Violated> separate(const Matrix& products, double threshold, std::size_t most, std::int64_t budget,
                                 std::uint64_t seed);

 private:
  const RelaxationData& data_;
  std::vector<ConicProgram> programmes_;  // one per row
};

}  // namespace burelu
