// Sub-commands and options, on CLI11.
#include "app/arguments.hpp"

#include <CLI/CLI.hpp>

#include <cmath>
#include <sstream>

#include "app/exit_codes.hpp"
#include "burelu/version.hpp"
#include "io/number.hpp"

namespace burelu::app {
namespace {

constexpr const char* kData =
    "a file (.csv, .tsv) or builtin:spiral, builtin:teacher, builtin:blobs with parameters as in "
    "builtin:teacher?n=200&d=8&c=3&seed=0";

const CLI::Validator kPositive(
    [](const std::string& text) {
      double value = 0.0;
      const bool good = parse_number(text, value) && std::isfinite(value) && value > 0.0;
      return good ? std::string() : "'" + text + "' is not a finite number above 0";
    },
    "");

const CLI::Validator kCount(
    [](const std::string& text) {
      double value = 0.0;
      const bool good = parse_number(text, value) && value >= 1.0 && value == std::floor(value);
      return good ? std::string() : "'" + text + "' is not a whole number of at least 1";
    },
    "");

/// Streams read -1 into an unsigned number without complaint.
const CLI::Validator kSeed(
    [](const std::string& text) {
      const bool good = !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
      return good ? std::string() : "'" + text + "' is not a whole number of at least 0";
    },
    "");

const CLI::Validator kDevice(
    [](const std::string& text) {
      const bool index = text.size() > 5 && text.size() < 9 && text.starts_with("cuda:") &&
                         text.find_first_not_of("0123456789", 5) == std::string::npos;
      const bool good = index || text == "auto" || text == "cpu" || text == "cuda";
      return good ? std::string() : "'" + text + "' is not one of auto, cpu, cuda, cuda:K";
    },
    "");

void add_data(CLI::App* command, Arguments& arguments) {
  command->add_option("DATA", arguments.data, kData)->required()->type_name("");
  auto* label = command->add_option("--label", arguments.targets.label,
                                    "the class column (default: label, else the last; y0,y1,... of a header go first)");
  command->add_option("--target", arguments.targets.targets, "real-valued target columns, as in --target y0,y1")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->type_name("A,B,...")
      ->excludes(label);
  command->add_option("--ignore", arguments.targets.ignored, "columns that are neither target nor feature")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->type_name("A,B,...");
  const std::map<std::string, Header> kinds = {{"auto", Header::automatic}, {"yes", Header::yes}, {"no", Header::no}};
  command->add_option("--header", arguments.header, "whether the first row names the columns (default: auto)")
      ->transform(CLI::CheckedTransformer(kinds).description(""))
      ->type_name("auto|yes|no");
}

void add_logging(CLI::App* command, Arguments& arguments) {
  command->add_flag("--quiet", arguments.quiet, "print errors only");
  const std::map<std::string, LogLevel> levels = {{"off", LogLevel::off},
                                                  {"error", LogLevel::error},
                                                  {"warning", LogLevel::warning},
                                                  {"info", LogLevel::info},
                                                  {"debug", LogLevel::debug}};
  command->add_option("--log-level", arguments.log_level, "off, error, warning, info or debug (default: info)")
      ->transform(CLI::CheckedTransformer(levels).description(""))
      ->type_name("LEVEL");
}

void set_rank(SolveOptions& options, const std::string& text) {
  double rank = 0.0;
  if (text == "auto") return;
  if (!parse_number(text, rank) || rank < 1.0 || rank > 1e6 || rank != std::floor(rank))
    throw CLI::ValidationError("--rank", "'" + text + "' is neither auto nor a whole number of at least 1");
  options.rank = static_cast<int>(rank);
}

void add_gamma(CLI::App* command, Arguments& arguments, const std::string& fallback) {
  command
      ->add_option("--gamma", arguments.gamma,
                   "weight of 1/2 (|U|^2 + |V|^2); the loss is summed, not averaged " + fallback)
      ->check(kPositive)
      ->type_name("G");
}

void add_solver(CLI::App* command, Arguments& arguments) {
  SolveOptions& options = arguments.options.solve;
  command->add_flag("--bias", arguments.bias, "append a column of ones to X");
  command->add_flag("--standardize", arguments.standardize, "centre and scale the features; kept in the model");
  command
      ->add_option_function<std::string>(
          "--rank", [&options](const std::string& text) { set_rank(options, text); },
          "columns of the factor, or auto (default: auto)")
      ->type_name("R|auto");
  command
      ->add_option("--tol", options.tolerance,
                   "stop when certified relative gap and infeasibility are below (default: 1e-3)")
      ->check(kPositive)
      ->type_name("T");
  command->add_option("--max-evaluations", options.max_evaluations, "limit on interaction passes (default: none)")
      ->check(kCount)
      ->type_name("N");
  command->add_option("--time-limit", options.time_limit, "limit in seconds (default: none)")
      ->check(kPositive)
      ->type_name("S");
  command->add_option("--device", options.device, "auto, cpu, cuda or cuda:K (default: auto)")
      ->check(kDevice)
      ->type_name("DEVICE");
  command->add_option("--threads", options.threads, "CPU threads (default: all)")->check(kCount)->type_name("N");
  command->add_option("--seed", options.seed, "of everything random (default: 0)")->check(kSeed)->type_name("S");
  command->add_option("--report", arguments.report, "write the JSON report, also on a limit or an interrupt")
      ->type_name("FILE");
  command->add_option("--certificate", arguments.certificate, "write the proof of the bound, for `burelu verify`")
      ->type_name("FILE");
  command->add_option("--save-data", arguments.save_data, "write X and Y as used (CSV), for `burelu verify`")
      ->type_name("FILE");
  add_logging(command, arguments);
}

CLI::App* add_command(CLI::App& app, Arguments& arguments, Command command, const std::string& name,
                      const std::string& description, const std::string& example) {
  CLI::App* added = app.add_subcommand(name, description);
  added->footer("Example:\n  " + example);
  added->callback([&arguments, command] { arguments.command = command; });
  return added;
}

void add_train(CLI::App& app, Arguments& arguments) {
  CLI::App* command = add_command(app, arguments, Command::train, "train",
                                  "Solve the relaxation, extract a network, polish it, report both bounds",
                                  "burelu train builtin:spiral --tol 1e-2 --out spiral.json --report report.json");
  add_data(command, arguments);
  add_gamma(command, arguments, "(default: 0.1)");
  add_solver(command, arguments);
  command->add_option("--width", arguments.options.width, "neurons (default: chosen)")->check(kCount)->type_name("N");
  command->add_option("--starts", arguments.options.starts, "starting points (default: chosen)")
      ->check(kCount)
      ->type_name("N");
  command
      ->add_option("--polish-iterations", arguments.options.polish_iterations,
                   "L-BFGS steps per start (default: chosen)")
      ->check(kCount)
      ->type_name("N");
  command->add_option("--out", arguments.out, "write the model (JSON)")->type_name("FILE");
}

void add_bound(CLI::App& app, Arguments& arguments) {
  CLI::App* command =
      add_command(app, arguments, Command::bound, "bound", "Solve the relaxation and certify its bound; no network",
                  "burelu bound builtin:spiral --tol 1e-2 --report report.json");
  add_data(command, arguments);
  add_gamma(command, arguments, "(default: 0.1)");
  add_solver(command, arguments);
}

void add_certify(CLI::App& app, Arguments& arguments) {
  CLI::App* command =
      add_command(app, arguments, Command::certify, "certify",
                  "How far a given network (of any origin) can be from optimal: its objective against the bound",
                  "burelu train builtin:spiral --tol 1e-2 --out spiral.json && "
                  "burelu certify builtin:spiral --tol 1e-2 --model spiral.json");
  add_data(command, arguments);
  command->add_option("--model", arguments.model, "the network (JSON; U and V suffice)")->required()->type_name("FILE");
  add_gamma(command, arguments, "(default: the model's, else 0.1)");
  add_solver(command, arguments);
}

void add_predict(CLI::App& app, Arguments& arguments) {
  CLI::App* command =
      add_command(app, arguments, Command::predict, "predict", "Outputs or classes for new rows, as CSV",
                  "burelu train builtin:spiral --tol 1e-2 --out spiral.json && burelu predict spiral.json "
                  "builtin:spiral --classes");
  command->add_option("MODEL", arguments.model, "a model file of `burelu train --out`")->required()->type_name("");
  add_data(command, arguments);
  command->add_flag("--classes", arguments.classes, "class names instead of outputs");
  command->add_option("--out", arguments.out, "write there instead of to standard output")->type_name("FILE");
  add_logging(command, arguments);
}

void add_evaluate(CLI::App& app, Arguments& arguments) {
  CLI::App* command = add_command(
      app, arguments, Command::evaluate, "evaluate", "Loss and accuracy on labelled rows",
      "burelu train builtin:spiral --tol 1e-2 --out spiral.json && burelu evaluate spiral.json builtin:spiral");
  command->add_option("MODEL", arguments.model, "a model file of `burelu train --out`")->required()->type_name("");
  add_data(command, arguments);
  add_gamma(command, arguments, "(default: the model's)");
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
  const std::string help = chosen.empty() ? "burelu --help" : "burelu " + chosen.front()->get_name() + " --help";
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
  add_verify(app);
  add_command(app, parsed.arguments, Command::info, "info", "Version, build options, backends and devices found",
              "burelu info");
  parsed.arguments.line = joined(argc, argv);
  if (argc > 1 && argv[1][0] != '-' && !is_command(app, argv[1])) {
    parsed.text = "there is no sub-command '" + std::string(argv[1]) + "' (see burelu --help)";
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
