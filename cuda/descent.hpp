// Quasi-Newton descent on the device: verbs queue kernels on one stream, repeat() records its body once and replays it,
// in parts where the host has something to do in the middle of it (meet).
#pragma once

#include <algorithm>
#include <optional>
#include <vector>

#include "blas.hpp"
#include "descent_kernels.hpp"
#include "seam/training_backend.hpp"

namespace burelu::cuda {

/// `Base` is the interface that the backend implements.
template <class Base>
class CudaDescent : public Base {
 public:
  void step() override;
  void judge() override;
  void accept() override;
  void direction() override;
  void open_window() override;
  void set(const Settings& settings) override;
  void repeat(int k, const std::function<void()>& body) override;

 protected:
  enum class Verb {
    step,
    judge,
    accept,
    direction,
    open_window,
    activations,
    output_layer,
    interaction_pass,
    pull_back,
    scan,
    update_multipliers,
    judge_update,
    extrapolate,
    reweigh,
    network_pass
  };

  /// The device must be the current one, and so in the destructor (`home_`).
  CudaDescent(int memory, int device);

  /// What a verb holds while it is at work: the device is current. Empty where repeat() only asks which verbs its body
  /// has.
  class Turn {
   public:
    Turn() = default;
    explicit Turn(int device) { scope_.emplace(device); }
    explicit operator bool() const { return scope_.has_value(); }

   private:
    std::optional<DeviceScope> scope_;
  };
  /// First line of every verb.
  Turn begin(Verb verb);
  /// Doubles of the arrays that depend on the number of unknowns, and of those that do not.
  static std::int64_t sized_doubles(std::int64_t unknowns, int memory);
  static std::int64_t fixed_doubles(int memory);
  /// Sets the number of unknowns; the memory is empty and the descent at zero afterwards. What was recorded stays valid
  /// only where the number is the same; the caller says so.
  void resize(std::int64_t unknowns, bool same_structure);
  DescentView view() const;
  void measure(DecayTerm decay) { measure_trial(stream_, view(), decay); }
  /// In a verb: the host waits for what is queued, and does `work` before anything that comes after. What is recorded
  /// ends here, and another recording begins.
  void meet(const std::function<void()>& work);
  /// Whether the host knows that the search is over, and rounds to come would do nothing.
  virtual bool known_to_have_halted() const { return false; }

  /// Copies to the host that one wait completes.
  class Fetch;
  Control control();
  /// Goes on with the settings, residuals and counts of another backend.
  void take(const Control& saved);

  Home home_;
  Stream stream_;
  Blas blas_;
  DeviceBuffer<State> state_;
  std::int64_t unknowns_ = 0;
  DeviceBuffer<double> point_, trial_, gradient_, trial_gradient_, direction_;
  PinnedBuffer staging_;

 private:
  std::int64_t stride() const { return (unknowns_ + 7) / 8 * 8; }

  /// A stretch of what was recorded, and what the host does after it.
  struct Part {
    Graph graph;
    std::function<void()> work;
  };
  void record(const std::function<void()>& body);
  void replay();

  int capacity_;
  DeviceBuffer<double> panel_, gram_, coefficients_, partial_;
  std::vector<Part> parts_;
  std::optional<Capture> capture_;
  std::vector<Verb> recorded_, list_;
  bool listing_ = false;
};

template <class Base>
class CudaDescent<Base>::Fetch {
 public:
  explicit Fetch(CudaDescent& owner) : owner_(owner) {}
  void add(void* to, const void* from, std::int64_t bytes) {
    if (bytes > 0) parts_.push_back({to, from, static_cast<std::size_t>(bytes)});
  }
  void add(Matrix& to, const double* from) {
    add(to.data.data(), from, static_cast<std::int64_t>(to.data.size() * sizeof(double)));
  }
  void wait();

 private:
  struct Part {
    void* to;
    const void* from;
    std::size_t bytes;
  };
  CudaDescent& owner_;
  std::vector<Part> parts_;
};

extern template class CudaDescent<Backend>;
extern template class CudaDescent<TrainingBackend>;

}  // namespace burelu::cuda
