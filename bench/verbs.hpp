// The verbs of the seam with what each costs, a run of each, and a comparison of two backends over all of them.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "relaxation/start.hpp"
#include "seam/training_backend.hpp"
#include "targets.hpp"

namespace burelu::bench {

/// Shapes as in backend.hpp; k neurons of the training loss.
struct Size {
  index_t n = 1000, d = 20, c = 10;
  int rank = 32;
  int pairs = 100;
  index_t neurons = 100;
};

struct Work {
  double flops = 0.0;
  double bytes = 0.0;        ///< moved where every row of F that an entry reads comes from memory
  double least_bytes = 0.0;  ///< that any form must move: what lies in memory read once, results written once

  Work(double its_flops, double its_bytes, double least) : flops(its_flops), bytes(its_bytes), least_bytes(least) {}
  Work(double its_flops, double its_bytes) : Work(its_flops, its_bytes, its_bytes) {}
};

struct Verb {
  std::string name;
  Work work;
  std::function<void(int)> run;  ///< so many times, queued; then it waits
};

/// X ~ N(0, I), classes in turn.
struct Case {
  explicit Case(const Size& size);
  Size size;
  Matrix X, Y;
  RelaxationData data;
  TrainingProblem training;
};

/// Backends of one target some way into a solve, so that multipliers and memory are what they are in practice.
class Running {
 public:
  Running(const Case& data, const Target& target);
  std::vector<Verb> verbs();
  /// Share of the pairs of rows of F that have a multiplier.
  double active_share();

 private:
  Verb verb(const std::string& name, Work work, std::function<void(Backend&)> body);

  const Case& case_;
  std::unique_ptr<Backend> backend_;
  std::unique_ptr<TrainingBackend> training_;
};

/// How far verbs of a target are from the CPU's, relative to the largest entry or to the value.
struct Check {
  std::string verb;
  double difference = 0.0;
  double allowed = 0.0;
  bool right() const { return difference <= allowed; }  ///< false for NaN
};

std::vector<Check> validate(const Case& data, const Target& tested, const Target& reference);

}  // namespace burelu::bench
