// The command line as a struct. Defaults here are the ones that --help prints.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "burelu/options.hpp"
#include "burelu/path.hpp"
#include "data/dataset.hpp"
#include "formats/table.hpp"

namespace burelu::app {

enum class Command {
  train,
  bound,
  certify,
  predict,
  evaluate,
  export_model,
  info,
  path,
  study_tightness,
  study_accuracy,
  study_gamma
};
enum class LogLevel { off, error, warning, info, debug };

/// Of `burelu study`; seed, threads and device are those of the solve.
struct StudyArguments {
  std::string out;
  std::string preset;
  std::vector<std::string> datasets;
  std::vector<double> gammas;  ///< none: those of the paper
  std::string data = "data";
  int jobs = 1;
  int fresh = 0;  ///< randomized sets to generate
  std::vector<std::string> methods;
  double tolerance = 1e-4;
  std::int64_t max_evaluations = 20000;
  int starts = 5;
  int epochs = 8000;
  int patterns = 300;
  std::string bias = "both";              ///< accuracy: yes, no or both
  std::int64_t accuracy_evaluations = 0;  ///< accuracy: of each solve; 0: by the number of rows
  int accuracy_epochs = 5000;             ///< accuracy: of gradient descent
  PreparationChoice preparation;
  int gamma_count = 16;           ///< gamma: of the grid
  double gamma_tolerance = 1e-2;  ///< gamma: of each solve
  bool cross_check = false;
  double cross_check_limit = 600.0;
};

/// Of `burelu path`; data, solver and output are those of train.
struct PathArguments {
  std::vector<double> gammas;
  int count = 20;
  double ratio = 1e-3;
  int folds = 5;
  PathRule rule = PathRule::best;
  int jobs = 0;  ///< 0: as many as threads
  std::string page;
  std::string journal;
};

struct Arguments {
  Command command = Command::info;
  std::string line;  ///< the whole command line, for reports

  std::string data;
  std::string model;
  std::vector<std::string> layers;   ///< of a state_dict: inner, outer
  std::vector<std::string> ignored;  ///< its arrays to pass over
  Header header = Header::automatic;
  TrainingChoice choice;              ///< the split's seed is that of the solve
  std::optional<Part> part;           ///< absent: certify takes the rows that were trained on, evaluate all
  std::optional<double> gamma;        ///< absent: the share, else the model's, else a share of gamma_max
  std::optional<double> gamma_share;  ///< of gamma_max: 0.05 for --gamma 5%
  bool gamma_auto = false;            ///< train: chosen by cross-validation

  TrainOptions options;
  StudyArguments study;
  PathArguments path;

  std::string out;
  std::string report;
  std::string certificate;
  std::string save_data;
  std::string bound;   ///< certify: a certificate in place of a solve
  std::string advice;  ///< of an old spelling that was taken: what to write now

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
