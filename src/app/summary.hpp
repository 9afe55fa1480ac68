// What a person reads when a solve ends: an aligned table.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "driver/memory_estimate.hpp"
#include "report/report.hpp"

namespace burelu::app {

using SummaryRows = std::vector<std::pair<std::string, std::string>>;

SummaryRows summary_rows(const ReportContext& context, const Dataset& data, const Relaxation& relaxation,
                         const Seconds& seconds, const NetworkReport& network);

/// The estimate of memory, and whether it fits.
SummaryRows memory_rows(const ReportContext& context, const Dataset& data, const MemoryEstimate& memory);

/// Two columns, the second aligned.
std::string aligned(const SummaryRows& rows);

}  // namespace burelu::app
