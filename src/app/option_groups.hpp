// Options that several sub-commands share, in groups.
#pragma once

#include <CLI/CLI.hpp>

#include <string>
#include <vector>

#include "app/arguments.hpp"

namespace burelu::app {

/// DATA, and which of its columns are what.
void add_data(CLI::App* command, Arguments& arguments);

/// --labels, --binary-column.
void add_coding(CLI::App* command, Arguments& arguments);

/// Those, and everything that is learnt from the training rows and kept in the model.
void add_preparation(CLI::App* command, Arguments& arguments);

/// --layers, --ignore-arrays: what a model file from elsewhere leaves open.
void add_model_reading(CLI::App* command, Arguments& arguments);
void add_bias(CLI::App* command, Arguments& arguments, const std::string& description);

/// --part; `fallback` tells the default.
void add_part(CLI::App* command, Arguments& arguments, const std::string& fallback);

/// --gamma, a number; `forms` adds a share of gamma_max, and auto.
enum class GammaForms { number, share, automatic };
void add_gamma(CLI::App* command, Arguments& arguments, GammaForms forms, const std::string& fallback);
/// --dry-run.
void add_dry_run(CLI::App* command, Arguments& arguments);

void add_solver(CLI::App* command, Arguments& arguments);
void add_logging(CLI::App* command, Arguments& arguments);

const CLI::Validator& count_validator();                       ///< a whole number of at least 1
const CLI::Validator& positive_validator();                    ///< a finite number above 0
const CLI::Validator& seed_validator();                        ///< a whole number of at least 0
const CLI::Validator& device_validator();                      ///< auto, cpu, cuda, cuda:K
const CLI::Validator& share_validator();                       ///< a number between 0 and 1
const CLI::Validator& folds_validator();                       ///< 0, or a whole number of at least 2
const CLI::Validator& name_validator();                        ///< not empty: of a file, a folder or a column
const CLI::Validator& large_count_validator();                 ///< a whole number from 1 to 10^15
CLI::Validator one_of(const std::vector<std::string>& words);  ///< one of these, in words a person reads

}  // namespace burelu::app
