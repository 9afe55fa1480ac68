// Quasi-Newton descent on the CPU: L-BFGS in panel form over any function that a derived class evaluates at `trial_`.
//
// The panel's columns are the pairs s_k, y_k (each N long), rounded to single precision: half of the traffic, which is
// what a step costs, and a pair that is rounded is a pair; its products are summed in double. Accepting a point adds
// one pair and its products with all others to the Gram matrix; the two-loop recursion then runs on (2p+1)^2 numbers,
// and one pass over the panel gives p. Sums are over fixed pieces of the unknowns: they do not depend on the number of
// threads, nor on how many ranks hold the pieces.
#pragma once

#include <vector>

#include "cpu/slot_sums.hpp"
#include "linalg/buffer.hpp"
#include "linalg/team.hpp"
#include "seam/backend.hpp"
#include "seam/training_backend.hpp"

namespace burelu {

/// A stretch of the unknowns that this rank has.
struct Piece {
  std::int64_t begin, end;
  int slot;  ///< of its sums; negative where another rank counts the same unknowns
};

/// `Base` is the interface that the backend implements: Descent itself or one derived from it.
template <class Base>
class CpuDescent : public Base {
 public:
  void step() override;
  void judge() override;
  void accept() override;
  void direction() override;
  void open_window() override;
  void set(const Settings& settings) override { control_.settings = settings; }
  void repeat(int k, const std::function<void()>& body) override {
    for (int i = 0; i < k && !control_.search.halted; ++i) body();
  }

 protected:
  CpuDescent(int memory, int threads);

  /// Sets the number of unknowns, all of this rank; the memory is empty afterwards, the point zero.
  void resize(std::int64_t unknowns);
  /// The same for the pieces, one after the other, of a problem of several ranks.
  void resize(std::vector<Piece> pieces, const SumPlan& plan);
  /// Records the trial's gradient sums: its norm and its slope along p, and adds half of `decay` to the decay. The
  /// derived class calls it at the end.
  void measure_trial(double decay);
  /// Makes Control, and so many coefficients of the direction, those of rank 0.
  void tell_control(std::int64_t coefficients);
  bool idle() const { return control_.search.halted != 0; }

  Control control_;
  const Team team_;
  std::int64_t unknowns_ = 0;
  Buffer<double> point_, trial_, gradient_, trial_gradient_, direction_;

 private:
  float* s_column(int k) { return panel_.data() + static_cast<std::int64_t>(k) * stride_; }
  float* y_column(int k) { return s_column(control_.memory.capacity + k); }
  void add_products(bool pair, int slot);
  void add_products_of(bool pair, int slot, std::int64_t begin, std::int64_t end, double* sums);
  template <class Work>
  void each_piece(const Work& work) const;  // work(piece)

  std::vector<Piece> pieces_;
  SlotSums sums_;
  Ranks* ranks_ = &Ranks::solo();
  std::int64_t stride_ = 0;
  Buffer<float> panel_;
  Buffer<double> gram_, alpha_, coefficients_, products_, told_;
};

extern template class CpuDescent<Backend>;
extern template class CpuDescent<TrainingBackend>;

}  // namespace burelu
