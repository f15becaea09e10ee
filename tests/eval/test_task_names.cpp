// What a task file may say and what evaluation knows are two tables in two rooms: they hold the same names.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <sstream>
#include <string>

#include "base/error.h"
#include "data/task_file.h"
#include "eval/answers/extract.h"
#include "eval/metrics/corpus_metrics.h"
#include "eval/metrics/metrics.h"
#include "testing/check.h"

namespace flanmoe {
namespace {

using Names = std::set<std::string>;

// The names behind "one of" in a refusal.
template <class Work>
Names offered(const Work& work) {
  const std::string mark = "one of ", message = message_of<UserError>(work);
  Names names;
  if (message.find(mark) == std::string::npos) return names;
  std::istringstream list(message.substr(message.find(mark) + mark.size()));
  for (std::string name; std::getline(list, name, ',');) {
    std::erase(name, ' ');
    if (!name.empty()) names.insert(name);
  }
  return names;
}

Names offered_by_task_files(const std::string& key, const std::string& value = "zzzzzzzzzzzzzzz") {
  return offered([&] {
    parse_task_file(parse_config("name: t\ntemplates: [{input: x}]\n" + key + ": " + value + "\n", "t.yaml"));
  });
}

TEST(TaskNames, MetricsAreThoseOfEvaluation) {
  Names known = offered([] { metric_named("zzzzzzzzzzzzzzz"); });
  known.merge(offered([] { corpus_metric_named("zzzzzzzzzzzzzzz"); }));
  EXPECT_GT(known.size(), 10u);
  EXPECT_EQ(offered_by_task_files("metric"), known);
}

// By file and line, before anything is asked: rouge_l is a metric, but not of a whole task.
TEST(TaskNames, FurtherMetricsAreThoseOfWholeTasks) {
  const Names known = offered([] { corpus_metric_named("zzzzzzzzzzzzzzz"); });
  EXPECT_EQ(known.size(), 5u);
  for (const char* value : {"[zzz]", "[bleu, rouge_l]", "[exact_match]"})
    EXPECT_EQ(offered_by_task_files("further_metrics", value), known) << value;
  const std::string message = message_of<UserError>([] {
    parse_task_file(parse_config("name: t\ntemplates: [{input: x}]\nfurther_metrics: [rouge_l]\n", "t.yaml"));
  });
  EXPECT_NE(message.find("t.yaml:3: 'further_metrics' is "), std::string::npos) << message;
}

TEST(TaskNames, ExtractionRulesAreThoseOfEvaluation) {
  ExtractionRule rule;
  rule.name = "zzzzzzzzzzzzzzz";
  const Names known = offered([&] { extract(rule, "text"); });
  EXPECT_EQ(known.size(), 5u);
  EXPECT_EQ(offered_by_task_files("extraction"), known);
}

}  // namespace
}  // namespace flanmoe
