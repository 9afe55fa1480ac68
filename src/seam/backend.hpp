// The seam: the verbs of the method, in the order of a step. One algorithm (src/relaxation/) over it, several backends
// under it. No verb returns a number: scalars live in Control (control.hpp), a host copy exists only through read().
//
// Shapes: m rows, d features, c outputs, r columns of the factor, N = (m + d) r unknowns z = (Shat, Ut), p pairs.
#pragma once

#include <functional>
#include <vector>

#include "burelu/certificate.hpp"
#include "burelu/matrix.hpp"
#include "seam/backend_state.hpp"
#include "seam/control.hpp"

namespace burelu {

/// What read() brings to the host besides the scalars.
enum Read : unsigned { kScalars = 0, kDual = 1U, kFactor = 2U, kPoint = 4U, kGradient = 8U };

/// Host copies, filled by read(); all in presolved coordinates.
struct Snapshot {
  Control control;
  std::vector<Multiplier> multipliers;  ///< kDual: nonzero T+ over rows of F, i > j, tied pairs left out
  std::vector<double> tau;              ///< kDual: multiplier of <a_k, b_k> = 0 (normally negative)
  Matrix E;                             ///< kDual: residual of the loss rows at the last measure
  Matrix A, U, V;                       ///< kFactor
  Matrix Shat, Ut;                      ///< kPoint: the unknowns
  Matrix gradient_Shat, gradient_Ut;    ///< kGradient: of the last accepted trial
};

/// Quasi-Newton descent on z in R^N, L-BFGS in panel form. Costs in doubles moved.
class Descent {
 public:
  virtual ~Descent() = default;
  virtual void step() = 0;         ///< trial = z + t p                                            3 N
  virtual void judge() = 0;        ///< line-search rule on Control                                O(1)
  virtual void accept() = 0;       ///< where accepted: columns s, y, g; their Gram products       2 p N
  virtual void direction() = 0;    ///< where accepted: two-loop recursion on the Gram matrix, p   2 p N
  virtual void open_window() = 0;  ///< the function changed: the next trial re-evaluates z      O(1)
  virtual void set(const Settings& settings) = 0;
  /// Runs `body` k times; a device may record it once and replay it. The body must consist of verbs only.
  virtual void repeat(int k, const std::function<void()>& body) = 0;
  /// Waits for everything queued and copies to the host. The only verb that waits.
  virtual void read(Snapshot& into, unsigned what) = 0;
};

/// The augmented Lagrangian of the relaxation on the manifold |c_k| = |p_k| (docs/method.md).
class Backend : public Descent {
 public:
  virtual void activations() = 0;       ///< P = XK Ut, C = |P| S, F = [A; B] = (C +- P)/2       m d r
  virtual void output_layer() = 0;      ///< V' = (H'H + gI)^-1 H'Y, E = HV' - Y, loss           m r^2 + m c r
  virtual void interaction_pass() = 0;  ///< listed: G = (T - sigma w FF')_+, GF, penalty    4 entries r
  virtual void pull_back() = 0;         ///< gradient in (Shat, Ut), tau, slope                   m d r
  /// Looks at all pairs at the point whose activations are current and makes the list anew: pairs that carry a
  /// multiplier, with it, and those with S_pq < Settings::margin |f_p| |f_q|. Right before update_multipliers(), at the
  /// same point, the update is that of all pairs: what is off the list has T = 0 and S >= 0.                 4 m^2 r
  virtual void scan() = 0;
  /// interaction_pass at the accepted point that also writes T+ = G and the sums of Control::dual.
  virtual void update_multipliers() = 0;
  virtual void judge_update() = 0;  ///< penalty, restart and extrapolation rules             O(1)
  virtual void extrapolate() = 0;   ///< T <- (T+ + beta (T+ - T+_previous))_+, shift         6 m^2
  virtual void reweigh() = 0;       ///< row importance from tau; T kept, memory flushed      4 m^2
  /// Replaces the unknowns (the rank may change); multipliers are kept, the memory is flushed.
  virtual void write_point(const Matrix& Shat, const Matrix& Ut) = 0;
  /// Sets these multipliers (over rows of F, nonnegative, no tied pairs) on a new backend; all others stay zero. A
  /// scan() is due.
  virtual void write_multipliers(const std::vector<Multiplier>& pairs) = 0;
  /// What another backend, on another device, can go on from, between windows (backend_state.hpp); waits. After load()
  /// the list has the pairs that carry a multiplier: a scan() is due.
  virtual void save(BackendState& into) = 0;
  virtual void load(const BackendState& from) = 0;
};

}  // namespace burelu
