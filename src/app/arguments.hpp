// The command line as a struct. Defaults here are the ones that --help prints.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "burelu/options.hpp"
#include "io/dataset.hpp"
#include "io/table.hpp"

namespace burelu::app {

enum class Command { train, bound, certify, predict, evaluate, export_model, info };
enum class LogLevel { off, error, warning, info, debug };

struct Arguments {
  Command command = Command::info;
  std::string line;  ///< the whole command line, for reports

  std::string data;
  std::string model;
  Header header = Header::automatic;
  TrainingChoice choice;        ///< the split's seed is that of the solve
  std::optional<Part> part;     ///< absent: certify takes the rows that were trained on, evaluate all
  std::optional<double> gamma;  ///< absent: the model's where there is one, else 0.1

  TrainOptions options;

  std::string out;
  std::string report;
  std::string certificate;
  std::string save_data;
  std::string bound;  ///< certify: a certificate in place of a solve

  bool classes = false;  ///< predict: class names rather than outputs
  bool dry_run = false;  ///< train, bound: the estimate of memory only
  bool quiet = false;
  LogLevel log_level = LogLevel::info;

  LogLevel level() const { return quiet ? LogLevel::error : log_level; }
};

/// What parsing came to: arguments, or text to print and the exit code.
struct Parsed {
  Arguments arguments;
  bool run = false;
  std::string text;  ///< help, version or the error
  int exit_code = 0;
};

Parsed parse_arguments(int argc, const char* const* argv);

}  // namespace burelu::app
