// One instance of the convergence study as a row of a Markdown table and as JSON.
#pragma once

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "burelu/matrix.hpp"

namespace burelu::bench {

inline constexpr std::array<double, 6> kGaps = {1e-1, 1e-2, 2e-3, 1e-3, 3e-4, 1e-4};
inline constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

struct Row {
  std::string name;
  double gamma = 0.0;
  index_t n = 0, d = 0, c = 0;
  std::optional<double> known;                  ///< optimum by an independent solver
  double optimum = kNone;                       ///< `known`, else the larger of final objective and bound
  std::array<std::int64_t, kGaps.size()> at{};  ///< evaluations until the bound is that close; 0: never
  std::string status;
  std::int64_t evaluations = 0;
  double objective = kNone, infeasibility = kNone, bound = kNone, gap = kNone;
  int rank = 0;
  double seconds = kNone, certify_seconds = kNone;
  std::string stop_status;  ///< of a run with the default tolerance of 1e-3; empty: not run
  std::int64_t stop_evaluations = 0;
  double stop_seconds = kNone, stop_bound = kNone;
  double network = kNone;  ///< objective of the best network
  index_t width = 0;
  std::int64_t network_evaluations = 0;
  double network_seconds = kNone;
};

inline nlohmann::ordered_json to_json(const Row& r) {
  nlohmann::ordered_json out = {{"name", r.name}, {"gamma", r.gamma}, {"n", r.n}, {"d", r.d}, {"c", r.c}};
  out["known_optimum"] = r.known ? nlohmann::ordered_json(*r.known) : nlohmann::ordered_json();
  for (std::size_t k = 0; k < kGaps.size(); ++k)
    out["evaluations_to_gap"][fmt::format("{:g}", kGaps[k])] =
        r.at[k] > 0 ? nlohmann::ordered_json(r.at[k]) : nlohmann::ordered_json();
  out["relaxation"] = {{"status", r.status},
                       {"evaluations", r.evaluations},
                       {"objective", r.objective},
                       {"infeasibility", r.infeasibility},
                       {"lower_bound", r.bound},
                       {"relative_gap", r.gap},
                       {"rank", r.rank},
                       {"seconds", r.seconds},
                       {"certify_seconds", r.certify_seconds}};
  if (!r.stop_status.empty())
    out["default_tolerance"] = {{"status", r.stop_status},
                                {"evaluations", r.stop_evaluations},
                                {"seconds", r.stop_seconds},
                                {"lower_bound", r.stop_bound}};
  if (!std::isnan(r.network))
    out["network"] = {{"objective", r.network},
                      {"width", r.width},
                      {"evaluations", r.network_evaluations},
                      {"seconds", r.network_seconds}};
  return out;
}

inline std::string number(double value, const char* format) {
  return std::isnan(value) ? "–" : fmt::format(fmt::runtime(format), value);
}

inline std::string table_line(const Row& r) {
  std::string line = fmt::format("| {} | {:g} | {}×{}→{} |", r.name, r.gamma, r.n, r.d, r.c);
  for (const std::int64_t at : r.at) line += at > 0 ? fmt::format(" {} |", at) : " – |";
  line += fmt::format(" {} | {:.2e} | {} | {} | {:.1e} | {} | {:.1f} |", number(r.bound, "{:.8g}"), r.gap,
                      number(r.known.value_or(kNone), "{:.8g}"), number(r.objective, "{:.7g}"), r.infeasibility, r.rank,
                      r.seconds);
  line += r.stop_status.empty() ? std::string(" – |")
                                : fmt::format(" {}, {:.2f} s{} |", r.stop_evaluations, r.stop_seconds,
                                              r.stop_status == "solved" ? "" : ", " + r.stop_status);
  return line +
         fmt::format(" {} | {} | {} |", number(r.network, "{:.6g}"), r.width, number(r.network_seconds, "{:.0f}"));
}

inline std::string table(const std::vector<Row>& rows) {
  std::string text = "| data | γ | n×d→c |";
  std::string rule = "|---|---|---|";
  for (const double gap : kGaps) {
    text += fmt::format(" {:g} |", gap);
    rule += "---|";
  }
  text += " bound | gap | known | objective | infeasible | rank | s | at --tol 1e-3 | network | width | s |\n";
  for (int k = 0; k < 11; ++k) rule += "---|";
  text += rule + "\n";
  for (const Row& row : rows) text += table_line(row) + "\n";
  return text;
}

/// Command, machine, commit; what the columns mean.
inline std::string header(const nlohmann::ordered_json& document) {
  const auto& machine = document["machine"];
  const auto field = [&](const char* key) { return machine[key].get<std::string>(); };
  return fmt::format(
      "Command: `{}`\n\nMachine: {}, {} cores, {} thread(s) used, load before {:.1f}; {}; {}; burelu {} at commit {}; "
      "{}.\n\nColumns 1e-1 to 1e-4: evaluations (interaction passes) until the certified bound was within that "
      "relative "
      "distance of the known optimum, or where none is known of the larger of final objective and bound. Then the end "
      "of "
      "that run; a run with the default tolerance; the best network and the seconds spent on it.\n\n",
      document["command"].get<std::string>(), field("cpu"), machine["cores"].get<int>(), document["threads"].get<int>(),
      machine["load_before"].get<double>(), field("system"), field("compiler"), field("version"), field("commit"),
      field("date"));
}

}  // namespace burelu::bench
