// Options that several sub-commands share.
#include "app/option_groups.hpp"

#include <charconv>
#include <cmath>
#include <cstdint>
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

/// Digits only: what the parser of the options would not take as an integer is refused here, in our words.
std::string count_fault(const std::string& text, double most) {
  double value = 0.0;
  const bool digits = !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
  if (!digits || !parse_number(text, value) || value < 1.0) return "'" + text + "' is not a whole number of at least 1";
  return value <= most ? std::string() : "'" + text + "' is more than " + short_number(most);
}

const CLI::Validator kCount([](const std::string& text) { return count_fault(text, 2147483647.0); }, "");
const CLI::Validator kLargeCount([](const std::string& text) { return count_fault(text, 1e15); }, "");

const CLI::Validator kFolds(
    [](const std::string& text) {
      if (text == "0") return std::string();
      return text == "1" ? "one fold holds nothing out; 2 or more, or 0 for none" : count_fault(text, 1e6);
    },
    "");

const CLI::Validator kName(
    [](const std::string& text) { return text.empty() ? "the name is empty; give one or leave the option out" : ""; },
    "");

const CLI::Validator kNotNegative(
    [](const std::string& text) {
      double value = 0.0;
      const bool good = parse_number(text, value) && std::isfinite(value) && value >= 0.0;
      return good ? std::string() : "'" + text + "' is not a finite number of at least 0";
    },
    "");

