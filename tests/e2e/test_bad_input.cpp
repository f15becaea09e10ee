// What a user can get wrong: every mistake ends with status 2 (or 1 for a disk that does not take it), one message that
// says what, where and what was expected, no word of C++, and nothing left behind.
#include <gtest/gtest.h>
#include <sys/mount.h>

#include "e2e/binary.h"
#include "testing/check.h"

namespace flanmoe::e2e {
namespace {

using Words = std::vector<std::string>;

class BadInput : public FolderTest {
 protected:
  void SetUp() override {
    FolderTest::SetUp();
    world();
    model();
  }

  std::string out() const { return (folder_ / "out").string(); }

  // Runs, and expects the failure with all `parts` in its message and the folder as it was.
  void expect_refused(const Words& arguments, const Words& parts, int status = 2) const {
    const Words before = listing(folder_);
    const Ended ended = flanmoe(arguments);
    EXPECT_EQ(ended.status, status) << ended.err;
    EXPECT_EQ(ended.out, "");
    for (const std::string& part : parts)
      EXPECT_NE(ended.err.find(part), std::string::npos) << "'" << part << "' in: " << ended.err;
    for (const char* trace : {"std::", "what():", "terminate", "c10", "internal error", ".cpp", "json.exception"})
      EXPECT_EQ(ended.err.find(trace), std::string::npos) << "'" << trace << "' in: " << ended.err;
    EXPECT_EQ(listing(folder_), before);
  }

  void refused_study(const std::string& yaml, const Words& parts) const {
    const std::string file = put("mine.yaml", "parent: " FLANMOE_SOURCE_DIR "/configs/study/smoke.yaml\n" + yaml);
    expect_refused({"study", file, "--out", out()}, parts);
  }

