// Depth first below boxes, each for a spell: the part of a search that several threads do side by side, and several
// ranks. What comes of a box depends on the box and its spell alone.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "branch/frame.hpp"
#include "branch/search.hpp"
#include "linalg/team.hpp"
#include "seam/archive.hpp"

namespace burelu {

class Device;

struct Spell {
  double best = 0.0;       ///< known before
  std::int64_t cells = 0;  ///< it ends with as many of them
  double work = 0.0;       ///< and so much work
  std::int64_t most_cells = 0;
  double most_work = 0.0;
};

/// What a spell below one box leaves.
struct Outcome {
  std::vector<Box> open;
  std::vector<Box> unsplit;
  std::vector<Peak> peaks;  ///< in the order in which they are to be added
  double best = 0.0;
  std::int64_t cells = 0;
  double work = 0.0;
};

void exchange(Archive& archive, Spell& spell);
void exchange(Archive& archive, Outcome& outcome);
void exchange(Archive& archive, Kinks& kinks);
/// What spells depend on: threshold, relative, decide.
void exchange(Archive& archive, SearchLimits& limits);

class Spells {
 public:
  /// Keeps references.
  Spells(const Kinks& kinks, const SearchLimits& limits);
  ~Spells();
  Spells(const Spells&) = delete;
  Spells& operator=(const Spells&) = delete;

  /// One outcome for each box. `ask` is called by one thread with the cells so far; where it says no, all end soon.
  std::vector<Outcome> run(const std::vector<Box>& boxes, const Spell& spell,
                           const std::function<bool(std::int64_t cells)>& ask);
  double threshold(double best) const;

 private:
  struct Entry;
  struct Worker;
  void below(const Box& box, const Spell& spell, Worker& worker, Outcome& out, bool asks);
  void cell(const Entry& entry, Worker& worker, Peaks& peaks, Outcome& out);

  const Kinks& k_;
  const SearchLimits& limits_;
  const Team team_;
  std::vector<std::unique_ptr<Worker>> workers_;
  const std::function<bool(std::int64_t)>* ask_ = nullptr;
  std::atomic<std::int64_t> seen_ = 0;  // cells, for who asks
  std::atomic<bool> stop_ = false;
};

/// The same by all ranks of a lead: boxes are dealt out, outcomes come back in their order. What other ranks do for it
/// is the job `kSpellJob` of `spell_job`.
class SpreadSpells {
 public:
  SpreadSpells(Lead& lead, Spells& own, const Kinks& kinks, const SearchLimits& limits);
  std::vector<Outcome> run(const std::vector<Box>& boxes, const Spell& spell,
                           const std::function<bool(std::int64_t cells)>& ask);

 private:
  Lead& lead_;
  Spells& own_;
};

inline constexpr const char* kSpellJob = "spells";
/// Answers for one rank: the first request of a search brings its kinks.
std::function<std::string(const Device&, const std::string&)> spell_job();

}  // namespace burelu
