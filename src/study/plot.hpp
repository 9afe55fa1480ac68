// Pictures by gnuplot, as SVG. Each plot is one script with its data inside, kept in the output folder, so that
// `gnuplot NAME.gp` draws it again or in another format.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace burelu::study {

/// A block of numbers for a script: `$name << EOD` ... NaN is written as "nan", blank lines where a row is empty.
struct PlotData {
  std::string name;
  std::vector<std::vector<double>> rows;
  std::vector<std::string> labels;  ///< one per row, quoted in the first column; or none
};

/// One picture: gnuplot commands that draw from the data blocks. Terminal, output and style are set before them.
struct Plot {
  std::string name;     ///< of the files, without ending
  std::string caption;  ///< one sentence under the picture
  std::vector<PlotData> data;
  std::string commands;
  int width = 540;
  int height = 380;
};

class Plotter {
 public:
  /// Files go to `folder`, which is made when the first plot is drawn.
  explicit Plotter(std::string folder);

  bool available() const { return !gnuplot_.empty(); }
  /// The SVG, or nothing where gnuplot is absent or failed. The script is written in any case.
  std::optional<std::string> draw(const Plot& plot) const;

 private:
  std::string folder_;
  std::string gnuplot_;
};

/// The whole script.
std::string script(const Plot& plot, const std::string& output);

/// A text in gnuplot's quotes: labels and titles, with its markup characters taken literally.
std::string quoted(const std::string& text);

/// Hand-picked colours that stay apart for the colour-blind (Okabe and Ito, 2008); repeats after eight.
std::string color(std::size_t index);

}  // namespace burelu::study
