// The command line to a struct: defaults, values, mistakes.
#include "app/arguments.hpp"

#include <gtest/gtest.h>

#include "app/exit_codes.hpp"

namespace burelu::app {
namespace {

Parsed parse(std::vector<const char*> words) {
  words.insert(words.begin(), "burelu");
  return parse_arguments(static_cast<int>(words.size()), words.data());
}

TEST(Arguments, DefaultsAreThoseOfTheContract) {
  const Parsed parsed = parse({"train", "d.csv"});
  ASSERT_TRUE(parsed.run);
  const Arguments& arguments = parsed.arguments;
  EXPECT_EQ(arguments.command, Command::train);
  EXPECT_EQ(arguments.data, "d.csv");
  EXPECT_FALSE(arguments.gamma.has_value());
  EXPECT_FALSE(arguments.choice.preparation.bias);
  EXPECT_FALSE(arguments.choice.preparation.standardize);
  EXPECT_FALSE(arguments.choice.preparation.scale);
  EXPECT_EQ(arguments.choice.preparation.components, 0);
  EXPECT_FALSE(arguments.choice.coding.signs || arguments.choice.coding.single);
  EXPECT_FALSE(arguments.choice.rows.divides());
  EXPECT_EQ(arguments.choice.rows.limit, 0);
  EXPECT_EQ(arguments.options.solve.tolerance, 1e-3);
  EXPECT_EQ(arguments.options.solve.rank, 0);
  EXPECT_EQ(arguments.options.solve.max_evaluations, 0);
  EXPECT_EQ(arguments.options.solve.time_limit, 0.0);
  EXPECT_EQ(arguments.options.solve.device, "auto");
  EXPECT_EQ(arguments.options.solve.threads, 0);
  EXPECT_EQ(arguments.options.solve.seed, 0U);
  EXPECT_FALSE(arguments.dry_run);
  EXPECT_EQ(arguments.level(), LogLevel::info);
}

TEST(Arguments, EveryOptionArrives) {
  const Parsed parsed = parse({"train",
                               "--target",
                               "a,b",
                               "d.csv",
                               "--gamma",
                               "0.01",
                               "--bias",
                               "--standardize",
                               "--rank",
                               "12",
                               "--tol",
                               "1e-4",
                               "--max-evaluations",
                               "5000",
                               "--time-limit",
                               "2.5",
                               "--device",
                               "cpu",
                               "--threads",
                               "2",
                               "--dry-run",
                               "--seed",
                               "18446744073709551615",
                               "--out",
                               "m",
                               "--report",
                               "r",
                               "--certificate",
                               "c",
                               "--save-data",
                               "s",
                               "--quiet"});
  ASSERT_TRUE(parsed.run) << parsed.text;
  const Arguments& arguments = parsed.arguments;
  EXPECT_EQ(arguments.choice.targets.targets, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(arguments.data, "d.csv");
  EXPECT_EQ(arguments.gamma, 0.01);
  EXPECT_TRUE(arguments.choice.preparation.bias && arguments.choice.preparation.standardize);
  EXPECT_EQ(arguments.options.solve.rank, 12);
  EXPECT_EQ(arguments.options.solve.tolerance, 1e-4);
  EXPECT_EQ(arguments.options.solve.max_evaluations, 5000);
  EXPECT_EQ(arguments.options.solve.time_limit, 2.5);
  EXPECT_EQ(arguments.options.solve.device, "cpu");
  EXPECT_EQ(arguments.options.solve.threads, 2);
  EXPECT_TRUE(arguments.dry_run);
  EXPECT_EQ(arguments.options.solve.seed, 18446744073709551615ULL);
  EXPECT_EQ(arguments.out + arguments.report + arguments.certificate + arguments.save_data, "mrcs");
  EXPECT_EQ(arguments.level(), LogLevel::error);
}

TEST(Arguments, PreparationArrives) {
  const Parsed parsed = parse({"train", "d.csv", "--labels", "signed", "--binary-column", "--scale", "--pca", "20",
                               "--split", "0.5", "--limit", "1000", "--seed", "3"});
  ASSERT_TRUE(parsed.run) << parsed.text;
  const TrainingChoice& choice = parsed.arguments.choice;
  EXPECT_TRUE(choice.coding.signs && choice.coding.single && choice.preparation.scale);
  EXPECT_EQ(choice.preparation.components, 20);
  EXPECT_EQ(choice.rows.split, 0.5);
  EXPECT_EQ(choice.rows.limit, 1000);
}

TEST(Arguments, GammaIsANumberAShareOrChosen) {
  EXPECT_EQ(parse({"train", "d", "--gamma", "0.1"}).arguments.gamma, 0.1);
  const Parsed share = parse({"bound", "d", "--gamma", "5%"});
  ASSERT_TRUE(share.run) << share.text;
  EXPECT_DOUBLE_EQ(share.arguments.gamma_share.value_or(0.0), 0.05);
  EXPECT_FALSE(share.arguments.gamma.has_value());
  EXPECT_DOUBLE_EQ(parse({"train", "d", "--gamma", "200%"}).arguments.gamma_share.value_or(0.0), 2.0);
  EXPECT_TRUE(parse({"train", "d", "--gamma", "auto"}).arguments.gamma_auto);
  for (const char* wrong : {"0%", "-5%", "%", "5 percent", "nan%"}) {
    const Parsed parsed = parse({"train", "d", "--gamma", wrong});
    EXPECT_FALSE(parsed.run) << wrong;
    EXPECT_EQ(parsed.text.find('\n'), std::string::npos) << parsed.text;
  }
  EXPECT_NE(parse({"train", "d", "--gamma", "0%"}).text.find("'0%' is not a share of gamma_max above 0 %"),
            std::string::npos);
  EXPECT_FALSE(parse({"bound", "d", "--gamma", "auto"}).run);
  EXPECT_FALSE(parse({"evaluate", "m", "d", "--gamma", "5%"}).run);
}

TEST(Arguments, PathHasItsOwnOptionsAndDefaults) {
  const Parsed plain = parse({"path", "d"});
  ASSERT_TRUE(plain.run) << plain.text;
  EXPECT_EQ(plain.arguments.options.solve.tolerance, 1e-2);
  EXPECT_EQ(plain.arguments.path.count, 20);
  EXPECT_EQ(plain.arguments.path.folds, 5);
  EXPECT_EQ(plain.arguments.path.rule, PathRule::best);
  const Parsed full = parse({"path", "d", "--gammas", "7", "--ratio", "0.01", "--folds", "0", "--rule", "1se", "--jobs",
                             "2", "--tol", "1e-3", "--page", "p.html", "--journal", "j"});
  ASSERT_TRUE(full.run) << full.text;
  EXPECT_EQ(full.arguments.options.solve.tolerance, 1e-3);
  EXPECT_EQ(full.arguments.path.count, 7);
  EXPECT_EQ(full.arguments.path.ratio, 0.01);
  EXPECT_EQ(full.arguments.path.folds, 0);
  EXPECT_EQ(full.arguments.path.rule, PathRule::one_standard_error);
  EXPECT_EQ(parse({"path", "d", "--gamma", "1,0.1,0.3"}).arguments.path.gammas, (std::vector<double>{1.0, 0.1, 0.3}));
}

TEST(Arguments, CertifyTakesABoundAndAPart) {
  const Parsed parsed = parse({"certify", "d.csv", "--model", "m", "--bound", "c", "--part", "test"});
  ASSERT_TRUE(parsed.run) << parsed.text;
  EXPECT_EQ(parsed.arguments.bound, "c");
  EXPECT_EQ(parsed.arguments.part, Part::test);
  EXPECT_FALSE(parse({"evaluate", "m", "d"}).arguments.part.has_value());
}

TEST(Arguments, CommandLineIsKeptReadyToPaste) {
  const Parsed parsed = parse({"bound", "builtin:teacher?n=3&d=2", "--tol", "1e-2"});
  EXPECT_EQ(parsed.arguments.line, "burelu bound 'builtin:teacher?n=3&d=2' --tol 1e-2");
}

TEST(Arguments, MistakesAreUsageErrorsOfOneLine) {
  const std::vector<std::vector<const char*>> mistakes = {{},
                                                          {"bogus"},
                                                          {"train"},
                                                          {"train", "d", "e"},
                                                          {"train", "d", "--gamma", "0"},
                                                          {"train", "d", "--gamma", "-1"},
                                                          {"train", "d", "--gamma", "nan"},
                                                          {"train", "d", "--gamma", "inf"},
                                                          {"path", "d", "--gamma", "1,0"},
                                                          {"path", "d", "--gamma", "1,-2"},
                                                          {"path", "d", "--gamma", "1,2", "--gammas", "3"},
                                                          {"path", "d", "--folds", "1"},
                                                          {"path", "d", "--ratio", "2"},
                                                          {"path", "d", "--gammas", "0"},
                                                          {"path", "d", "--rule", "worst"},
                                                          {"path", "d", "--checkpoint", "c"},
                                                          {"train", "d", "--tol", "0"},
                                                          {"train", "d", "--rank", "0"},
                                                          {"train", "d", "--rank", "many"},
                                                          {"train", "d", "--max-evaluations", "-3"},
                                                          {"train", "d", "--time-limit", "0"},
                                                          {"train", "d", "--device", "tpu"},
                                                          {"train", "d", "--device", "cuda:"},
                                                          {"train", "d", "--threads", "0"},
                                                          {"train", "d", "--multipliers", "double"},
                                                          {"certify", "d", "--model", "m", "--dry-run"},
                                                          {"train", "d", "--seed", "-1"},
                                                          {"train", "d", "--label", "a", "--target", "b"},
                                                          {"train", "d", "--log-level", "loud"},
                                                          {"train", "d", "--unknown"},
                                                          {"train", "d", "--labels", "three"},
                                                          {"train", "d", "--split", "1"},
                                                          {"train", "d", "--split", "0"},
                                                          {"train", "d", "--pca", "0"},
                                                          {"train", "d", "--limit", "-1"},
                                                          {"evaluate", "m", "d", "--part", "half"},
                                                          {"export", "m"},
                                                          {"certify", "d"},
                                                          {"predict", "m"}};
  for (const auto& words : mistakes) {
    const Parsed parsed = parse(words);
    EXPECT_FALSE(parsed.run) << parsed.arguments.line;
    EXPECT_EQ(parsed.exit_code, 2) << parsed.text;
    EXPECT_EQ(parsed.text.find('\n'), std::string::npos) << parsed.text;
    EXPECT_NE(parsed.text.find("--help)"), std::string::npos) << parsed.text;
  }
}

TEST(Arguments, HelpIsNoError) {
  for (const char* command : {"train", "bound", "certify", "predict", "evaluate", "export", "info"}) {
    const Parsed parsed = parse({command, "--help"});
    EXPECT_FALSE(parsed.run);
    EXPECT_EQ(parsed.exit_code, 0);
    EXPECT_NE(parsed.text.find("Example:\n  burelu "), std::string::npos) << command;
  }
}

TEST(ExitCodes, AreThoseOfTheContract) {
  EXPECT_EQ(exit_code(Status::solved), 0);
  EXPECT_EQ(exit_code(Status::evaluation_limit), 4);
  EXPECT_EQ(exit_code(Status::time_limit), 4);
  EXPECT_EQ(exit_code(Status::stalled), 4);
  EXPECT_EQ(exit_code(Status::device_failed), 5);
  EXPECT_EQ(exit_code(Status::interrupted), 130);
}

}  // namespace
}  // namespace burelu::app
