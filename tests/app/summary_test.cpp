// The table a person reads.
#include "app/summary.hpp"

#include <gtest/gtest.h>

#include <cstdint>

#include "data/builtin.hpp"

namespace burelu::app {
namespace {

std::string table(const NetworkReport& network) {
  Relaxation relaxation;
  relaxation.objective = 8.0;
  relaxation.lower_bound = 6.0;
  relaxation.presolve.merged_rows = 1;
  relaxation.message = "because";
  const Dataset data = training_data(generate_builtin("builtin:teacher?n=1&d=2&c=3"), {{}, {}, {true}, {}}).train;
  return aligned(summary_rows({"burelu", 0.1, 0.0, 1.0, 0}, data, relaxation, Seconds{}, network));
}

TEST(Summary, RowsAreAlignedAndCountWords) {
  const std::string text = table({});
  EXPECT_NE(
      text.find(
          "problem      builtin:teacher?n=1&d=2&c=3: 1 sample, 3 features (bias included), 3 targets, gamma 0.1\n"),
      std::string::npos)
      << text;
  EXPECT_NE(text.find("\npresolve     0 zero rows, 1 merged row,"), std::string::npos) << text;
  EXPECT_NE(text.find("\nlower bound  6 ("), std::string::npos) << text;
  EXPECT_NE(text.find("\nstatus       stalled: because\n"), std::string::npos) << text;
  EXPECT_EQ(text.find("\nnetwork "), std::string::npos);
}

TEST(Summary, TheBoundIsNotRoundedUp) {
  Relaxation relaxation;
  relaxation.lower_bound = 7.9999999999;
  const Dataset data = training_data(generate_builtin("builtin:teacher?n=1&d=2&c=3"), {{}, {}, {true}, {}}).train;
  const std::string text = aligned(summary_rows({"burelu", 0.1, 0.0, 1.0, 0}, data, relaxation, Seconds{}, {}));
  EXPECT_NE(text.find("\nlower bound  7.9999999 ("), std::string::npos) << text;
}

TEST(Summary, NetworkRowsOnlyWhereThereIsOne) {
  NetworkReport network;
  network.width = 1;
  network.objective = 10.0;
  network.relative_gap = 0.4;
  EXPECT_NE(table(network).find("\nnetwork      10 (1 neuron)\ngap          40 % at most"), std::string::npos);
  EXPECT_EQ(table(network).find("as given"), std::string::npos);
  EXPECT_EQ(table({}).find("meaning"), std::string::npos);
  network.given_objective = 11.0;
  EXPECT_NE(table(network).find("\nas given     11 before each neuron was rescaled"), std::string::npos);
}

TEST(Summary, SaysWhatTheGapMeansAndWhatToDoNext) {
  NetworkReport network;
  network.width = 3;
  network.objective = 10.0;
  network.relative_gap = 0.4;
  EXPECT_NE(table(network).find("\nmeaning      the best network of any width has an objective from 6 to 10:"),
            std::string::npos);
  EXPECT_NE(table(network).find("\nnext         a larger --starts"), std::string::npos);
  network.relative_gap = 0.004;
  EXPECT_NE(table(network).find("\nmeaning      no network, however wide"), std::string::npos);
  EXPECT_NE(table(network).find("better by more than 0.4 %\nnext         nothing to gain"), std::string::npos);
  network.width = 0;
  EXPECT_NE(table(network).find("\nnext         a smaller --gamma"), std::string::npos);
}

}  // namespace
}  // namespace burelu::app
