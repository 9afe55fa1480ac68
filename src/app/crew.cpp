#include "app/crew.hpp"

#include <cstdlib>

#include "app/errors.hpp"
#include "mpi/launcher.hpp"

#if defined(BURELU_WITH_MPI)
#include <algorithm>
#include <chrono>
#include <new>
#include <thread>
#include <vector>

#include "app/exit_codes.hpp"
#include "app/interrupt.hpp"
#include "app/messages.hpp"
#include "burelu/version.hpp"
#include "driver/devices.hpp"
#include "driver/jobs.hpp"
#include "linalg/team.hpp"
#include "linalg/thread_scope.hpp"
#include "mpi/mpi_ranks.hpp"
#endif

namespace burelu::app {

#if defined(BURELU_WITH_MPI)

namespace {

/// The first rank that was started otherwise than rank 0.
std::string stranger(const std::vector<std::string>& all) {
  for (std::size_t k = 1; k < all.size(); ++k)
    if (all[k] != all[0])
      return "rank " + std::to_string(k) + " is another version of burelu or has another command line (" + all[k] +
             "; rank 0: " + all[0] + "): start all ranks alike";
  return {};
}

}  // namespace

std::string mpi_name() { return MpiRanks::library(); }

struct Crew::Members {
  MpiRanks ranks{interrupted};
};

Crew::Crew(const std::string& command_line) {
  if (launched_rank() < 0) return;
  members_ = std::make_unique<Members>();
  MpiRanks& ranks = members_->ranks;
  if (ranks.size() == 1) return;
  be_patient();
  const std::vector<std::string> all = ranks.collect(std::string(kVersion) + ": " + command_line);
  if (ranks.rank() > 0) return;
  lead_ = std::make_unique<Lead>(ranks);
  const std::string odd = stranger(all);
  if (!odd.empty()) throw UsageError(odd);
}

bool Crew::helps() const { return members_ != nullptr && members_->ranks.rank() > 0; }

int Crew::threads() const {
  return members_ == nullptr ? 0 : std::max(resolve_threads(0) / members_->ranks.neighbours(), 1);
}

int Crew::help(Jobs jobs) {
  catch_interrupts();
  keep_results();
  MpiRanks& ranks = members_->ranks;
  const std::string who = "rank " + std::to_string(ranks.rank()) + ": ";
  try {
    const ThreadScope scope(threads());
    const auto find = [&ranks](const std::string& name) {
      return find_device(name == "cuda" ? "cuda:" + std::to_string(ranks.place()) : name);
    };
    jobs.merge(all_jobs());
    serve(ranks, find, jobs, scope.threads());
    return kSolved;
  } catch (const RanksLost&) {
    // A launcher kills all at once when a second rank ends: rank 0 may still be writing.
    std::this_thread::sleep_for(std::chrono::seconds(5));
    std::_Exit(kDeviceFailure);
  } catch (const std::bad_alloc&) {
    complain(who + "out of memory; use more ranks on other machines, or a smaller problem");
    ranks.abort(kOutOfMemory);
  } catch (const std::exception& error) {
    complain(who + error.what());
    ranks.abort(kInternalError);
  }
}

#else

std::string mpi_name() { return "one process: this build has no MPI"; }

struct Crew::Members {};

Crew::Crew(const std::string&) {
  if (launched_rank() < 0) return;
  if (launched_rank() > 0) members_ = std::make_unique<Members>();
  if (launched_rank() == 0)
    throw UsageError(
        "several processes were started, but this build of burelu has no MPI: install libopenmpi-dev and build again, "
        "or start one");
}

bool Crew::helps() const { return members_ != nullptr; }
int Crew::help(Jobs /*jobs*/) { return 0; }
int Crew::threads() const { return 0; }

#endif

Crew::~Crew() = default;

void Crew::leave_lost(int code) {
  if (lead_ != nullptr && lead_->lost()) std::_Exit(code);
}

}  // namespace burelu::app
