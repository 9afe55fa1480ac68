// Sub-commands and options, on CLI11.
#include "app/arguments.hpp"

#include <CLI/CLI.hpp>

#include <sstream>
#include <string_view>

#include "app/exit_codes.hpp"
#include "app/option_groups.hpp"
#include "app/study_options.hpp"
#include "burelu/version.hpp"

namespace burelu::app {
namespace {

CLI::App* add_command(CLI::App& app, Arguments& arguments, Command command, const std::string& name,
                      const std::string& description, const std::string& example) {
  CLI::App* added = app.add_subcommand(name, description);
  added->footer("Example:\n  " + example);
  added->callback([&arguments, command] { arguments.command = command; });
  return added;
}

void add_train(CLI::App& app, Arguments& arguments) {
  CLI::App* command = add_command(
      app, arguments, Command::train, "train", "Train a network and prove how far it is from the best of any width",
      "burelu train builtin:spiral --tol 1e-2 --out spiral.safetensors --report report.json");
  add_data(command, arguments);
  add_preparation(command, arguments);
  add_gamma(command, arguments, GammaForms::automatic, "(default: 5%)");
  add_solver(command, arguments);
  add_dry_run(command, arguments);
  command->add_option("--width", arguments.options.width, "neurons (default: chosen)")
      ->check(count_validator())
      ->type_name("N");
  command->add_option("--starts", arguments.options.starts, "starting points (default: chosen)")
      ->check(count_validator())
      ->type_name("N");
  command
      ->add_option("--polish-iterations", arguments.options.polish_iterations,
                   "L-BFGS steps per start (default: chosen)")
      ->check(count_validator())
      ->type_name("N");
  command->add_option("--out", arguments.out, "write the model: safetensors, or NPZ or ONNX if the name ends so")
      ->check(name_validator())
      ->type_name("FILE");
}

void add_bound(CLI::App& app, Arguments& arguments) {
  CLI::App* command =
      add_command(app, arguments, Command::bound, "bound", "Prove a bound that no network of any width is below",
                  "burelu bound builtin:spiral --tol 1e-2 --report report.json");
  add_data(command, arguments);
  add_preparation(command, arguments);
  add_gamma(command, arguments, GammaForms::share, "(default: 5%)");
  add_solver(command, arguments);
  add_dry_run(command, arguments);
}

void add_certify(CLI::App& app, Arguments& arguments) {
  CLI::App* command =
      add_command(app, arguments, Command::certify, "certify",
                  "How far a given network (of any origin) can be from optimal: its objective against the bound",
                  "burelu train builtin:spiral --tol 1e-2 --out spiral.safetensors && "
                  "burelu certify builtin:spiral --tol 1e-2 --model spiral.safetensors");
  add_data(command, arguments);
  command->add_option("--model", arguments.model, "the network: safetensors, NPZ or ONNX, of any origin")
      ->required()
      ->check(name_validator())
      ->type_name("FILE");
  add_part(command, arguments, "(default: train where there was a split)");
  add_coding(command, arguments);
  add_model_reading(command, arguments);
  add_gamma(command, arguments, GammaForms::share, "(default: the model's, else 5%)");
  add_solver(command, arguments);
}

void add_predict(CLI::App& app, Arguments& arguments) {
  CLI::App* command = add_command(
      app, arguments, Command::predict, "predict", "Outputs or classes for new rows, as CSV or NPY",
      "burelu train builtin:spiral --tol 1e-2 --out spiral.safetensors && burelu predict spiral.safetensors "
      "builtin:spiral --classes");
  command->add_option("MODEL", arguments.model, "safetensors, NPZ or ONNX, of burelu train --out or from elsewhere")
      ->required()
      ->check(name_validator())
      ->type_name("");
  add_data(command, arguments);
  add_model_reading(command, arguments);
  command->add_flag("--classes", arguments.classes, "class names instead of outputs");
  command->add_option("--out", arguments.out, "write there instead of to standard output; NPY if it ends so")
      ->check(name_validator())
      ->type_name("FILE");
  add_logging(command, arguments);
}

void add_evaluate(CLI::App& app, Arguments& arguments) {
  CLI::App* command = add_command(app, arguments, Command::evaluate, "evaluate",
                                  "Loss, accuracy, precision, recall, F1 and confusion matrix on labelled rows",
                                  "burelu train builtin:spiral --tol 1e-2 --out spiral.safetensors && burelu evaluate "
                                  "spiral.safetensors builtin:spiral");
  command->add_option("MODEL", arguments.model, "safetensors, NPZ or ONNX, of burelu train --out or from elsewhere")
      ->required()
      ->check(name_validator())
      ->type_name("");
  add_data(command, arguments);
  add_model_reading(command, arguments);
  add_part(command, arguments, "(default: all)");
  add_gamma(command, arguments, GammaForms::number, "(default: the model's)");
  command->add_option("--report", arguments.report, "write the same numbers as JSON")
      ->check(name_validator())
      ->type_name("FILE");
  add_logging(command, arguments);
}

void add_export(CLI::App& app, Arguments& arguments) {
  CLI::App* command = add_command(app, arguments, Command::export_model, "export",
                                  "Write a model in another format: safetensors, NPZ or ONNX",
                                  "burelu train builtin:spiral --tol 1e-2 --out spiral.safetensors && "
                                  "burelu export spiral.safetensors --out spiral.onnx");
  command->add_option("MODEL", arguments.model, "safetensors, NPZ or ONNX")
      ->required()
      ->check(name_validator())
      ->type_name("");
  add_model_reading(command, arguments);
  command->add_option("--out", arguments.out, "FILE.npz, FILE.onnx, or safetensors for any other name")
      ->required()
      ->check(name_validator())
      ->type_name("FILE");
}

void add_path(CLI::App& app, Arguments& arguments) {
  CLI::App* command =
      add_command(app, arguments, Command::path, "path",
                  "Networks with bounds for many gammas, each from the one before, and the choice by cross-validation",
                  "burelu path builtin:spiral --gammas 8 --folds 3 --out spiral.safetensors --page spiral.html");
  PathArguments& path = arguments.path;
  command->preparse_callback([&arguments](std::size_t) { arguments.options.solve.tolerance = 1e-2; });
  add_data(command, arguments);
  add_preparation(command, arguments);
  CLI::Option* list = command->add_option("--gamma", path.gammas, "these gammas, falling or rising (default: a grid)")
                          ->delimiter(',')
                          ->allow_extra_args(false)
                          ->check(positive_validator())
                          ->type_name("A,B,...");
  command->add_option("--gammas", path.count, "gammas of a logarithmic grid from gamma_max down (default: 20)")
      ->check(count_validator())
      ->type_name("N")
      ->excludes(list);
  command->add_option("--ratio", path.ratio, "of the grid's smallest gamma to gamma_max (default: 1e-3)")
      ->check(share_validator())
      ->type_name("R")
      ->excludes(list);
  command
      ->add_option("--folds", path.folds,
                   "of cross-validation, each class spread over them by --seed; 0 leaves it out (default: 5)")
      ->check(folds_validator())
      ->type_name("K");
  command
      ->add_option_function<std::string>(
          "--rule",
          [&path](const std::string& text) {
            path.rule = text == "best" ? PathRule::best : PathRule::one_standard_error;
          },
          "the gamma of the best held-out score, or the largest within one standard error of it (default: best)")
      ->check(one_of({"best", "1se"}))
      ->type_name("best|1se");
  command->add_option("--jobs", path.jobs, "folds side by side, sharing the threads (default: one for each thread)")
      ->check(count_validator())
      ->type_name("N");
  command->add_option("--width", arguments.options.width, "neurons, at most (default: chosen)")
      ->check(count_validator())
      ->type_name("N");
  add_solver(command, arguments);
  for (const char* name : {"--checkpoint", "--checkpoint-interval", "--resume", "--cuts"})
    if (CLI::Option* option = command->get_option_no_throw(name)) command->remove_option(option);
  command->get_option("--tol")->description("of each gamma: certified relative gap and infeasibility (default: 1e-2)");
  command->get_option("--max-evaluations")
      ->description("of each gamma, interaction passes (default: 400 to 2000, by size)");
  command->get_option("--time-limit")->description("of the whole path, in seconds (default: none)");
  command->get_option("--report")->description("write scores, bounds and networks' sizes as JSON");
  command->get_option("--certificate")
      ->description("write the proof of the chosen network's bound, for `burelu verify`");
  command->add_option("--out", arguments.out, "write the chosen model: safetensors, or NPZ or ONNX if the name ends so")
      ->check(name_validator())
      ->type_name("FILE");
  command->add_option("--page", path.page, "write a page with pictures of scores, bounds and neurons (HTML)")
      ->check(name_validator())
      ->type_name("FILE");
  command
      ->add_option("--journal", path.journal,
                   "what is finished, for the same command to go on from (default: with --out or --report its name and "
                   ".journal; removed at the end)")
      ->check(name_validator())
      ->type_name("FILE");
}

void add_info(CLI::App& app, Arguments& arguments) {
  CLI::App* command = add_command(app, arguments, Command::info, "info",
                                  "Version, build, backends and devices found; with DATA its sizes and gamma_max",
                                  "burelu info builtin:spiral");
  add_data(command, arguments);
  command->get_option("DATA")->required(false);
  add_preparation(command, arguments);
  add_logging(command, arguments);
}

/// Listed for --help only: main() hands `verify` to the separate program before any parsing.
void add_verify(CLI::App& app) {
  app.add_subcommand("verify", "Check a certificate against data with the independent program burelu-verify")
      ->footer(
          "Example:\n  burelu bound builtin:spiral --tol 1e-2 --certificate spiral.cert --save-data spiral.csv && "
          "burelu verify spiral.cert spiral.csv");
}

std::string joined(int argc, const char* const* argv) {
  std::string line = "burelu";
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    const bool plain = !word.empty() && word.find_first_of(" \t\n\"'\\$&|;<>()*?[]#~`!") == std::string::npos;
    line += plain ? " " + word : " '" + word + "'";
  }
  return line;
}

bool is_command(CLI::App& app, const std::string& name) {
  return !app.get_subcommands([&name](CLI::App* command) { return command->get_name() == name; }).empty();
}

/// CLI11's own text for help and version; for errors one line, then where help is.
void explain(const CLI::App& app, const CLI::ParseError& error, Parsed& parsed) {
  std::ostringstream out;
  std::ostringstream ignored;
  if (error.get_exit_code() == 0) {
    app.exit(error, out, ignored);
    parsed.text = out.str();
    return;
  }
  const auto chosen = app.get_subcommands();
  std::string help = "burelu";
  for (auto level = chosen; !level.empty(); level = level.front()->get_subcommands())
    help += " " + level.front()->get_name();
  help += " --help";
  parsed.text = std::string(error.what()) + " (see " + help + ")";
  parsed.exit_code = kUsage;
}

}  // namespace