  void refused_training(const Words& settings, const Words& parts, int status = 2) const {
    Words arguments = tiny_pretraining();
    arguments.insert(arguments.begin(), "train");
    arguments.insert(arguments.end(), settings.begin(), settings.end());
    arguments.insert(arguments.end(), {"--out", out()});
    expect_refused(arguments, parts, status);
  }
};

TEST_F(BadInput, UnknownCommand) {
  expect_refused({"stduy", "mini"}, {"unknown command 'stduy'", "did you mean 'study'", "train, eval"});
}

TEST_F(BadInput, UnknownFlag) { expect_refused({"study", "smoke", "--uot", out()}, {"--uot", "flanmoe study --help"}); }

TEST_F(BadInput, NoCommand) { expect_refused({}, {"flanmoe --help"}); }

TEST_F(BadInput, AReportOfNoStudy) {
  for (const Words& index : {Words{}, Words{"--index", (folder_ / "index.html").string()}}) {
    Words arguments = {"report"};
    arguments.insert(arguments.end(), index.begin(), index.end());
    expect_refused(arguments, {"no study is named", "flanmoe report runs/mini"});
  }
}

TEST_F(BadInput, UnknownPreset) {
  expect_refused({"study", "smoek", "--out", out()}, {"'smoek'", "did you mean 'smoke'", "mini"});
  expect_refused({"train", "pretrian", "--out", out()}, {"'pretrian'", "did you mean 'pretrain'", "instruct"});
}

TEST_F(BadInput, UnknownKeyInAFile) {
  refused_study("pretrain:\n  stesp: 3\n", {"mine.yaml:3", "pretrain.stesp", "'pretrain.steps'"});
}

TEST_F(BadInput, UnknownKeyInAnArm) {
  refused_study("arms:\n  switch:\n    model: {moe: {num_expert: 4}}\n",
                {"mine.yaml:4", "num_expert", "'moe.num_experts'"});
}

TEST_F(BadInput, UnknownKeyOnTheCommandLine) {
  refused_training({"train.step=3"}, {"command line 'train.step=3'", "train.step", "'train.steps'"});
}

TEST_F(BadInput, SettingWithoutAValue) { refused_training({"train.steps"}, {"'train.steps'", "'='"}); }

TEST_F(BadInput, WrongType) {
  refused_study("pretrain: {steps: many}\n", {"mine.yaml:2", "pretrain.steps", "'many'"});
  refused_training({"model.d_model=[1, 2]"}, {"model.d_model", "list"});
}

TEST_F(BadInput, MalformedYaml) { refused_study("pretrain: {steps: 3\narms: }\n", {"mine.yaml:"}); }

TEST_F(BadInput, BracesWithoutQuotes) {
  expect_refused({"eval", model().string(), "tasks=[{data}/heldout]"}, {"malformed YAML", "quotes", "[\"{data}/x\"]"});
}

TEST_F(BadInput, ValuesThatCannotBe) {
  refused_training({"model.moe.num_experts=-1"}, {"model.moe.num_experts' is -1", "0 or more"});
  refused_training({"model.moe.k=4"}, {"model.moe.k' is 4", "at most num_experts"});
  refused_training({"model.moe.capacity_factor_train=0"}, {"model.moe.capacity_factor_train' is 0", "above 0"});
  refused_training({"model.num_heads=0"}, {"model.num_heads' is 0", "1 or more"});
  refused_training({"model.moe.routing=expert_choise"}, {"'expert_choise'", "expert_choice"});
}

// Before anything is allocated, whatever the size.
TEST_F(BadInput, SizesBeyondAnyMachine) {
  refused_training({"model.num_layers=100000"}, {"model.num_layers' is 100000", "at most 10000"});
  refused_training({"model.d_model=1000000000"}, {"model.d_model' is 1000000000", "at most 1000000"});
  refused_training({"model.num_heads=9223372036854775807"}, {"model.num_heads'", "at most 10000"});
  refused_training({"model.d_model=1000000", "model.d_ff=1000000", "model.moe.num_experts=10000"},
                   {"parameters", "at most 1e+15"});
  refused_training({"model.d_model=100000", "model.d_ff=1000000"}, {"not enough memory", "GB are free"}, 1);
  refused_training({"train.accumulate=1000000000"}, {"train.accumulate'", "at most 10000"});
  refused_training({"corpus.source_length=1000000000"}, {"corpus.source_length'", "at most 1000000"});
  refused_training({"num_sentinels=4294967296"}, {"num_sentinels'", "at most 100000"});
  for (const char* setting : {"num_beams=1000000000", "num_answers=1000000000", "max_new_tokens=1000000000"})
    expect_refused({"generate", model().string(), "x", setting}, {setting, "at most"});
}

TEST_F(BadInput, ExpertChoiceInACausalStack) {
  refused_training({"model.decoder_only=true", "model.moe.routing=expert_choice"}, {"expert_choice", "causal"});
  refused_training({"model.moe.routing=expert_choice"}, {"expert_choice", "causal", "decoder_routing=token_choice"});
}

TEST_F(BadInput, ArmsThatCannotBe) {
  refused_study("arms: {switch: {twin: dens}}\n", {"'switch'", "'dens'", "did you mean 'dense'"});
  refused_study("arms: {switch: {twin: dense_wide}}\n", {"'switch'", "'dense_wide'", "FLOPs", "1%"});
  refused_study("arms: {switch: {model: {moe: {num_experts: 0}}}}\n", {"'switch'", "experts"});
  refused_study(
      "arms_only: [dense, mine]\n"
      "arms: {mine: {label: Mine, model: {decoder_only: true, moe: {num_experts: 4, routing: expert_choice}}}}\n",
      {"'mine'", "causal"});
}

TEST_F(BadInput, MissingFiles) {
  const std::string nowhere = (folder_ / "nowhere").string();
  refused_training({"data=" + nowhere}, {nowhere, "cannot read"});
  refused_training({"init=" + nowhere}, {nowhere, "no such model folder"});
  refused_training({"corpus.files=[\"{data}/corpus/none.jsonl\"]"}, {"corpus/none.jsonl", "cannot read"});
  expect_refused({"inspect", nowhere}, {nowhere, "no such model folder"});
  expect_refused({"eval", model().string(), "tasks=[" + nowhere + "]"}, {nowhere, "no such task file"});
  expect_refused({"study", "smoke", "kind=real", "--data", nowhere, "--out", out()}, {nowhere, "no such folder"});
  expect_refused({"data", "list", nowhere}, {nowhere, "no such"});
}

TEST_F(BadInput, UnreadableFiles) {
  std::filesystem::create_directories(folder_ / "corpus.jsonl");  // a folder in a file's place
  refused_training({"corpus.files=[" + (folder_ / "corpus.jsonl").string() + "]"}, {"corpus.jsonl", "cannot read"});
  put("spiece.model", "no model");
  refused_training({"tokenizer=" + (folder_ / "spiece.model").string()}, {"spiece.model", "SentencePiece"});
}

TEST_F(BadInput, DamagedModels) {
  std::filesystem::copy(model(), folder_ / "model", std::filesystem::copy_options::recursive);
  std::filesystem::resize_file(folder_ / "model/model.safetensors", 5000);
  expect_refused({"inspect", (folder_ / "model").string()}, {"model/model.safetensors"});
  put("model/model.safetensors", "");
  expect_refused({"generate", (folder_ / "model").string(), "hello"}, {"model/model.safetensors"});
  put("model/config.json", "{\"d_model\": ");
  expect_refused({"inspect", (folder_ / "model").string()}, {"model/config.json:1"});
}

TEST_F(BadInput, MalformedRows) {
  const std::string corpus =
      put("corpus.jsonl", "{\"text\": \"a river\"}\n{\"text\": \"a town\"}\n{\"tekst\": \"x\"}\n");
  refused_training({"corpus.files=[" + corpus + "]"}, {"corpus.jsonl:3", "'text'"});
  const std::string broken = put("broken.jsonl", "{\"text\": \"a river\"}\n{\"text\": \"a to\n");
  refused_training({"corpus.files=[" + broken + "]"}, {"broken.jsonl:2", "malformed JSON"});
  put("rows.jsonl",
      "{\"id\": \"1\", \"fields\": {\"q\": \"x\"}, \"answers\": [\"y\"]}\n{\"id\": \"2\", \"answers\": [\"y\"]}\n");
  const std::string task =
      put("task.yaml",
          "name: t\nformat: jsonl\nsuite: qa\nmetric: exact_match\nsplits: {train: rows.jsonl, test: rows.jsonl}\n"
          "templates: [{input: \"{q}\"}]\n");
  refused_training({"mode=instruct", "mixture.tasks=[" + task + "]"}, {"rows.jsonl:2", "'fields'"});
  expect_refused({"eval", model().string(), "tasks=[" + task + "]"}, {"rows.jsonl:2", "'fields'"});
}

TEST_F(BadInput, EmptyDataSets) {
  refused_training({"corpus.files=[" + put("empty.txt", "\n\n").string() + "]"}, {"corpus is empty", "empty.txt"});
  put("rows.jsonl", "");
  const std::string task =
      put("task.yaml",
          "name: t\nformat: jsonl\nsuite: qa\nmetric: exact_match\nsplits: {train: rows.jsonl, test: rows.jsonl}\n"
          "templates: [{input: \"{q}\"}]\n");
  refused_training({"mode=instruct", "mixture.tasks=[" + task + "]"}, {"rows.jsonl", "the file is empty"});
  expect_refused({"eval", model().string(), "tasks=[" + task + "]"}, {"rows.jsonl", "the file is empty"});
  expect_refused({"eval", model().string()}, {"'tasks'", "'tasks=[\"{data}/heldout\"]'"});
}

TEST_F(BadInput, RunFolderOfAnotherConfiguration) {
  Words arguments = tiny_pretraining();
  arguments.insert(arguments.begin(), "train");
  arguments.insert(arguments.end(), {"train.steps=1", "--out", out()});
  ASSERT_EQ(flanmoe(arguments).status, 0);
  refused_training({"train.steps=2"}, {out(), "another configuration", "there: train.steps: 1", "asked: train.steps: 2",
                                       "init=FOLDER/checkpoints/step-1 --out OTHER"});
}

TEST_F(BadInput, StudyFolderOfAnotherConfiguration) {
  const Ended printed = flanmoe({"study", "smoke", "--print-config"});
  std::filesystem::create_directories(out());
  put("out/config.yaml", printed.out);
  put("out/lock", "");
  expect_refused({"study", "smoke", "pretrain.steps=7", "--out", out()},
                 {out(), "another configuration", "steps: 6", "steps: 7"});
}

TEST_F(BadInput, FoldersThatAreThereAlready) {
  std::filesystem::create_directories(out());
  put("out/notes.txt", "mine");
  expect_refused({"data", "make", "--out", out()}, {out(), "exists already"});
  expect_refused(
      {"eval", model().string(), "--data", world().string(), "tasks=[\"{data}/heldout/exam\"]", "--out", out()},
      {out(), "exists already"});
}

TEST_F(BadInput, FoldersAboveAreMade) {
  const std::string place = out() + "/above/world";
  EXPECT_EQ(flanmoe({"data", "make", "num_facts=120", "vocab_pieces=900", "--out", place}).status, 0);
  EXPECT_TRUE(std::filesystem::exists(place + "/spiece.model"));
}

TEST_F(BadInput, FoldersThatCannotBeMade) {
  const std::string under_a_file = put("file", "x").string() + "/run";
  Words training = tiny_pretraining();
  training.insert(training.begin(), "train");
  for (const std::string& place : {under_a_file, std::string("/proc/flanmoe-run")}) {
    Words arguments = training;
    arguments.insert(arguments.end(), {"--out", place});
    expect_refused(arguments, {place, "cannot create folder"}, 1);
    expect_refused({"study", "smoke", "--out", place}, {place, "cannot create folder"}, 1);
    expect_refused({"data", "make", "num_facts=120", "--out", place}, {place, "cannot"}, 1);
  }
}

TEST_F(BadInput, CellThatIsNotThere) {
  expect_refused({"study", "--cell", "switch/seed-1/pretrain"}, {"--out"});
  expect_refused({"study", "--cell", "switch/seed-1/pretrain", "--out", out()}, {out(), "cannot read"});
}

TEST_F(BadInput, NumbersOfOptions) {
  const std::string exam = (world() / "heldout/exam").string();
  const std::vector<std::pair<Words, std::string>> cases = {{{"data", "show", exam, "--count"}, "1 or more"},
                                                            {{"data", "show", exam, "--template"}, "0 or more"},
                                                            {{"data", "stats", "small", "--draws"}, "1 or more"},
                                                            {{"eval", model().string(), "--limit"}, "0 or more"},
                                                            {{"analyze", model().string(), "--texts"}, "1 or more"}};
  for (const auto& [words, expected] : cases) {
    for (const std::string number : {"-3", "1.5", "many", "1e3", "99999999999999999999"}) {
      Words all = words;
      all.push_back(number);
      expect_refused(all,
                     {words.back() + ": it is '" + number + "', expected a whole number of " + expected, "--help"});
    }
  }
  expect_refused({"data", "show", exam, "--count", "0"}, {"--count: it is '0', expected a whole number of 1 or more"});
  EXPECT_EQ(flanmoe({"data", "show", exam, "--count", "1"}).status, 0);
}

TEST_F(BadInput, GenerationSettings) {
  expect_refused({"generate", model().string(), "hello", "temperature=-1"}, {"temperature' is -1"});
  expect_refused({"generate", model().string(), "hello", "max_new_token=3"}, {"max_new_token", "'max_new_tokens'"});
  expect_refused({"generate", model().string()}, {"no prompt", "stdin"});
}

TEST_F(BadInput, AModelWithoutRoutersIsNotAnalysed) {
  Words arguments = tiny_pretraining();
  arguments.insert(arguments.begin(), "train");
  arguments.insert(arguments.end(), {"model.moe.num_experts=0", "train.steps=1", "--out", out()});
  ASSERT_EQ(flanmoe(arguments).status, 0);
  expect_refused(
      {"analyze", out() + "/checkpoints/step-1", "--data", world().string(), "tasks=[\"{data}/heldout/exam\"]"},
      {"without sparse layers"});
  expect_refused({"analyze", model().string()}, {"'tasks'"});
}

// A file system of 200 KiB.
class FullDisk : public BadInput {
 protected:
  void SetUp() override {
    BadInput::SetUp();
    std::filesystem::create_directories(folder_ / "small");
    mounted_ = ::mount("tmpfs", (folder_ / "small").c_str(), "tmpfs", 0, "size=200k") == 0;
    if (!mounted_) GTEST_SKIP() << "no right to mount a small file system";
  }
  void TearDown() override {
    if (mounted_) ::umount((folder_ / "small").c_str());
    BadInput::TearDown();
  }
  bool mounted_ = false;
};

TEST_F(FullDisk, TakesNoWorld) {
  expect_refused({"data", "make", "num_facts=120", "--out", (folder_ / "small/world").string()},
                 {"small/world", "No space left on device"}, 1);
}

TEST_F(FullDisk, TakesNoCheckpoint) {
  Words arguments = tiny_pretraining();
  arguments.insert(arguments.begin(), "train");
  arguments.insert(arguments.end(), {"train.steps=1", "-q", "--out", (folder_ / "small/run").string()});
  const Ended ended = flanmoe(arguments);
  EXPECT_EQ(ended.status, 1);
  EXPECT_NE(ended.err.find("No space left on device"), std::string::npos) << ended.err;
  EXPECT_EQ(ended.err.find("internal error"), std::string::npos) << ended.err;
  for (const std::string& entry : listing(folder_)) {  // neither a half checkpoint nor its beginnings
    EXPECT_EQ(entry.find("step-1"), std::string::npos) << entry;
    EXPECT_EQ(entry.find(".tmp"), std::string::npos) << entry;
  }
}

TEST_F(BadInput, AnOutputThatTakesNothing) {
  const Ended ended = flanmoe({"inspect", model().string(), "--tensors"}, "", "/dev/full");
  EXPECT_EQ(ended.status, 1);
  EXPECT_NE(ended.err.find("cannot write to standard output"), std::string::npos) << ended.err;
}

}  // namespace
}  // namespace flanmoe::e2e
