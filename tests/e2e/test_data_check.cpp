// `flanmoe data check` as a user runs it: statuses, reports, files.
#include <gtest/gtest.h>

#include "base/json.h"
#include "e2e/binary.h"
#include "testing/check.h"

namespace flanmoe::e2e {
namespace {

const std::string kQuestion = "Which town by the river Vorna sells the most bread to bakers of the hills in winter";

class DataCheck : public FolderTest {
 protected:
  void SetUp() override {
    FolderTest::SetUp();
    task("exam", "test", kQuestion + "?");
    task("clean", "train", "Where is Temmel?");
    task("dirty", "train", "Say: " + kQuestion);
  }
  void task(const std::string& name, const std::string& split, const std::string& question) const {
    put(name + ".jsonl", Json{{"id", name}, {"fields", {{"question", question}}}, {"answers", {"yes"}}}.dump() + "\n");
    put(name + ".yaml",
        "name: " + name + "\nformat: jsonl\nsplits: {" + split + ": " + name + ".jsonl}\ntemplates: [{input: x}]\n");
  }
  std::string at(const std::string& name) const { return (folder_ / name).string(); }
  Ended check(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), {"data", "check"});
    arguments.insert(arguments.end(), {"--data", folder_.string()});
    return flanmoe(arguments);
  }
};

void expect_says(const std::string& text, const std::vector<std::string>& parts) {
  for (const std::string& part : parts) EXPECT_NE(text.find(part), std::string::npos) << part << " in: " << text;
}

TEST_F(DataCheck, CleanTextEndsWithZero) {
  const Ended ended = check({"{data}/clean.yaml", "--against", "{data}/exam.yaml"});
  EXPECT_EQ(ended.status, 0) << ended.err;
  expect_says(ended.out, {"1 evaluation rows in 1 training texts: 0 questions and 0 answers found"});
}

TEST_F(DataCheck, FindingsEndWithThree) {
  const Ended ended = check({"{data}/dirty.yaml", "--against", "{data}/exam.yaml"});
  EXPECT_EQ(ended.status, 3) << ended.err;
  expect_says(ended.out, {"exam, test: 1 rows; found 1 questions", "run exam is in dirty dirty: \"" + kQuestion + "\"",
                          "training task dirty: 1 texts"});
}

TEST_F(DataCheck, AMixtureIsWhatItTrainsOnAndASuiteWhatItLists) {
  put("mixture.yml", "tasks: [\"{data}/clean.yaml\", \"{data}/dirty.yaml\"]\nexclude: [dir*]\n");
  put("suite.yml", "tasks: [\"{data}/exam.yaml\"]\nprompts: direct\n");
  const Ended ended = check({"{data}/mixture.yml", "--against", "{data}/suite.yml"});
  EXPECT_EQ(ended.status, 0) << ended.err;
  expect_says(ended.out, {"1 evaluation rows in 1 training texts"});
}

TEST_F(DataCheck, TasksThatAreNotThereMayBeLeftOut) {
  put("far.yaml", "name: far\nformat: jsonl\nsplits: {test: far.jsonl}\ntemplates: [{input: x}]\n");
  const std::vector<std::string> arguments = {"{data}/clean.yaml", "--against", "{data}/exam.yaml", "{data}/far.yaml"};
  const Ended refused = check(arguments);
  EXPECT_EQ(refused.status, 2);
  expect_says(refused.err, {"'far'", "far.jsonl", "no such file", "--skip-missing"});
  std::vector<std::string> skipping = arguments;
  skipping.push_back("--skip-missing");
  const Ended ended = check(skipping);
  EXPECT_EQ(ended.status, 0) << ended.err;
  expect_says(ended.err, {"not checked against", "'far'"});
  expect_says(check({"{data}/clean.yaml", "--against", "{data}/far.yaml", "--skip-missing"}).err, {"no task is left"});
}

TEST_F(DataCheck, TheReportAsJson) {
  const Ended ended = check({"{data}/dirty.yaml", "--against", "{data}/exam.yaml", "--json", "--show", "0"});
  EXPECT_EQ(ended.status, 3);
  const Json report = parse_json(ended.out, "report");
  EXPECT_EQ(report["clean"], false);
  EXPECT_EQ(report["tasks"][0]["task"], "exam");
  EXPECT_EQ(report["tasks"][0]["questions"], 1);
  EXPECT_TRUE(report["tasks"][0]["pairs"].empty());
  EXPECT_EQ(report["sources"][0]["training_task"], "dirty");
}

TEST_F(DataCheck, EveryPairGoesIntoAFile) {
  put("book.txt", "One.\n\nHe asked: " + kQuestion + "\nNo one knew.\n");
  const Ended ended = check({"{data}/dirty.yaml", "--against", "{data}/exam.yaml", "--corpus", "{data}/book.txt",
                             "--out", at("pairs.jsonl")});
  EXPECT_EQ(ended.status, 3);
  std::istringstream lines(content_of(folder_ / "pairs.jsonl"));
  std::vector<Json> pairs;
  for (std::string line; std::getline(lines, line);) pairs.push_back(parse_json(line, "pairs"));
  ASSERT_EQ(pairs.size(), 2u);
  EXPECT_EQ(pairs[0], (Json{{"task", "exam"},
                            {"split", "test"},
                            {"id", "exam"},
                            {"training_task", "dirty"},
                            {"training_id", "dirty"},
                            {"kind", "run"},
                            {"text", kQuestion}}));
  EXPECT_EQ(pairs[1]["training_task"], at("book.txt"));
  EXPECT_EQ(pairs[1]["training_id"], "document 2");
}

TEST_F(DataCheck, BadInputIsRefusedAndLeavesNothing) {
  const auto refused = [&](const std::vector<std::string>& arguments, const std::vector<std::string>& parts) {
    const Ended ended = check(arguments);
    EXPECT_EQ(ended.status, 2);
    EXPECT_EQ(ended.out, "");
    expect_says(ended.err, parts);
  };
  refused({"--against", "{data}/exam.yaml"}, {"nothing to check", "--corpus"});
  refused({"{data}/dirty.yaml"}, {"--against"});
  refused({"{data}/dirty.yaml", "--against", "{data}/exam.yaml", "--window", "5"}, {"--window"});
  refused({"smal", "--against", "{data}/exam.yaml"}, {"'smal'", "did you mean 'small'?"});
  refused({"{data}/dirty.yaml", "--against", "mmlo"}, {"mmlo", "mmlu"});
  put("suite.yml", "tasks: [\"{data}/exam.yaml\"]\nprompt: direct\n");
  refused({"{data}/dirty.yaml", "--against", "{data}/suite.yml"}, {"suite.yml:2", "'prompts'"});
  refused({"{data}/dirty.yaml", "--against", "{data}/dirty.yaml"}, {"'dirty'", "only 'train'"});
  put("old.jsonl", "mine\n");
  refused({"{data}/dirty.yaml", "--against", "{data}/exam.yaml", "--out", at("old.jsonl")},
          {"old.jsonl", "exists already"});
  EXPECT_EQ(content_of(folder_ / "old.jsonl"), "mine\n");
  const size_t before = num_entries();
  refused(
      {"{data}/dirty.yaml", "--against", "{data}/exam.yaml", "--corpus", "{data}/none.txt", "--out", at("new.jsonl")},
      {"none.txt", "cannot read"});
  EXPECT_EQ(num_entries(), before);
}

}  // namespace
}  // namespace flanmoe::e2e
