// The command that goes on with an undecided question, on the terminal and on the page.
#include "report/way_on.h"

#include <gtest/gtest.h>

#include "report/fixture.h"
#include "report/markup.h"

namespace flanmoe {
namespace {

Json verdict(const Json& next) {
  return {{"question", "Is a < b?"}, {"answer", "undecided"}, {"text", "undecided: +1.0"}, {"next", next}};
}

Json way(const std::string& study, const Json& seeds) {
  return {{"needed", 7}, {"text", "about 7 seeds would decide it"}, {"study", study}, {"seeds", seeds}};
}

TEST(WayOn, IsTheCommandWithMoreSeeds) {
  const Json more = verdict(way("", {1, 2, 3}));
  const std::string rest = "flanmoe study tasks --out a 'model={d_ff: 3}'", expected = rest + " 'seeds=[1, 2, 3]'";
  EXPECT_EQ(command_on(more, rest), expected);
  EXPECT_EQ(command_on(more, "flanmoe study tasks 'seeds=[1, 2]' --out a 'model={d_ff: 3}'"), expected);
  EXPECT_EQ(command_on(more, "flanmoe study tasks --out a 'model={d_ff: 3}' seeds=[1]"), expected);
  EXPECT_EQ(command_on(more, "flanmoe study tasks seeds=[1, 2] --out a 'model={d_ff: 3}'"), expected);  // of old files
}

TEST(WayOn, MayBeAnotherStudyOrNone) {
  EXPECT_EQ(command_on(verdict(way("instruction", {1, 2})), "flanmoe study mini 'seeds=[5]'"),
            "flanmoe study instruction 'seeds=[1, 2]'");
  EXPECT_EQ(command_on(verdict(way("", Json::array())), "flanmoe study mini"), "");
  EXPECT_EQ(command_on(verdict(nullptr), "flanmoe study mini"), "");
}

TEST(WayOn, IsOneLineForEachOpenQuestion) {
  Json results = {{"command", "flanmoe study mini"}};
  results["verdicts"] = Json::array({verdict(nullptr), verdict(way("", {1, 2})), verdict(way("", Json::array()))});
  results["verdicts"].push_back({{"question", "Of an old file?"}, {"answer", "undecided"}});
  EXPECT_EQ(
      lines_on(results),
      (std::vector<std::string>{"undecided: Is a < b? about 7 seeds would decide it: flanmoe study mini 'seeds=[1, 2]'",
                                "undecided: Is a < b? about 7 seeds would decide it"}));
}

TEST(WayOn, StandsOnTheCardOfItsQuestion) {
  Json results = fixture_results();
  results["command"] = "flanmoe study mini";
  results["verdicts"] = Json::array({verdict(way("", {1, 2}))});
  const std::string html = drawn(report::verdict_section, results);
  EXPECT_TRUE(holds(html,
                    "<p class=\"note\">about 7 seeds would decide it: <code>flanmoe study mini "
                    "&#39;seeds=[1, 2]&#39;</code></p>"))
      << html;
  results["verdicts"][0]["next"]["seeds"] = Json::array();
  EXPECT_TRUE(holds(drawn(report::verdict_section, results), "<p class=\"note\">about 7 seeds would decide it</p>"));
}

}  // namespace
}  // namespace flanmoe
