#include "app/study_options.hpp"

#include "app/option_groups.hpp"

namespace burelu::app {
namespace {

CLI::App* add_common(CLI::App& study, Arguments& arguments, Command command, const std::string& name,
                     const std::string& description, const std::string& example) {
  CLI::App* added = study.add_subcommand(name, description);
  added->footer("Example:\n  " + example);
  added->callback([&arguments, command] { arguments.command = command; });
  StudyArguments& chosen = arguments.study;
  added->add_option("--out", chosen.out, "folder of report.html, results.csv, results.json; goes on where it stopped")
      ->required()
      ->check(name_validator())
      ->type_name("FOLDER");
  added->add_option("--datasets", chosen.datasets, "names of data sets in the data folder, files, or builtin:...")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->type_name("A,B,...");
  added->add_option("--gamma", chosen.gammas, "weights of the norms (default: 0.1,0.01)")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->check(positive_validator())
      ->type_name("G,...");
  added
      ->add_option("--data", chosen.data,
                   "folder of the data sets (default: data, where scripts/get_data.sh puts them)")
      ->check(name_validator())
      ->type_name("FOLDER");
  added->add_option("--jobs", chosen.jobs, "instances side by side, each with its share of the threads (default: 1)")
      ->check(count_validator())
      ->type_name("N");
  added->add_option("--threads", arguments.options.solve.threads, "CPU threads of all jobs together (default: all)")
      ->check(count_validator())
      ->type_name("N");
  added->add_option("--seed", arguments.options.solve.seed, "of everything random (default: 0)")
      ->check(seed_validator())
      ->type_name("S");
  return added;
}

void add_preset(CLI::App* command, Arguments& arguments) {
  command->add_option("--preset", arguments.study.preset, "paper: the data sets and gammas of the paper")
      ->check(one_of({"paper"}))
      ->type_name("paper");
}

void add_tightness(CLI::App& study, Arguments& arguments) {
  StudyArguments& chosen = arguments.study;
  CLI::App* command = add_common(study, arguments, Command::study_tightness, "tightness",
                                 "How far the certified bound is from the best network known, with baselines",
                                 "burelu study tightness --datasets builtin:spiral?n=15 --gamma 0.1 --methods none "
                                 "--out tightness");
  add_preset(command, arguments);
  command->add_option("--fresh", chosen.fresh, "add N new randomized sets of the paper's kind, by --seed (default: 0)")
      ->check(count_validator())
      ->type_name("N");
  command->add_option("--methods", chosen.methods, "baselines, or none (default: all; docs/studies.md lists them)")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->type_name("A,B,...");
  command->add_option("--tol", chosen.tolerance, "certified relative gap of the relaxation (default: 1e-4)")
      ->check(positive_validator())
      ->type_name("T");
  command->add_option("--max-evaluations", chosen.max_evaluations, "limit on interaction passes (default: 20000)")
      ->check(large_count_validator())
      ->type_name("N");
  command->add_option("--starts", chosen.starts, "starting points of each baseline that trains networks (default: 5)")
      ->check(count_validator())
      ->type_name("N");
  command->add_option("--epochs", chosen.epochs, "steps of SGD and Adam (default: 8000)")
      ->check(count_validator())
      ->type_name("N");
  command->add_option("--patterns", chosen.patterns, "activation patterns to sample where d > 2 (default: 300)")
      ->check(count_validator())
      ->type_name("N");
  command->add_flag("--standardize", chosen.preparation.standardize, "centre and scale the features");
  command->add_flag("--bias", chosen.preparation.bias, "append a column of ones to X");
  command->add_option("--device", arguments.options.solve.device, "auto, cpu, cuda or cuda:K (default: auto)")
      ->check(device_validator())
      ->type_name("DEVICE");
  command->add_flag("--cross-check", chosen.cross_check,
                    "write every instance as SDPA and solve it with sdpa or csdp where they are installed");
  command->add_option("--cross-check-limit", chosen.cross_check_limit, "seconds for one of those (default: 600)")
      ->check(positive_validator())
      ->type_name("S");
  add_logging(command, arguments);
}

void add_accuracy(CLI::App& study, Arguments& arguments) {
  CLI::App* command = add_common(study, arguments, Command::study_accuracy, "accuracy",
                                 "Test accuracy of burelu's networks and of baselines on the paper's splits",
                                 "burelu study accuracy --preset paper --datasets iris --data data --out accuracy");
  StudyArguments& chosen = arguments.study;
  add_preset(command, arguments);
  command->add_option("--bias", chosen.bias, "yes, no or both: a column of ones in X (default: both)")
      ->check(one_of({"yes", "no", "both"}))
      ->type_name("WHICH");
  command
      ->add_option("--max-evaluations", chosen.accuracy_evaluations,
                   "limit on interaction passes of each solve (default: 8000, above 500 rows 2e9 / rows^2)")
      ->check(large_count_validator())
      ->type_name("N");
  command->add_option("--epochs", chosen.accuracy_epochs, "steps of gradient descent with momentum (default: 5000)")
      ->check(count_validator())
      ->type_name("N");
  add_logging(command, arguments);
}

void add_study_gamma(CLI::App& study, Arguments& arguments) {
  CLI::App* command = add_common(study, arguments, Command::study_gamma, "gamma",
                                 "Bounds, networks and test accuracy over gamma / gamma_max, and the choice of gamma",
                                 "burelu study gamma --datasets iris --data data --out gamma");
  command->remove_option(command->get_option("--gamma"));
  StudyArguments& chosen = arguments.study;
  command->add_option("--gammas", chosen.gamma_count, "gammas from gamma_max down to a thousandth of it (default: 16)")
      ->check(count_validator())
      ->type_name("N");
  command->add_option("--tol", chosen.gamma_tolerance, "certified relative gap of each solve (default: 1e-2)")
      ->check(positive_validator())
      ->type_name("T");
  add_logging(command, arguments);
}

}  // namespace

void add_study(CLI::App& app, Arguments& arguments) {
  CLI::App* study = app.add_subcommand("study", "Studies: tightness, accuracy, gamma; a report with tables and plots");
  study->require_subcommand(1);
  study->footer("Each has its own --help: burelu study tightness --help");
  add_tightness(*study, arguments);
  add_accuracy(*study, arguments);
  add_study_gamma(*study, arguments);
}

}  // namespace burelu::app