Parsed parse_arguments(int argc, const char* const* argv) {
  Parsed parsed;
  CLI::App app{"Two-layer ReLU networks trained to certified quality: a network, and a bound no network can beat",
               "burelu"};
  app.set_version_flag("--version", std::string("burelu ") + kVersion);
  app.footer("Try:\n  burelu train builtin:spiral --tol 1e-2\nEach sub-command has its own --help.");
  app.require_subcommand(1);
  add_train(app, parsed.arguments);
  add_bound(app, parsed.arguments);
  add_certify(app, parsed.arguments);
  add_predict(app, parsed.arguments);
  add_evaluate(app, parsed.arguments);
  add_export(app, parsed.arguments);
  add_verify(app);
  add_study(app, parsed.arguments);
  add_path(app, parsed.arguments);
  add_info(app, parsed.arguments);
  parsed.arguments.line = joined(argc, argv);
  if (argc > 1 && argv[1][0] != '-' && !is_command(app, argv[1])) {
    parsed.text = "there is no sub-command '" + std::string(argv[1]) + "' (see burelu --help)";
    parsed.exit_code = kUsage;
    return parsed;
  }
  if (argc > 2 && std::string_view(argv[1]) == "study" && std::string_view(argv[2]) == "cuts") {
    parsed.text =
        "the study of cone cuts went with the cuts, which branch and bound replaced (see burelu study --help)";
    parsed.exit_code = kUsage;
    return parsed;
  }
  try {
    app.parse(argc, argv);
    parsed.run = true;
  } catch (const CLI::ParseError& error) {
    explain(app, error, parsed);
  }
  return parsed;
}

}  // namespace burelu::app
