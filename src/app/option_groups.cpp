// Options that several sub-commands share.
#include "app/option_groups.hpp"

#include <cmath>
#include <map>

#include "formats/number.hpp"

namespace burelu::app {
namespace {

constexpr const char* kData =
    "a file (.csv, .tsv, .npy, .npz, .svm, MNIST's -ubyte; each also .gz) or builtin:spiral, builtin:teacher, "
    "builtin:blobs with parameters as in builtin:teacher?n=200&d=8&c=3&seed=0";

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

const CLI::Validator kShare(
    [](const std::string& text) {
      double value = 0.0;
      const bool good = parse_number(text, value) && value > 0.0 && value < 1.0;
      return good ? std::string() : "'" + text + "' is not a share between 0 and 1";
    },
    "");

}  // namespace

const CLI::Validator& count_validator() { return kCount; }
const CLI::Validator& positive_validator() { return kPositive; }
const CLI::Validator& seed_validator() { return kSeed; }
const CLI::Validator& device_validator() { return kDevice; }

void add_data(CLI::App* command, Arguments& arguments) {
  command->add_option("DATA", arguments.data, kData)->required()->type_name("");
  auto* label = command->add_option("--label", arguments.choice.targets.label,
                                    "the class column (default: label, else the last; y0,y1,... of a header go first)");
  command->add_option("--target", arguments.choice.targets.targets, "real-valued target columns, as in --target y0,y1")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->type_name("A,B,...")
      ->excludes(label);
  command->add_option("--ignore", arguments.choice.targets.ignored, "columns that are neither target nor feature")
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

namespace {

void set_rank(SolveOptions& options, const std::string& text) {
  double rank = 0.0;
  if (text == "auto") return;
  if (!parse_number(text, rank) || rank < 1.0 || rank > 1e6 || rank != std::floor(rank))
    throw CLI::ValidationError("--rank", "'" + text + "' is neither auto nor a whole number of at least 1");
  options.rank = static_cast<int>(rank);
}

void set_cuts(SolveOptions& options, const std::string& text) {
  double count = 0.0;
  if (text == "none" || text == "auto") {
    options.cuts = text == "none" ? 0 : kAutomatic;
    return;
  }
  if (!parse_number(text, count) || count < 1.0 || count > 1e6 || count != std::floor(count))
    throw CLI::ValidationError("--cuts", "'" + text + "' is neither auto, none nor a whole number of at least 1");
  options.cuts = static_cast<int>(count);
}

}  // namespace

void add_gamma(CLI::App* command, Arguments& arguments, const std::string& fallback) {
  command
      ->add_option("--gamma", arguments.gamma,
                   "weight of 1/2 (|U|^2 + |V|^2); the loss is summed, not averaged " + fallback)
      ->check(kPositive)
      ->type_name("G");
}

void add_coding(CLI::App* command, Arguments& arguments) {
  command
      ->add_option_function<std::string>(
          "--labels", [&arguments](const std::string& text) { arguments.choice.coding.signs = text == "signed"; },
          "classes as 0 and 1, or signed as -1 and 1 (default: one-hot)")
      ->check(CLI::IsMember({"one-hot", "signed"}).description(""))
      ->type_name("one-hot|signed");
  command->add_flag("--binary-column", arguments.choice.coding.single, "two classes in one column instead of two");
  command->add_flag("--bias", arguments.choice.preparation.bias, "append a column of ones to X");
}

void add_preparation(CLI::App* command, Arguments& arguments) {
  TrainingChoice& choice = arguments.choice;
  add_coding(command, arguments);
  command->add_flag("--standardize", choice.preparation.standardize,
                    "centre and scale the features (constant ones become zero); kept in the model");
  command->add_flag("--scale", choice.preparation.scale,
                    "divide all features by one number, 255 for images, else the largest; kept in the model");
  command->add_option("--pca", choice.preparation.components, "keep K principal components; kept in the model")
      ->check(kCount)
      ->type_name("K");
  command->add_option("--limit", choice.rows.limit, "use the first N rows only (default: all)")
      ->check(kCount)
      ->type_name("N");
  command
      ->add_option("--split", choice.rows.split,
                   "train on this share of each class, drawn by --seed; the rest is held out and evaluated")
      ->check(kShare)
      ->type_name("F");
}

void add_part(CLI::App* command, Arguments& arguments, const std::string& fallback) {
  const std::map<std::string, Part> parts = {{"all", Part::all}, {"train", Part::train}, {"test", Part::test}};
  command
      ->add_option_function<std::string>(
          "--part", [&arguments, parts](const std::string& text) { arguments.part = parts.at(text); },
          "rows of the file of a model trained with --split " + fallback)
      ->check(CLI::IsMember(parts).description(""))
      ->type_name("all|train|test");
}

void add_dry_run(CLI::App* command, Arguments& arguments) {
  command->add_flag("--dry-run", arguments.dry_run,
                    "print the memory that a solve needs and whether it fits (exit code 0 or 6); solve nothing");
}

void add_cuts(CLI::App* command, Arguments& arguments) {
  SolveOptions& options = arguments.options.solve;
  options.cuts = kAutomatic;
  command
      ->add_option_function<std::string>(
          "--cuts", [&options](const std::string& text) { set_cuts(options, text); },
          "cone cuts, which tighten the relaxation: none (the paper's), auto, or at most N of them at a time (default: "
          "auto)")
      ->type_name("N|auto|none");
  command->add_option("--cut-rounds", options.cut_rounds, "rounds of adding cuts, at most (default: auto)")
      ->check(kCount)
      ->type_name("R");
}

void add_solver(CLI::App* command, Arguments& arguments) {
  SolveOptions& options = arguments.options.solve;
  command
      ->add_option_function<std::string>(
          "--rank", [&options](const std::string& text) { set_rank(options, text); },
          "columns of the factor, or auto: features + outputs + 8 (64 at most) and more as needed (default: auto)")
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
  command
      ->add_option_function<std::string>(
          "--multipliers", [&options](const std::string& text) { options.multipliers_float = text == "float"; },
          "how a CUDA device stores the multipliers; float halves the memory, arithmetic stays double (default: "
          "double)")
      ->check(CLI::IsMember({"double", "float"}).description(""))
      ->type_name("double|float");
  command->add_option("--threads", options.threads, "CPU threads (default: all)")->check(kCount)->type_name("N");
  command->add_option("--checkpoint", options.checkpoint, "save the state of a long solve here (default: none)")
      ->type_name("FILE");
  command->add_option("--checkpoint-interval", options.checkpoint_interval, "seconds between saves (default: 60)")
      ->check(CLI::NonNegativeNumber)
      ->type_name("S");
  command
      ->add_option("--resume", options.resume, "go on from a checkpoint of the same data, gamma, rank, seed and cuts")
      ->type_name("FILE");
  add_cuts(command, arguments);
  command->add_option("--seed", options.seed, "of everything random (default: 0)")->check(kSeed)->type_name("S");
  command->add_option("--report", arguments.report, "write the JSON report, also on a limit or an interrupt")
      ->type_name("FILE");
  command->add_option("--certificate", arguments.certificate, "write the proof of the bound, for `burelu verify`")
      ->type_name("FILE");
  command->add_option("--save-data", arguments.save_data, "write X and Y as used (CSV), for `burelu verify`")
      ->type_name("FILE");
  add_logging(command, arguments);
}

}  // namespace burelu::app
