// burelu: parses, dispatches, and turns exceptions into one line and an exit code.
#include <memory>
#include <new>
#include <string>
#include <string_view>

#include "app/commands.hpp"
#include "app/crew.hpp"
#include "app/errors.hpp"
#include "app/exit_codes.hpp"
#include "app/messages.hpp"
#include "burelu/errors.hpp"

namespace {

using namespace burelu::app;

int run(const Arguments& arguments) {
  switch (arguments.command) {
    case Command::train:
      return run_train(arguments);
    case Command::bound:
      return run_bound(arguments);
    case Command::certify:
      return run_certify(arguments);
    case Command::predict:
      return run_predict(arguments);
    case Command::evaluate:
      return run_evaluate(arguments);
    case Command::export_model:
      return run_export(arguments);
    case Command::info:
      return run_info(arguments);
    case Command::path:
      return run_path(arguments);
    case Command::study_tightness:
    case Command::study_accuracy:
    case Command::study_gamma:
      return run_study(arguments);
  }
  return kInternalError;
}

int failed(const std::string& message, int code) {
  complain(message);
  return code;
}

/// The exit code, said and written.
int guarded(int argc, char** argv, std::unique_ptr<Crew>& crew) {
  try {
    if (argc > 1 && std::string_view(argv[1]) == "verify") return run_verify(argv + 2);
    Parsed parsed = parse_arguments(argc, argv);
    crew = std::make_unique<Crew>(parsed.arguments.line);
    if (crew->helps()) return crew->help({{kStudyJob, study_job(parsed.arguments)}});
    if (!parsed.run && parsed.exit_code != 0) return failed(parsed.text, parsed.exit_code);
    if (!parsed.run) print(parsed.text);
    burelu::SolveOptions& solve = parsed.arguments.options.solve;
    solve.lead = crew->lead();
    if (solve.threads == 0) solve.threads = crew->threads();
    const int code = parsed.run ? run(parsed.arguments) : 0;
    finish_output();
    return code;
  } catch (const UsageError& error) {
    return failed(error.what(), kUsage);
  } catch (const burelu::DataError& error) {
    return failed(error.what(), kBadData);
  } catch (const burelu::DeviceError& error) {
    return failed(error.what(), kDeviceFailure);
  } catch (const burelu::MemoryError& error) {
    return failed(error.what(), kOutOfMemory);
  } catch (const std::bad_alloc&) {
    return failed("out of memory; use fewer rows or features, a smaller --rank, or a machine with more memory",
                  kOutOfMemory);
  } catch (const std::exception& error) {
    return failed(std::string("internal error: ") + error.what() + "; please report it", kInternalError);
  }
}

}  // namespace

int main(int argc, char** argv) {
  std::unique_ptr<Crew> crew;
  const int code = guarded(argc, argv, crew);
  if (crew != nullptr) crew->leave_lost(code);
  return code;
}
