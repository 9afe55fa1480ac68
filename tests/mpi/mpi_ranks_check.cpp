// Run under mpirun by tests/app/mpi_test.cpp: both ways in which MpiRanks shares an array bring the same to every rank.
#include "mpi/mpi_ranks.hpp"

#include <cstdio>
#include <vector>

int main() {
  burelu::MpiRanks ranks([] { return false; });
  constexpr std::int64_t kUnit = 3;
  std::vector<std::int64_t> ends;  // 5, 0, 10, 15, 0, 25, ... of the ranks
  for (int k = 0; k < ranks.size(); ++k)
    ends.push_back((ends.empty() ? 0 : ends.back()) + (k % 3 == 1 ? 0 : 5 * (k + 1)));
  const auto own = static_cast<std::size_t>(ranks.rank());
  std::vector<double> filled(static_cast<std::size_t>(ends.back() * kUnit), -1.0);
  for (std::int64_t i = (own == 0 ? 0 : ends[own - 1]) * kUnit; i < ends[own] * kUnit; ++i)
    filled[static_cast<std::size_t>(i)] = static_cast<double>(i);
  std::vector<double> collective = filled;
  std::vector<double> messages = filled;
  const std::int64_t before = ranks.traffic().bytes;
  ranks.share(collective.data(), ends, kUnit);
  const std::int64_t between = ranks.traffic().bytes;
  ranks.share_by_messages(messages.data(), ends, kUnit);
  bool good = collective == messages && ranks.traffic().bytes - between == between - before && between > before;
  for (std::size_t i = 0; i < messages.size(); ++i) good = good && messages[i] == static_cast<double>(i);
  if (!good) std::printf("rank %d has not what it should have\n", ranks.rank());
  return good ? 0 : 1;
}
