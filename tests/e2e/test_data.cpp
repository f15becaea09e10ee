// `flanmoe data` as a user runs it: lists, examples and statistics of the small world.
#include "base/files.h"
#include "base/json.h"
#include "e2e/binary.h"
#include "testing/check.h"

namespace flanmoe::e2e {
namespace {

using Words = std::vector<std::string>;

class Data : public FolderTest {
 protected:
  void SetUp() override {
    FolderTest::SetUp();
    put("mix.yaml",
        "tasks: [\"{data}/tasks\"]\ngroups: [muffin, t0_sf, niv2, cot]\nproportions: [0.4, 0.3, 0.2, 0.1]\n"
        "styles: {zs_opt: 1, zs_noopt: 1, fs_opt: 1, fs_noopt: 1}\nsource_length: 64\ntarget_length: 24\n");
  }
  std::string mixture() const { return (folder_ / "mix.yaml").string(); }
  static std::string data() { return world().string(); }
  static std::string tokenizer() { return (world() / "spiece.model").string(); }
};

std::vector<Json> json_lines(const std::string& text) {
  std::vector<Json> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(parse_json(line, "output"));
  return lines;
}

TEST_F(Data, ListTellsRowsAndWhetherTasksMayBeTrainedOn) {
  const Ended table = flanmoe({"data", "list", (world() / "tasks").string(), (world() / "finetune").string()});
  ASSERT_EQ(table.status, 0) << table.err;
  EXPECT_NE(table.out.find("held"), std::string::npos);
  EXPECT_NE(table.out.find("train "), std::string::npos);
  const Ended ended = flanmoe({"data", "list", mixture(), "{data}/heldout", "--data", data(), "--json"});
  ASSERT_EQ(ended.status, 0) << ended.err;
  std::map<std::string, int> held;
  const Json list = parse_json(ended.out, "output");
  for (const Json& task : list.at("tasks")) {
    ++held[task.at("held").get<std::string>()];
    for (const auto& [split, rows] : task.at("splits").items()) EXPECT_GT(rows.get<int>(), 0) << split;
  }
  EXPECT_GT(held["in"], 3);
  EXPECT_GT(held["out"], 3);
}

TEST_F(Data, ListGoesOnWhereASplitIsAbsentOrDamaged) {
  put("good.jsonl", "{\"id\": \"1\", \"fields\": {\"q\": \"x\"}, \"answers\": [\"y\"]}\n");
  put("bad.jsonl", "{\"id\"\n");
  put("task.yaml",
      "name: one\nformat: jsonl\nsplits: {train: good.jsonl, dev: bad.jsonl, test: none.jsonl}\n"
      "templates: [{input: \"{q}\"}]\n");
  const Ended ended = flanmoe({"data", "list", (folder_ / "task.yaml").string()});
  ASSERT_EQ(ended.status, 0) << ended.err;
  EXPECT_NE(ended.out.find("dev absent, test absent, train 1"), std::string::npos) << ended.out;
  EXPECT_NE(ended.err.find("task 'one', split 'dev': "), std::string::npos) << ended.err;
  EXPECT_NE(ended.err.find("bad.jsonl:1"), std::string::npos) << ended.err;
}

TEST_F(Data, ShowSetsInputAndTargetApart) {
  const Ended ended = flanmoe({"data", "show", mixture(), "--data", data(), "--count", "4"});
  ASSERT_EQ(ended.status, 0) << ended.err;
  for (const char* part : {"[task ", "style ", "shots ", "input:\n  ", "target:\n  "})
    EXPECT_NE(ended.out.find(part), std::string::npos) << part << " in " << ended.out;
  EXPECT_EQ(flanmoe({"data", "show", mixture(), "--data", data(), "--count", "4"}).out, ended.out);
  EXPECT_NE(flanmoe({"data", "show", mixture(), "--data", data(), "--count", "4", "--seed", "2"}).out, ended.out);
}

TEST_F(Data, ShowTellsPiecesAndIdsWithATokenizer) {
  const Ended ended =
      flanmoe({"data", "show", mixture(), "--data", data(), "--count", "3", "--tokenizer", tokenizer(), "--json"});
  ASSERT_EQ(ended.status, 0) << ended.err;
  const auto lines = json_lines(ended.out);
  ASSERT_EQ(lines.size(), 3u);
  for (const Json& line : lines) {
    EXPECT_EQ(line.at("input_pieces").back(), "</s>");
    EXPECT_EQ(line.at("input_ids").back(), 1);
    EXPECT_EQ(line.at("input_ids").size(), line.at("input_pieces").size());
    EXPECT_LE(line.at("input_ids").size(), 64u);
    for (const char* key : {"task", "group", "style", "template", "shots_left", "cut", "target_pieces"})
      EXPECT_TRUE(line.contains(key)) << key;
  }
}

TEST_F(Data, ShowTakesATaskASplitAndATemplate) {
  const std::string folder = (world() / "heldout/exam").string();
  const Ended ended = flanmoe({"data", "show", folder, "--split", "test", "--template", "0", "--count", "2", "--json"});
  ASSERT_EQ(ended.status, 0) << ended.err;
  for (const Json& line : json_lines(ended.out)) {
    EXPECT_EQ(line.at("split"), "test");
    EXPECT_EQ(line.at("template"), 0);
  }
  const Ended wrong = flanmoe({"data", "show", folder, "--template", "99"});
  EXPECT_EQ(wrong.status, 2);
  EXPECT_NE(wrong.err.find("--template is 99"), std::string::npos) << wrong.err;
  const Ended mixed = flanmoe({"data", "show", mixture(), "--data", data(), "--split", "test"});
  EXPECT_EQ(mixed.status, 2);
  EXPECT_NE(mixed.err.find("is a mixture, which draws both"), std::string::npos) << mixed.err;
}

TEST_F(Data, ShowMasksTheCorpus) {
  const Ended ended = flanmoe({"data", "show", "--corpus", "--data", data(), "--count", "2"});
  ASSERT_EQ(ended.status, 0) << ended.err;
  EXPECT_NE(ended.out.find("<extra_id_0>"), std::string::npos) << ended.out;
}

TEST_F(Data, AnUnknownNameIsToldWithTheNearest) {
  const Ended ended = flanmoe({"data", "show", "smal", "--data", data()});
  EXPECT_EQ(ended.status, 2);
  EXPECT_NE(ended.err.find("'smal' is no file, mixture or task; did you mean 'small'?"), std::string::npos)
      << ended.err;
  const Ended stats = flanmoe({"data", "stats", "flna", "--data", data()});
  EXPECT_EQ(stats.status, 2);
  EXPECT_NE(stats.err.find("did you mean 'flan'?"), std::string::npos) << stats.err;
  const Ended task = flanmoe({"data", "stats", (world() / "tasks/cot").string()});
  EXPECT_EQ(task.status, 2) << task.out;
}

TEST_F(Data, StatsAddUp) {
  const Ended ended =
      flanmoe({"data", "stats", mixture(), "--data", data(), "--tokenizer", tokenizer(), "--draws", "800", "--json"});
  ASSERT_EQ(ended.status, 0) << ended.err;
  const Json stats = parse_json(ended.out, "output");
  double drawn = 0.0, configured = 0.0;
  int styles = 0;
  for (const Json& group : stats.at("groups")) {
    drawn += group.at("drawn_share").get<double>();
    configured += group.at("configured_share").get<double>();
    EXPECT_GT(group.at("source_tokens").get<int>(), 0);
  }
  for (const auto& [style, count] : stats.at("styles").items()) styles += count.get<int>();
  EXPECT_NEAR(drawn, 1.0, 1e-9);
  EXPECT_NEAR(configured, 1.0, 1e-9);
  EXPECT_EQ(styles, 800);
  EXPECT_GT(stats.at("packed_fill").at("source").get<double>(), 0.3);
  const Ended table = flanmoe({"data", "stats", mixture(), "--data", data(), "--draws", "100", "-q"});
  ASSERT_EQ(table.status, 0) << table.err;
  EXPECT_NE(table.out.find("100 draws; styles: "), std::string::npos) << table.out;
}

TEST_F(Data, TrainingTakesAMixtureFile) {
  const Ended ended = flanmoe(
      {"train", "instruct", "data=" + data(), "--mixture", mixture(), "--print-config", "mixture.source_length=48"});
  ASSERT_EQ(ended.status, 0) << ended.err;
  for (const char* part : {"proportions: [0.4, 0.3, 0.2, 0.1]", "source_length: 48", "target_length: 24", "zs_opt: 1"})
    EXPECT_NE(ended.out.find(part), std::string::npos) << part << " in " << ended.out;
  EXPECT_EQ(ended.out.find("few_shot_share: 0.1"), std::string::npos);  // of the preset's own mixture
  const Ended wrong = flanmoe({"train", "instruct", "data=" + data(), "--mixture", "smal", "--print-config"});
  EXPECT_EQ(wrong.status, 2);
  EXPECT_NE(wrong.err.find("did you mean 'small'?"), std::string::npos) << wrong.err;
}

TEST_F(Data, EvaluationTasksAreNotTrainedOn) {
  const Ended ended =
      flanmoe({"train", "instruct", "data=" + data(), "mixture.tasks=[\"{data}/heldout\"]", "--dry-run"});
  EXPECT_EQ(ended.status, 2);
  EXPECT_NE(ended.err.find("evaluation only (held: out)"), std::string::npos) << ended.err;
}

TEST_F(Data, ShowTakesSeveralNames) {
  const std::string first = (world() / "heldout/exam").string();
  const Words both = {"data", "show", first, mixture(), "--data", data(), "--count", "1", "--json"};
  const Ended ended = flanmoe(both);
  ASSERT_EQ(ended.status, 0) << ended.err;
  const auto lines = json_lines(ended.out);
  EXPECT_TRUE(lines.front().contains("split"));  // of a task
  EXPECT_TRUE(lines.back().contains("style"));   // of the mixture
  EXPECT_EQ(lines.size(), 1 + json_lines(flanmoe({"data", "show", first, "--count", "1", "--json"}).out).size());
}

TEST_F(Data, MakeSaysWhatItWrote) {
  const std::string folder = (folder_ / "caf\xe9 ").string();  // a Latin-1 name that ends with a blank
  const Ended ended = flanmoe({"data", "make", "num_facts=100", "vocab_pieces=700", "--out", folder});
  ASSERT_EQ(ended.status, 0) << ended.err;
  for (const char* part : {" tasks to tune on (tasks/)", "held out (heldout/)", "spiece.model", "flanmoe data list"})
    EXPECT_NE(ended.err.find(part), std::string::npos) << part << " in " << ended.err;
  const Ended list = flanmoe({"data", "list", folder + "/tasks/cot", "--json"});
  EXPECT_EQ(list.status, 0) << list.err;
  const Ended config = flanmoe({"train", "pretrain", "data=" + folder, "--print-config"});
  EXPECT_EQ(config.status, 2) << config.err;  // settings are YAML, which is UTF-8
  EXPECT_NE(config.err.find("is no UTF-8"), std::string::npos) << config.err;
}

TEST_F(Data, LongNamesKeepTheirRow) {
  const std::string name(70, 'n');
  put("good.jsonl", "{\"id\": \"1\", \"fields\": {\"q\": \"x\"}, \"answers\": [\"y\"]}\n");
  put("task.yaml", "name: " + name +
                       "\ngroup: cot\nformat: jsonl\nsplits: {train: good.jsonl}\n"
                       "templates: [{input: \"{q}\"}]\n");
  const Ended list = flanmoe({"data", "list", (folder_ / "task.yaml").string()});
  ASSERT_EQ(list.status, 0) << list.err;
  const size_t header = list.out.find("group"), row = list.out.find("cot", list.out.find('\n'));
  EXPECT_EQ(header, row - list.out.find('\n') - 1) << list.out;
}

// Of other tasks no file need be there.
TEST_F(Data, OnlyChosenTasksFilesAreOpened) {
  put("good.jsonl", "{\"id\": \"1\", \"fields\": {\"q\": \"x\"}, \"answers\": [\"y\"]}\n");
  put("tasks.yaml",
      "format: jsonl\ngroup: cot\ntemplates: [{input: \"{q}\"}]\ntasks:\n"
      "  - {name: good, splits: {train: good.jsonl}}\n"
      "  - {name: gone, splits: {train: gone.jsonl}, chance_of_options: true}\n");
  put("one.yaml", "tasks: [\"" + (folder_ / "tasks.yaml").string() + "\"]\ninclude: [good]\n");
  put("all.yaml", "tasks: [\"" + (folder_ / "tasks.yaml").string() + "\"]\n");
  for (const char* command : {"show", "stats", "list"}) {
    const Ended one = flanmoe({"data", command, (folder_ / "one.yaml").string()});
    EXPECT_EQ(one.status, 0) << command << one.err;
    const Ended all = flanmoe({"data", command, (folder_ / "all.yaml").string()});
    EXPECT_EQ(all.status, 2) << command << all.out;
    EXPECT_NE(all.err.find("gone.jsonl: no such file"), std::string::npos) << all.err;
  }
}

}  // namespace
}  // namespace flanmoe::e2e
