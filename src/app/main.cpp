// burelu: parses, dispatches, and turns exceptions into one line and an exit code.
#include <fmt/format.h>

#include <cstdio>
#include <new>
#include <string_view>

#include "app/commands.hpp"
#include "app/errors.hpp"
#include "app/exit_codes.hpp"
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
      return run_info();
    case Command::study_tightness:
      return run_study_tightness(arguments);
    case Command::study_accuracy:
      return run_study_accuracy(arguments);
    case Command::study_cuts:
      return run_study_cuts(arguments);
  }
  return kInternalError;
}

int complain(const char* message, int code) {
  fmt::print(stderr, "burelu: {}\n", message);
  return code;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    if (argc > 1 && std::string_view(argv[1]) == "verify") return run_verify(argv + 2);
    const Parsed parsed = parse_arguments(argc, argv);
    if (parsed.run) return run(parsed.arguments);
    if (parsed.exit_code != 0) return complain(parsed.text.c_str(), parsed.exit_code);
    fmt::print("{}", parsed.text);
    return 0;
  } catch (const UsageError& error) {
    return complain(error.what(), kUsage);
  } catch (const burelu::DataError& error) {
    return complain(error.what(), kBadData);
  } catch (const burelu::DeviceError& error) {
    return complain(error.what(), kDeviceFailure);
  } catch (const burelu::MemoryError& error) {
    return complain(error.what(), kOutOfMemory);
  } catch (const std::bad_alloc&) {
    return complain("out of memory; use fewer rows, a smaller --rank, or a machine with more memory", kOutOfMemory);
  } catch (const std::exception& error) {
    return complain((std::string("internal error: ") + error.what() + "; please report it").c_str(), kInternalError);
  }
}
