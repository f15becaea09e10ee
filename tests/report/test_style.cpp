// The style sheet dresses what the page holds, and nothing else reaches for a style.
#include <gtest/gtest.h>

#include <set>
#include <sstream>

#include "report/fixture.h"
#include "report/markup.h"
#include "report/report.h"

namespace flanmoe::report {
namespace {

bool has_rule(const std::string& sheet, const std::string& name) {
  for (size_t at = sheet.find("." + name); at != std::string::npos; at = sheet.find("." + name, at + 1)) {
    const char after = sheet[at + 1 + name.size()];
    if (!std::isalnum(static_cast<unsigned char>(after)) && after != '-') return true;
  }
  return false;
}

TEST(Style, EveryClassOfThePageHasARule) {
  const std::string sheet = style_sheet(), html = render_report(fixture_results());
  std::set<std::string> classes;
  for (const char* tag : {"section", "div", "p", "span", "dl", "ul", "article", "tr", "td", "th", "pre", "text", "line",
                          "path", "circle"}) {
    for (const Element& element : elements_of(html, tag)) {
      std::istringstream words(element.at("class"));
      for (std::string word; words >> word;) classes.insert(word);
    }
  }
  EXPECT_GT(classes.size(), 20u);
  // A command's block is any block; a noisy card and a noisy badge are those without a better class.
  for (const char* plain : {"command", "noisy"}) classes.erase(plain);
  for (const std::string& name : classes) EXPECT_TRUE(has_rule(sheet, name)) << name;
}

TEST(Style, EveryVariableIsSet) {
  const std::string sheet = style_sheet();
  size_t used = 0;
  for (size_t at = sheet.find("var(--"); at != std::string::npos; at = sheet.find("var(--", at + 1), ++used) {
    const std::string name = sheet.substr(at + 4, sheet.find(')', at) - at - 4);
    EXPECT_TRUE(holds(sheet, name + ": #")) << name;
  }
  EXPECT_GT(used, 5u);
}

TEST(Style, BracesAreBalancedAndNothingIsFetched) {
  const std::string sheet = style_sheet();
  EXPECT_EQ(count_of(sheet, "{"), count_of(sheet, "}"));
  EXPECT_EQ(count_of(sheet, "/*"), count_of(sheet, "*/"));
  for (const char* outside : {"url(", "@import", "@font-face", "http", "<"})
    EXPECT_FALSE(holds(sheet, outside)) << outside;
  for (const char* medium : {"@media print", "@media (max-width"}) EXPECT_TRUE(holds(sheet, medium)) << medium;
}

}  // namespace
}  // namespace flanmoe::report
