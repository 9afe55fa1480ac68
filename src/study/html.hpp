// report.html: one self-contained file of sections, tables and pictures that reads at desktop and phone width.
#pragma once

#include <string>
#include <vector>

#include "study/plot.hpp"

namespace burelu::study {

/// Text with &, <, > and quotes made harmless.
std::string escaped(const std::string& text);

struct HtmlTable {
  std::vector<std::string> head;
  std::vector<std::vector<std::string>> rows;  ///< text; the first column names the row and is aligned left
  std::string caption;
  std::size_t text_columns = 1;  ///< that many first columns are text, aligned left; the others are numbers
};

/// A part of the report; `html` is trusted: made with the functions below and `escaped`.
struct Section {
  std::string title;
  std::string html;
};

std::string paragraph(const std::string& text);  ///< escapes
std::string table_html(const HtmlTable& table);  ///< escapes; scrolls sideways where the screen is narrow

/// The pictures side by side where there is room, each with its caption. Without gnuplot: a sentence that says so.
std::string figures_html(const Plotter& plotter, const std::vector<Plot>& plots);

/// The whole page.
std::string page_html(const std::string& title, const std::string& subtitle, const std::vector<Section>& sections);

/// Numbers for tables: `digits` significant ones; "–" for NaN.
std::string figure(double value, int digits = 5);
std::string percent(double value, int decimals = 1);  ///< 0.123 -> "12.3 %"
std::string duration(double seconds);                 ///< "0.4 s", "12 s", "3 min 20 s", "2 h 5 min"

}  // namespace burelu::study
