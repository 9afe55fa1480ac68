// Scripts for gnuplot, and gnuplot itself.
#include "study/plot.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "formats/output_file.hpp"
#include "study/child_process.hpp"

namespace burelu::study {
namespace {

constexpr double kTimeLimit = 60.0;

// Text large enough for a phone, where the picture is drawn at half its size.
constexpr const char* kStyle =
    "set border 3 lc rgb '#555555'\nset tics nomirror out scale 0.5\nset grid lc rgb '#dddddd' lt 1 lw 1\n"
    "set key noenhanced\nset datafile missing 'nan'\n";

std::string block(const PlotData& data) {
  std::string text = "$" + data.name + " << EOD\n";
  for (std::size_t i = 0; i < data.rows.size(); ++i) {
    if (i < data.labels.size()) text += quoted(data.labels[i]) + (data.rows[i].empty() ? "" : " ");
    for (std::size_t j = 0; j < data.rows[i].size(); ++j)
      text += (j > 0 ? " " : "") + (std::isfinite(data.rows[i][j]) ? fmt::format("{:.10g}", data.rows[i][j]) : "nan");
    text += '\n';
  }
  return text + "EOD\n";
}

}  // namespace

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c == '\n' ? ' ' : c;
  }
  return out + "\"";
}

std::string color(std::size_t index) {
  static constexpr std::array<const char*, 8> kColors = {"#0072b2", "#d55e00", "#009e73", "#cc79a7",
                                                         "#e69f00", "#56b4e9", "#000000", "#8a6d00"};
  return quoted(kColors[index % kColors.size()]);
}

std::string script(const Plot& plot, const std::string& output) {
  std::string text = "# " + plot.caption + "\n";
  text += fmt::format(
      "set terminal svg size {},{} dynamic enhanced background '#ffffff' font "
      "'Helvetica,Arial,sans-serif,16'\n",
      plot.width, plot.height);
  text += "set output " + quoted(output) + "\nset encoding utf8\n" + kStyle;
  for (const PlotData& data : plot.data) text += block(data);
  return text + plot.commands + "\n";
}

Plotter::Plotter(std::string folder) : folder_(std::move(folder)), gnuplot_(find_program("gnuplot")) {}

std::optional<std::string> Plotter::draw(const Plot& plot) const {
  std::filesystem::create_directories(folder_);
  const std::string stem = folder_ + "/" + plot.name;
  const std::string svg = stem + ".svg";
  write_file(stem + ".gp", script(plot, svg));
  if (!available()) return std::nullopt;
  std::error_code ignored;
  std::filesystem::remove(svg, ignored);
  const ChildResult child = run_child({gnuplot_, stem + ".gp"}, {stem + ".log", kTimeLimit, {}});
  if (child.exit_code != 0) return std::nullopt;
  std::filesystem::remove(stem + ".log", ignored);
  std::ifstream file(svg, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(file), {}};
  if (text.empty()) return std::nullopt;
  return text;
}

}  // namespace burelu::study
