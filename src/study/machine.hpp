// Where and how a study ran: what has to stand beside every measured figure.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace burelu::study {

/// Value of the first line of /proc/cpuinfo that begins with `key`; "unknown" elsewhere.
std::string cpu_field(const std::string& key);

/// UTC, "2026-01-31".
std::string today();

/// User and system time of this process and of the programs it ran, so far: what a busy machine does not distort.
double processor_seconds();

/// Processor, cores, system, compiler, build, version, commit, date, load.
nlohmann::ordered_json machine();

}  // namespace burelu::study
