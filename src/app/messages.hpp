// What the program says: results on standard output, everything else on standard error.
#pragma once

#include <string>
#include <string_view>

#include "app/arguments.hpp"
#include "formats/warn.hpp"

namespace burelu::app {

/// Writes to standard output. Throws `DataError` where that fails, at once or in `finish_output`.
void print(std::string_view text);

/// At the end of a command: what is still on its way must arrive, or the command has failed.
void finish_output();

/// "burelu: ..." on standard error.
void complain(std::string_view text);

/// Warnings on standard error, unless the level is below.
Warn warnings(LogLevel level);

}  // namespace burelu::app