/// Streams read -1 into an unsigned number without complaint.
const CLI::Validator kSeed(
    [](const std::string& text) {
      std::uint64_t value = 0;
      const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
      const bool good = error == std::errc() && stop == text.data() + text.size();
      return good ? std::string() : "'" + text + "' is not a whole number from 0 to 2^64 - 1";
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
const CLI::Validator& name_validator() { return kName; }
const CLI::Validator& share_validator() { return kShare; }
const CLI::Validator& folds_validator() { return kFolds; }
const CLI::Validator& large_count_validator() { return kLargeCount; }

CLI::Validator one_of(const std::vector<std::string>& words) {
  return CLI::Validator(
      [words](const std::string& text) {
        std::string list;
        for (const std::string& word : words) {
          if (word == text) return std::string();
          list += (list.empty() ? "" : ", ") + word;
        }
        return "'" + text + "' is not one of " + list;
      },
      "");
}

namespace {

/// A word that stands for a value.
template <class Value, class Target>
CLI::Option* add_choice(CLI::App* command, const std::string& name, Target& target,
                        const std::map<std::string, Value>& values, const std::string& description) {
  std::vector<std::string> words;
  for (const auto& [word, value] : values) words.push_back(word);
  return command
      ->add_option_function<std::string>(
          name, [&target, values](const std::string& word) { target = values.at(word); }, description)
      ->check(one_of(words));
}

}  // namespace

void add_data(CLI::App* command, Arguments& arguments) {
  command->add_option("DATA", arguments.data, kData)->required()->check(kName)->type_name("");
  auto* label = command
                    ->add_option("--label", arguments.choice.targets.label,
                                 "the class column (default: label, else the last; y0,y1,... of a header go first)")
                    ->check(kName);
  command->add_option("--target", arguments.choice.targets.targets, "real-valued target columns, as in --target y0,y1")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->check(kName)
      ->type_name("A,B,...")
      ->excludes(label);
  command->add_option("--ignore", arguments.choice.targets.ignored, "columns that are neither target nor feature")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->check(kName)
      ->type_name("A,B,...");
  const std::map<std::string, Header> kinds = {{"auto", Header::automatic}, {"yes", Header::yes}, {"no", Header::no}};
  add_choice(command, "--header", arguments.header, kinds, "whether the first row names the columns (default: auto)")
      ->type_name("auto|yes|no");
}

void add_logging(CLI::App* command, Arguments& arguments) {
  command->add_flag("--quiet", arguments.quiet, "print errors only");
  const std::map<std::string, LogLevel> levels = {{"off", LogLevel::off},
                                                  {"error", LogLevel::error},
                                                  {"warning", LogLevel::warning},
                                                  {"info", LogLevel::info},
                                                  {"debug", LogLevel::debug}};
  add_choice(command, "--log-level", arguments.log_level, levels, "off, error, warning, info or debug (default: info)")
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

[[noreturn]] void refuse_cuts(const std::string& option) {
  throw CLI::ValidationError(
      option,
      "cone cuts were replaced by branch and bound, which proves more in less time: use --bound auto or branch");
}

/// Hidden: --cuts none was the paper's relaxation alone, and stands in scripts. Nothing else of the cuts is left.
void add_old_cuts(CLI::App* command, Arguments& arguments) {
  command
      ->add_option_function<std::string>("--cuts",
                                         [&arguments](const std::string& text) {
                                           if (text != "none") refuse_cuts("--cuts");
                                           BoundMethod& bound = arguments.options.solve.bound;
                                           if (bound == BoundMethod::automatic) bound = BoundMethod::relaxation;
                                           arguments.advice =
                                               "--cuts none is an old spelling of --bound relaxation; write that";
                                         })
      ->group("");
  command->add_option_function<std::string>("--cut-rounds", [](const std::string&) { refuse_cuts("--cut-rounds"); })
      ->group("");
}

/// Hidden: halved what a CUDA device needed before multipliers were lists.
void add_old_multipliers(CLI::App* command) {
  command
      ->add_option_function<std::string>(
          "--multipliers",
          [](const std::string&) {
            throw CLI::ValidationError("--multipliers",
                                       "multipliers are lists of pairs now, in double precision on every device: leave "
                                       "the option out");
          })
      ->group("");
}

}  // namespace

namespace {

void set_gamma(Arguments& arguments, GammaForms forms, const std::string& text) {
  const auto refuse = [](const std::string& why) { throw CLI::ValidationError("--gamma", why); };
  double value = 0.0;
  if (text == "auto" && forms == GammaForms::automatic) {
    arguments.gamma_auto = true;
  } else if (text == "auto") {
    refuse("auto is for burelu train and burelu path; give a number or a share as in 5%");
  } else if (text.ends_with('%') && forms != GammaForms::number) {
    const bool good = parse_number(text.substr(0, text.size() - 1), value) && std::isfinite(value) && value > 0.0;
    if (!good) refuse("'" + text + "' is not a share of gamma_max above 0 %, as in 5%");
    arguments.gamma_share = value / 100.0;
  } else {
    const std::string fault = kPositive(text);
    if (!fault.empty()) refuse(fault);
    parse_number(text, value);
    arguments.gamma = value;
  }
}

}  // namespace

void add_gamma(CLI::App* command, Arguments& arguments, GammaForms forms, const std::string& fallback) {
  const std::string more = forms == GammaForms::number  ? ""
                           : forms == GammaForms::share ? "; 5% is that share of gamma_max"
                                                        : "; 5% is that share of gamma_max, auto cross-validates";
  command
      ->add_option_function<std::string>(
          "--gamma", [&arguments, forms](const std::string& text) { set_gamma(arguments, forms, text); },
          "weight of 1/2 (|U|^2 + |V|^2); the loss is summed, not averaged" + more + " " + fallback)
      ->type_name(forms == GammaForms::number  ? "G"
                  : forms == GammaForms::share ? "G|P%"
                                               : "G|P%|auto");
}

void add_coding(CLI::App* command, Arguments& arguments) {
  command
      ->add_option_function<std::string>(
          "--labels", [&arguments](const std::string& text) { arguments.choice.coding.signs = text == "signed"; },
          "classes as 0 and 1, or signed as -1 and 1 (default: one-hot)")
      ->check(one_of({"one-hot", "signed"}))
      ->type_name("one-hot|signed");
  command->add_flag("--binary-column", arguments.choice.coding.single, "two classes in one column instead of two");
}

void add_bias(CLI::App* command, Arguments& arguments, const std::string& description) {
  command->add_flag("--bias", arguments.choice.preparation.bias, description);
}

void add_model_reading(CLI::App* command, Arguments& arguments) {
  add_bias(command, arguments, "the model's last input is a column of ones, though its file does not say so");
  command->add_option("--layers", arguments.layers, "of a state_dict: the names of the inner layer and the outer one")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->check(kName)
      ->type_name("A,B");
  command
      ->add_option("--ignore-arrays", arguments.ignored,
                   "arrays of the model file to pass over (optim.* for all that begin so)")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->check(kName)
      ->type_name("A,B,...");
}

void add_preparation(CLI::App* command, Arguments& arguments) {
  TrainingChoice& choice = arguments.choice;
  add_coding(command, arguments);
  add_bias(command, arguments, "append a column of ones to X");
  command->add_flag("--standardize", choice.preparation.standardize,
                    "centre and scale the features (constant ones become zero); kept in the model");
  command->add_flag("--scale", choice.preparation.scale,
                    "divide all features by one number, 255 for images, else the largest; kept in the model");
  command->add_option("--pca", choice.preparation.components, "keep K principal components; kept in the model")
      ->check(kCount)
      ->type_name("K");
  command->add_option("--limit", choice.rows.limit, "use the first N rows only (default: all)")
      ->check(kLargeCount)
      ->type_name("N");
  command
      ->add_option("--split", choice.rows.split,
                   "train on this share of each class, drawn by --seed; the rest is held out and evaluated")
      ->check(kShare)
      ->type_name("F");
}

void add_part(CLI::App* command, Arguments& arguments, const std::string& fallback) {
  const std::map<std::string, Part> parts = {{"all", Part::all}, {"train", Part::train}, {"test", Part::test}};
  add_choice(command, "--part", arguments.part, parts, "rows of the file of a model trained with --split " + fallback)
      ->type_name("all|train|test");
}

void add_dry_run(CLI::App* command, Arguments& arguments) {
  command->add_flag("--dry-run", arguments.dry_run,
                    "print the memory that a solve needs and whether it fits (exit code 0 or 6); solve nothing");
}

void add_bound(CLI::App* command, Arguments& arguments) {
  SolveOptions& options = arguments.options.solve;
  options.bound = BoundMethod::automatic;
  const std::map<std::string, BoundMethod> methods = {
      {"auto", BoundMethod::automatic}, {"relaxation", BoundMethod::relaxation}, {"branch", BoundMethod::branch}};
  // certify also takes the file of a bound that was saved
  const bool takes_file = command->get_name() == "certify";
  command
      ->add_option_function<std::string>(
          "--bound",
          [&arguments, methods, takes_file](const std::string& text) {
            if (text.empty()) throw CLI::ValidationError("--bound", "the name is empty");
            const auto method = methods.find(text);
            if (method != methods.end())
              arguments.options.solve.bound = method->second;
            else if (takes_file)
              arguments.bound = text;
            else
              throw CLI::ValidationError("--bound", "'" + text + "' is not one of auto, relaxation, branch");
          },
          takes_file ? "what proves the bound (default: auto), or the certificate of one that was saved"
                     : "what proves the bound: branch and bound (few features, exact), the relaxation, or auto "
                       "(default: auto)")
      ->type_name(takes_file ? "auto|relaxation|branch|FILE" : "auto|relaxation|branch");
}

void add_solver(CLI::App* command, Arguments& arguments) {
  SolveOptions& options = arguments.options.solve;
  command
      ->add_option_function<std::string>(
          "--rank", [&options](const std::string& text) { set_rank(options, text); },
          "columns of the factor to begin with, idle ones are dropped; auto: features + outputs + 8 (64 at most), and "
          "more as needed (default: auto)")
      ->type_name("R|auto");
  command
      ->add_option("--tol", options.tolerance,
                   "stop when certified relative gap and infeasibility are below (default: 1e-3)")
      ->check(kPositive)
      ->type_name("T");
  command->add_option("--max-evaluations", options.max_evaluations, "limit on interaction passes (default: none)")
      ->check(kLargeCount)
      ->type_name("N");
  command->add_option("--time-limit", options.time_limit, "limit in seconds (default: none)")
      ->check(kPositive)
      ->type_name("S");
  command->add_option("--device", options.device, "auto, cpu, cuda or cuda:K (default: auto)")
      ->check(kDevice)
      ->type_name("DEVICE");
  command->add_option("--threads", options.threads, "CPU threads (default: all)")->check(kCount)->type_name("N");
  command->add_option("--checkpoint", options.checkpoint, "save the state of a long solve here (default: none)")
      ->check(kName)
      ->type_name("FILE");
  command->add_option("--checkpoint-interval", options.checkpoint_interval, "seconds between saves (default: 60)")
      ->check(kNotNegative)
      ->type_name("S");
  command->add_option("--resume", options.resume, "go on from a checkpoint of the same data, gamma, rank and seed")
      ->check(kName)
      ->type_name("FILE");
  add_bound(command, arguments);
  add_old_cuts(command, arguments);
  add_old_multipliers(command);
  command->add_option("--seed", options.seed, "of everything random (default: 0)")->check(kSeed)->type_name("S");
  command->add_option("--report", arguments.report, "write the JSON report, also on a limit or an interrupt")
      ->check(kName)
      ->type_name("FILE");
  command->add_option("--certificate", arguments.certificate, "write the proof of the bound, for `burelu verify`")
      ->check(kName)
      ->type_name("FILE");
  command->add_option("--save-data", arguments.save_data, "write X and Y as used (CSV), for `burelu verify`")
      ->check(kName)
      ->type_name("FILE");
  add_logging(command, arguments);
}

}  // namespace burelu::app
