// The page, its style, tables and pictures.
#include "study/html.hpp"

#include <fmt/format.h>

#include <cmath>
#include <string_view>

namespace burelu::study {
namespace {

constexpr const char* kCss = R"(
:root{color-scheme:light}
*{box-sizing:border-box}
body{margin:0;background:#fff;color:#1c1c1c;font:16px/1.55 system-ui,-apple-system,"Segoe UI",Helvetica,Arial,sans-serif}
main{max-width:1180px;margin:0 auto;padding:1.2rem 1rem 3rem}
h1{font-size:1.7rem;line-height:1.2;margin:.4rem 0 .2rem}
h2{font-size:1.25rem;line-height:1.3;margin:2.2rem 0 .5rem;padding-top:.6rem;border-top:1px solid #ddd}
h3{font-size:1.05rem;margin:1.4rem 0 .3rem}
p{max-width:75ch;margin:.5rem 0 .8rem}
.sub{color:#555;margin-top:0}
nav{font-size:.93rem;margin:.8rem 0}
nav a{display:inline-block;margin:0 1rem .25rem 0;color:#005a94}
.scroll{overflow-x:auto;margin:.3rem 0 1rem;border:1px solid #ddd;border-radius:4px;width:fit-content;max-width:100%}
table{border-collapse:collapse;font-size:.88rem;font-variant-numeric:tabular-nums}
.caption{font-size:.88rem;color:#444;margin:1.2rem 0 .3rem}
th,td{padding:.3rem .6rem;text-align:right;border-top:1px solid #e6e6e6;vertical-align:top}
th{background:#f4f6f8;font-weight:600;white-space:normal;vertical-align:bottom}
td{white-space:nowrap}
th.t,td.t{text-align:left}
td:first-child,th:first-child{position:sticky;left:0;background:#fff;border-right:1px solid #e6e6e6}
th:first-child{background:#f4f6f8}
td.long{white-space:normal;min-width:14rem}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,26rem),1fr));gap:1rem;margin:.8rem 0}
figure{margin:0;min-width:0}
figure img{display:block;width:100%;height:auto;max-width:40rem}
figcaption{font-size:.88rem;color:#444;max-width:40rem}
pre{overflow-x:auto;background:#f4f6f8;padding:.6rem .8rem;border-radius:4px;font-size:.85rem}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.15rem 1rem;font-size:.92rem}
dd{margin:0;overflow-wrap:anywhere}
@media(max-width:40rem){body{font-size:15px}h1{font-size:1.4rem}dl{grid-template-columns:1fr}dt{font-weight:600}
table{font-size:.82rem}th,td{padding:.28rem .45rem}}
@media print{.scroll{overflow:visible}}
)";

constexpr std::size_t kLongText = 32;  // characters from which a cell may wrap

std::string base64(std::string_view bytes) {
  static constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    unsigned group = 0;
    for (std::size_t j = 0; j < 3; ++j)
      group = group << 8U | (i + j < bytes.size() ? static_cast<unsigned char>(bytes[i + j]) : 0U);
    for (std::size_t j = 0; j < 4; ++j)
      out += i + j <= bytes.size() ? kDigits[group >> (18U - 6U * static_cast<unsigned>(j)) & 63U] : '=';
  }
  return out;
}

std::string cell(const char* tag, const std::string& text, bool is_text) {
  std::string classes = is_text ? "t" : "";
  if (text.size() > kLongText && *tag == 't' && tag[1] == 'd') classes += classes.empty() ? "long" : " long";
  const std::string attribute = classes.empty() ? "" : " class=\"" + classes + "\"";
  return fmt::format("<{}{}>{}</{}>", tag, attribute, escaped(text), tag);
}

}  // namespace

std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string paragraph(const std::string& text) { return "<p>" + escaped(text) + "</p>\n"; }

std::string table_html(const HtmlTable& table) {
  std::string out;
  if (!table.caption.empty()) out += "<p class=\"caption\">" + escaped(table.caption) + "</p>\n";
  out += "<div class=\"scroll\"><table><thead><tr>";
  for (std::size_t i = 0; i < table.head.size(); ++i) out += cell("th", table.head[i], i < table.text_columns);
  out += "</tr></thead>\n<tbody>";
  for (const auto& row : table.rows) {
    out += "<tr>";
    for (std::size_t i = 0; i < row.size(); ++i) out += cell("td", row[i], i < table.text_columns);
    out += "</tr>\n";
  }
  return out + "</tbody></table></div>\n";
}

std::string figures_html(const Plotter& plotter, const std::vector<Plot>& plots) {
  std::string out;
  bool missing = false;
  for (const Plot& plot : plots) {
    const auto svg = plotter.draw(plot);
    missing = missing || !svg;
    if (!svg) continue;
    out += "<figure><img alt=\"" + escaped(plot.caption) + "\" src=\"data:image/svg+xml;base64," + base64(*svg) +
           "\"><figcaption>" + escaped(plot.caption) + "</figcaption></figure>\n";
  }
  if (!out.empty()) out = "<div class=\"figures\">" + out + "</div>\n";
  if (missing)
    out += paragraph(plotter.available()
                         ? "Some pictures are missing: gnuplot failed, its messages are in plots/*.log."
                         : "The pictures are missing because gnuplot is not installed; their scripts are in plots/.");
  return out;
}

std::string page_html(const std::string& title, const std::string& subtitle, const std::vector<Section>& sections) {
  std::string out =
      "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n<title>" +
      escaped(title) + "</title>\n<style>" + kCss + "</style></head>\n<body><main>\n<h1>" + escaped(title) +
      "</h1>\n<p class=\"sub\">" + escaped(subtitle) + "</p>\n<nav>";
  for (std::size_t i = 0; i < sections.size(); ++i)
    out += fmt::format("<a href=\"#s{}\">{}</a>", i, escaped(sections[i].title));
  out += "</nav>\n";
  for (std::size_t i = 0; i < sections.size(); ++i)
    out +=
        fmt::format("<section id=\"s{}\"><h2>{}</h2>\n{}</section>\n", i, escaped(sections[i].title), sections[i].html);
  return out + "</main></body></html>\n";
}

std::string figure(double value, int digits) {
  if (std::isnan(value)) return "–";
  return fmt::format("{:#.{}g}", value, digits);
}

std::string percent(double value, int decimals) {
  if (std::isnan(value)) return "–";
  return fmt::format("{:.{}f} %", 100.0 * value, decimals);
}

std::string duration(double seconds) {
  if (std::isnan(seconds)) return "–";
  if (seconds < 9.95) return fmt::format("{:.1f} s", seconds);
  const auto whole = static_cast<long long>(std::llround(seconds));
  if (whole < 60) return fmt::format("{} s", whole);
  if (whole < 3600) return fmt::format("{} min {} s", whole / 60, whole % 60);
  return fmt::format("{} h {} min", whole / 3600, whole % 3600 / 60);
}

}  // namespace burelu::study
