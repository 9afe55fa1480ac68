#include "driver/in_parts.hpp"

#include "burelu/errors.hpp"
#include "linalg/clock.hpp"
#include "relaxation/policy.hpp"

namespace burelu {
namespace {

// Options of a part. Checkpoints are of the whole.
SolveOptions options_inside(const SolveOptions& options, int count) {
  SolveOptions inside = options;
  inside.tolerance = policy::part_tolerance(options.tolerance);
  inside.time_limit *= policy::kShareOfParts / count;
  inside.max_evaluations =
      static_cast<std::int64_t>(policy::kShareOfParts * static_cast<double>(options.max_evaluations));
  inside.parts = 1;
  inside.checkpoint.clear();
  inside.resume.clear();
  return inside;
}

// A part by itself, its factor in the coordinates of its data.
Relaxation solve_part(const Part& part, const SolveOptions& inside, const Place& place) {
  const Stop stop(inside.time_limit, [&place] { return place.stop.due(); });
  const Problem problem = part.problem();
  const Presolved reduced = presolve(problem, &stop);
  if (!reduced.complete) return {};
  Relaxation found = relaxed(problem, reduced, inside, {place.device, place.threads, stop}, nullptr);
  found.factor = restore(reduced, std::move(found.factor));
  return found;
}

// Whether the device did not fail. A first part of which nothing is proven is not worth keeping.
bool add_part(InParts& out, const Part& part, const SolveOptions& inside, const Place& place) {
  try {
    const Relaxation found = solve_part(part, inside, place);
    out.joined.add(part, found);
    return found.status != Status::device_failed;
  } catch (const DeviceError&) {
    if (out.joined.empty()) throw;
    return false;
  }
}

Status status_of(const InParts& out, const SolveOptions& options, const Place& place, bool refused) {
  if (refused || place.stop.wished()) return Status::interrupted;
  if (policy::evaluations_left(options, out.joined.evaluations()) <= 1) return Status::evaluation_limit;
  return place.stop.due() ? Status::time_limit : Status::solved;
}

}  // namespace

InParts solve_parts(const Presolved& whole, int count, const SolveOptions& options, const Place& place) {
  InParts out{Joined(whole)};
  const Clock clock;
  SolveOptions inside = options_inside(options, count);
  bool refused = false;
  int number = 0;
  double begun = 0.0;
  if (options.progress)
    inside.progress = [&](Progress check) {
      check.seconds += begun;
      check.part = number;
      check.parts = count;
      refused = !options.progress(check) || refused;
      return !refused;
    };
  for (const Part& part : split(whole, count, options.seed)) {
    begun = clock.seconds();
    ++number;
    out.status = add_part(out, part, inside, place) ? status_of(out, options, place, refused) : Status::device_failed;
    if (out.status != Status::solved) break;
  }
  return out;
}

}  // namespace burelu
