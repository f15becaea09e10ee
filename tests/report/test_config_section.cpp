// The table of all tasks, and what is needed to run the study again.
#include <gtest/gtest.h>

#include "report/fixture.h"
#include "report/markup.h"

namespace flanmoe::report {
namespace {

Json task(const std::string& arm, const std::string& stage, const std::string& name, const Json& score) {
  return {{"arm", arm},        {"stage", stage}, {"suite", "exam"}, {"task", name},          {"prompting", "cot"},
          {"num_items", 1250}, {"score", score}, {"chance", 25.0},  {"standard_error", 3.14}};
}

Json with_tasks(const Json& tasks) {
  Json results = fixture_results({1, 1, false});
  results["tasks"] = tasks;
  return results;
}

TEST(TasksSection, ARowForEveryTaskAndAColumnForEveryArm) {
  const std::string html = drawn(
      tasks_section, with_tasks({task("dense", "instructed", "a<b", 44.0), task("dense", "instructed", "other", 10.0),
                                 task("switch", "instructed", "a<b", 55.5)}));
  EXPECT_TRUE(holds(
      html,
      "<td class=\"left\">exam</td><td class=\"left\">a&lt;b</td><td class=\"left\">cot</td><td>1,250</td><td>25.0</td>"
      "<td>–</td><td>44.0 <small>± 3.1</small></td><td>–</td><td>55.5 <small>± 3.1</small></td>"));
  EXPECT_EQ(elements_of(html, "tr").size(), 3u);  // head and two tasks
  EXPECT_EQ(elements_of(html, "th").size(), 9u);  // six of the task, three arms
  expect_well_formed(html);
}

TEST(TasksSection, StagesAreFoldedApartInTheOrderOfTheFile) {
  const std::string html =
      drawn(tasks_section, with_tasks({task("dense", "pretrained", "t", 1.0), task("dense", "instructed", "t", 2.0),
                                       task("switch", "pretrained", "t", 3.0)}));
  EXPECT_EQ(contents_of(elements_of(html, "summary")),
            (std::vector<std::string>{"Stage: pretrained", "Stage: instructed"}));
  const size_t second = html.find("Stage: instructed");
  EXPECT_LT(html.find("<td>3.0 "), second);
  EXPECT_GT(html.find("<td>2.0 "), second);
}

TEST(TasksSection, AScoreThatIsNoneIsADash) {
  Json one = task("dense", "instructed", "t", nullptr);
  one["standard_error"] = nullptr;
  EXPECT_TRUE(holds(drawn(tasks_section, with_tasks(Json::array({one}))),
                    "<td>25.0</td><td>–</td><td>–</td><td>–</td><td>–</td>"));
}

TEST(TasksSection, NoTaskNoSection) {
  EXPECT_EQ(drawn(tasks_section, with_tasks(nullptr)), "");
  EXPECT_EQ(drawn(tasks_section, with_tasks(Json::array())), "");
}

TEST(ConfigSection, TellsHowToRunItAgain) {
  Json results = fixture_results();
  results["command"] = "flanmoe study mini 'seeds=[1]' && echo";
  results["config"] = "a: <b>\nc: 1\n";
  const std::string html = drawn(config_section, results);
  EXPECT_TRUE(holds(html, "<pre class=\"command\">flanmoe study mini &#39;seeds=[1]&#39; &amp;&amp; echo</pre>"));
  EXPECT_TRUE(holds(html, "<pre>a: &lt;b&gt;\nc: 1\n</pre>"));
  expect_well_formed(html);
}

TEST(ConfigSection, NamesTheMachine) {
  Json results = fixture_results();
  results["timing"]["machine"] = {{"processor", "A & B"}, {"cores", 2}, {"vector_code", true}};
  results["timing"]["cell_seconds"] = 5430.0;
  const std::string html = drawn(config_section, results);
  EXPECT_TRUE(holds(html, "<td class=\"left\">processor</td><td class=\"left\">A &amp; B</td>"));
  EXPECT_TRUE(holds(html, "<td class=\"left\">cores</td><td class=\"left\">2</td>"));
  EXPECT_TRUE(holds(html, "<td class=\"left\">vector_code</td><td class=\"left\">true</td>"));
  EXPECT_TRUE(holds(html, "<td class=\"left\">90.5 min</td>"));
  EXPECT_TRUE(
      holds(html, "<td class=\"left\">training taken from runs/lab</td><td class=\"left\">3 runs, 4.5 min</td>"));
  results["timing"]["cell_seconds"] = nullptr;
  EXPECT_FALSE(holds(drawn(config_section, results), "computing time"));
  results["timing"]["machine"] = nullptr;
  EXPECT_FALSE(holds(drawn(config_section, results), "<table"));
}

TEST(ConfigSection, NothingToTellNoSection) {
  Json results = fixture_results();
  results["command"] = results["config"] = "";
  results["timing"] = nullptr;
  EXPECT_EQ(drawn(config_section, results), "");
}

}  // namespace
}  // namespace flanmoe::report
