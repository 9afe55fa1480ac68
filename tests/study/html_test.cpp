// The report's building blocks: nothing of the data becomes markup, numbers read well, pictures are inside.
#include "study/html.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "support/scratch_folder.hpp"

namespace burelu::study {
namespace {

TEST(Html, EscapesWhatComesFromData) {
  EXPECT_EQ(escaped("a<b>&\"c\""), "a&lt;b&gt;&amp;&quot;c&quot;");
  const std::string table = table_html({{"<head>"}, {{"<script>"}}, "<caption>", 1});
  for (const char* tag : {"<script>", "<head>"}) EXPECT_EQ(table.find(tag), std::string::npos);
  EXPECT_NE(table.find("&lt;caption&gt;"), std::string::npos);
}

TEST(Html, PageHasItsSections) {
  const std::string page = page_html("T", "s", {{"First", "<p>1</p>"}, {"Second", ""}});
  EXPECT_NE(page.find("name=\"viewport\""), std::string::npos);
  EXPECT_NE(page.find("<a href=\"#s1\">Second</a>"), std::string::npos);
  EXPECT_NE(page.find("<section id=\"s1\"><h2>Second</h2>"), std::string::npos);
  EXPECT_EQ(page.find("http"), std::string::npos);  // self-contained
}

TEST(Html, FormatsNumbers) {
  EXPECT_EQ(figure(8.101424, 5), "8.1014");
  EXPECT_EQ(figure(std::nan(""), 5), "–");
  EXPECT_EQ(percent(0.1234), "12.3 %");
  EXPECT_EQ(duration(0.42), "0.4 s");
  EXPECT_EQ(duration(9.97), "10 s");
  EXPECT_EQ(duration(200.0), "3 min 20 s");
  EXPECT_EQ(duration(7500.0), "2 h 5 min");
}

TEST(Plot, ScriptHoldsItsDataAndLabelsAreHarmless) {
  const Plot plot{"p", "c", {{"d", {{1.0, std::nan("")}, {2.5}}, {"a\"b"}}}, "plot $d using 2:3", 640, 420};
  const std::string text = script(plot, "out.svg");
  EXPECT_NE(text.find("$d << EOD\n\"a\\\"b\" 1 nan\n2.5\nEOD\n"), std::string::npos) << text;
}

TEST(Plot, FiguresAreInsideThePage) {
  const test::ScratchFolder folder;
  const Plotter plotter(folder.path("plots"));
  const std::string html = figures_html(plotter, {{"p", "A line.", {{"d", {{0, 0}, {1, 1}}, {}}}, "plot $d w l"}});
  EXPECT_TRUE(folder.has("plots/p.gp"));
  if (!plotter.available()) {
    EXPECT_NE(html.find("gnuplot is not installed"), std::string::npos);
    GTEST_SKIP() << "no gnuplot";
  }
  EXPECT_NE(html.find("data:image/svg+xml;base64,"), std::string::npos) << html;
  EXPECT_NE(html.find("A line."), std::string::npos);
}

TEST(Plot, SaysThatAPictureIsMissing) {
  const test::ScratchFolder folder;
  const Plotter plotter(folder.path("plots"));
  const std::string html = figures_html(plotter, {{"p", "c", {}, "this is no command"}});
  EXPECT_NE(html.find("missing"), std::string::npos) << html;
}

}  // namespace
}  // namespace burelu::study
