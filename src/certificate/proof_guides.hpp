// Which multiple of W multipliers should prove, for several sets of them at once: what takes long in a proof. A guide
// says where to look and proves nothing, so that other ranks may work it out; the proof is evaluated here.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "certificate/scaled.hpp"

namespace burelu {

class Device;
class Lead;
class Team;

struct ProofGuide {
  double scale = 0.0;  ///< of W; 0: none
  Matrix solution;     ///< [Z v] of the proof for W itself (sparse_proof.hpp)

  /// That for `scale` W.
  Matrix solution_at(double times, index_t outputs) const;
};

/// By one thread but for iterations, whose columns the team shares.
ProofGuide proof_guide(const ScaledCertificate& s, const Team& team);

/// The ranks of a lead, if there is one, take one each.
std::vector<ProofGuide> proof_guides(std::vector<ScaledCertificate> all, Lead* lead, const Team& team);

inline constexpr const char* kGuideJob = "proof guides";
/// What another rank does for it.
std::function<std::string(const Device&, const std::string&)> guide_job();

}  // namespace burelu
