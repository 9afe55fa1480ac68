#include "certificate/proof_guides.hpp"

#include <utility>

#include "certificate/sparse_proof.hpp"
#include "linalg/team.hpp"
#include "linalg/thread_scope.hpp"
#include "ranks/lead.hpp"

namespace burelu {
namespace {

void exchange(Archive& a, ScaledCertificate& s) {
  a.value(s.usable);
  a.matrix(s.X);
  a.list(s.pairs);
  a.matrix(s.G);
  a.value(s.gamma);
}

void exchange(Archive& a, ProofGuide& guide) {
  a.value(guide.scale);
  a.matrix(guide.solution);
}

template <class T>
std::string text_of(T& value) {
  BytesWriter out;
  exchange(out, value);
  return out.bytes();
}

template <class T>
T read(std::string text) {
  T out;
  BytesReader in(std::move(text));
  exchange(in, out);
  return out;
}

}  // namespace

Matrix ProofGuide::solution_at(double times, index_t outputs) const {
  Matrix out = solution;
  const index_t end = out.cols - 1;
  for (index_t i = 0; i < out.rows; ++i)
    for (index_t j = end - outputs; j < end; ++j) out(i, j) *= times;
  return out;
}

ProofGuide proof_guide(const ScaledCertificate& s, const Team& team) {
  if (!s.usable) return {};
  const ThreadScope one(1);
  ProofGuide out;
  const SparseProof proof(s, team);
  out.scale = proof.largest_scale();
  out.solution = proof.solution();
  return out;
}

std::vector<ProofGuide> proof_guides(std::vector<ScaledCertificate> all, Lead* lead, const Team& team) {
  std::vector<ProofGuide> out;
  if (lead == nullptr) {
    for (const ScaledCertificate& s : all) out.push_back(proof_guide(s, team));
    return out;
  }
  const auto ranks = static_cast<std::size_t>(lead->size());
  for (std::size_t first = 0; first < all.size(); first += ranks) {
    const std::size_t count = std::min(ranks, all.size() - first);
    std::vector<std::string> requests(ranks);
    for (std::size_t k = 1; k < count; ++k) requests[k] = text_of(all[first + k]);
    const auto own = [&](const std::string&) {
      out.push_back(proof_guide(all[first], team));
      return std::string();
    };
    std::vector<std::string> answers = lead->work(kGuideJob, requests, own);
    for (std::size_t k = 1; k < count; ++k) out.push_back(read<ProofGuide>(std::move(answers[k])));
  }
  return out;
}

std::function<std::string(const Device&, const std::string&)> guide_job() {
  return [](const Device&, const std::string& request) {
    if (request.empty()) return std::string();
    ProofGuide guide = proof_guide(read<ScaledCertificate>(request), Team::current());
    return text_of(guide);
  };
}

}  // namespace burelu
