// The sub-commands. Each returns an exit code and throws what main() maps to one.
#pragma once

#include "app/arguments.hpp"
#include "ranks/serve.hpp"

namespace burelu::app {

int run_train(const Arguments& arguments);
int run_bound(const Arguments& arguments);
int run_certify(const Arguments& arguments);
int run_predict(const Arguments& arguments);
int run_evaluate(const Arguments& arguments);
int run_export(const Arguments& arguments);
int run_info(const Arguments& arguments);
int run_path(const Arguments& arguments);
int run_study(const Arguments& arguments);

inline constexpr const char* kStudyJob = "study";
/// What other ranks do of a study: the job of a key.
Job study_job(const Arguments& arguments);

/// Replaces this process by burelu-verify, found beside the executable, with the arguments after `verify`.
/// Returns an exit code only where that fails.
int run_verify(char** arguments);

}  // namespace burelu::app
