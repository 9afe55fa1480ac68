// The processes of one run: under mpirun rank 0 runs the program and the others help it.
#pragma once

#include <memory>
#include <string>

#include "ranks/lead.hpp"
#include "ranks/serve.hpp"

namespace burelu::app {

/// For `burelu info`.
std::string mpi_name();

class Crew {
 public:
  /// Joins the others where a launcher started several. Throws `UsageError` where this build cannot, or where they do
  /// not fit together.
  explicit Crew(const std::string& command_line);
  ~Crew();
  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;

  /// True on all ranks but 0: they help until rank 0 is done, with the jobs of the library and these.
  bool helps() const;
  int help(Jobs jobs);
  /// Null where there is one process.
  Lead* lead() const { return lead_.get(); }
  /// Threads of this rank where none are asked for: its share of the machine's. 0 where there is one process.
  int threads() const;
  /// Leaves without a word to ranks that are lost: everything has been written. Does nothing where none is.
  void leave_lost(int code);

 private:
  struct Members;
  std::unique_ptr<Members> members_;
  std::unique_ptr<Lead> lead_;
};

}  // namespace burelu::app
