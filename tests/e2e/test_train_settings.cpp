// A training run as a user sets it up: what init brings, where paths lead, what is asked for, what the settings mean.
#include "base/files.h"
#include "base/json.h"
#include "e2e/binary.h"
#include "testing/check.h"

namespace flanmoe::e2e {
namespace {

using Words = std::vector<std::string>;

class TrainSettings : public FolderTest {
 protected:
  void SetUp() override {
    FolderTest::SetUp();
    folder_ = fs::canonical(folder_);
    before_ = fs::current_path();
    put("rows.jsonl", R"({"id": "1", "fields": {"q": "quiet towns"}, "answers": ["bread"]})"
                      "\n");
    put("t.yaml",
        "name: t\nformat: jsonl\nmetric: exact_match\nsplits: {train: rows.jsonl}\ntemplates: [{input: \"{q}\"}]\n");
  }
  void TearDown() override {
    fs::current_path(before_);
    FolderTest::TearDown();
  }
  std::string in_folder(const std::string& name) const { return (folder_ / name).string(); }

  // The end of a run that shall succeed.
  static Ended done(const Words& words) {
    const Ended ended = flanmoe(words);
    EXPECT_EQ(ended.status, 0) << ended.err;
    return ended;
  }
  static void expect_refused(const Words& words, const Words& parts) {
    const Ended ended = flanmoe(words);
    EXPECT_EQ(ended.status, 2) << ended.err;
    expect_parts(ended.err, parts);
  }
  static void expect_parts(const std::string& text, const Words& parts) {
    for (const std::string& part : parts) EXPECT_NE(text.find(part), std::string::npos) << part << " in: " << text;
  }
  // A tuning of two steps on the own task, from `init`; no data folder is named.
  Words tuning(const std::string& init, const std::string& out, const Words& more = {}) const {
    Words words = {"train",
                   "finetune",
                   "init=" + init,
                   "mixture.tasks=[" + in_folder("t.yaml") + "]",
                   "mixture.examples_per_batch=2",
                   "train.steps=2",
                   "--out",
                   in_folder(out)};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }

  fs::path before_;
};

TEST_F(TrainSettings, InitBringsVocabularyAndModel) {
  const Ended ended = done(tuning(model().string(), "run"));
  EXPECT_EQ(ended.err.find("no 'init'"), std::string::npos) << ended.err;
  EXPECT_EQ(ended.err.find("instruct_t5"), std::string::npos) << ended.err;  // a checkpoint of ours
  const std::string config = content_of(folder_ / "run/config.yaml");
  expect_parts(config,
               {"d_model: 16\n", "num_experts: 3\n", "init: " + model().string() + "\n", "num_sentinels: 100\n"});
  EXPECT_EQ(done(tuning(model().string(), "none", {"--print-config"})).out.find("d_model: 64"), std::string::npos);
  EXPECT_EQ(content_of(folder_ / "run/checkpoints/step-2/spiece.model"), content_of(model() / "spiece.model"));

  // Whatever is said beside it of another model is refused, whatever is the same is not.
  expect_refused(tuning(model().string(), "other", {"model.d_model=32"}),
                 {"command line 'model.d_model=32': 'model.d_model' is 32", "has 16", "takes it as it is"});
  expect_refused(tuning(model().string(), "other", {"model.moe.capacity_factor_train=4"}),
                 {"'model.moe.capacity_factor_train' is 4", "flanmoe convert"});
  done(tuning(model().string(), "same", {"model.d_model=16", "train.dropout=0.1", "--dry-run"}));

  // A vocabulary may be named as a folder or a file.
  for (const std::string& vocabulary : {model().string(), (world() / "spiece.model").string()})
    done(tuning(model().string(), "none", {"tokenizer=" + vocabulary, "--dry-run"}));
  fs::copy(model(), folder_ / "bare");
  fs::remove(folder_ / "bare/spiece.model");
  fs::remove(folder_ / "bare/manifest.json");
  expect_refused(tuning(in_folder("bare"), "none"), {"bare", "no spiece.model", "tokenizer=FOLDER"});
  expect_refused(tuning(in_folder("nowhere"), "none"), {in_folder("nowhere"), "no such model folder"});
}

TEST_F(TrainSettings, PathsOfAFileLeadFromIt) {
  fs::copy(model(), folder_ / "m", fs::copy_options::recursive);
  fs::create_directories(folder_ / "settings");
  put("settings/run.yaml",
      "parent: \"{home}/configs/train/finetune.yaml\"\ninit: ../m\nmixture: {tasks: [../t.yaml], examples_per_batch: "
      "2}\n"
      "train: {steps: 2}\n");
  done({"train", in_folder("settings/run.yaml"), "--out", in_folder("run")});
  expect_parts(content_of(folder_ / "run/config.yaml"),
               {"init: " + in_folder("m") + "\n", "tasks: [" + in_folder("t.yaml") + "]"});
  const std::string weights = content_of(folder_ / "run/checkpoints/step-2/model.safetensors");
  fs::current_path(folder_ / "settings");  // it goes on from any folder
  done({"train", "../run/config.yaml", "--out", "../run"});
  done({"train", "run.yaml", "--out", "../run/"});
  EXPECT_EQ(content_of(folder_ / "run/checkpoints/step-2/model.safetensors"), weights);

  put("settings/mix.yaml", "tasks: [../t.yaml]\nexamples_per_batch: 2\n");
  fs::current_path("/");
  done({"train", "finetune", "--mixture", in_folder("settings/mix.yaml"), "init=" + in_folder("m"), "--dry-run"});
  done({"data", "show", in_folder("settings/mix.yaml"), "--count", "1"});
  put("settings/suite.yaml", "tasks: [../asked.yaml]\nmax_new_tokens: 2\n");
  put("asked.yaml",
      "name: t\nsuite: qa\nformat: jsonl\nmetric: exact_match\nsplits: {test: rows.jsonl}\ntemplates: [{input: "
      "\"{q}\"}]\n");
  done({"eval", in_folder("m"), "--suite", in_folder("settings/suite.yaml")});

  // The rule of an earlier version, from the current folder, is named where it leads somewhere.
  fs::current_path(folder_);
  put("settings/mix.yaml", "tasks: [t.yaml]\n");
  expect_refused({"train", "finetune", "--mixture", "settings/mix.yaml", "init=m", "--dry-run"},
                 {"settings/mix.yaml:1: 'tasks' names 't.yaml'", in_folder("settings/t.yaml"), in_folder("t.yaml")});
}

TEST_F(TrainSettings, AStudyFileLeadsFromItself) {
  fs::create_directories(folder_ / "settings");
  put("settings/mine.yaml",
      "parent: \"{home}/configs/study/smoke.yaml\"\nfinetune_sets: [../t.yaml]\narms: {switch: {mixture: {tasks: "
      "[../t.yaml]}}}\n");
  const std::string config = done({"study", in_folder("settings/mine.yaml"), "--print-config"}).out;
  expect_parts(config, {"finetune_sets: [" + in_folder("t.yaml") + "]", "tasks: [" + in_folder("t.yaml") + "]"});
}

TEST_F(TrainSettings, OneFolderIsOneRunHoweverItIsSpelt) {
  Words words = tiny_pretraining();
  words.insert(words.begin(), "train");
  words.insert(words.end(), {"train.steps=1", "--out", in_folder("run")});
  done(words);
  fs::current_path(world().parent_path());
  for (const char* spelling : {"data=world/", "data=./world", "data=world/../world"}) {
    words[2] = spelling;
    done(words);
  }
  words.push_back("train.steps=3");
  expect_refused(words, {"there: train.steps: 1", "asked: train.steps: 3", "init=FOLDER/checkpoints/step-1"});
}

TEST_F(TrainSettings, DataIsAskedForWhereItIsNeeded) {
  put("t.yaml", "name: t\nformat: jsonl\nsplits: {train: \"{data}/rows.jsonl\"}\ntemplates: [{input: \"{q}\"}]\n");
  expect_refused(tuning(model().string(), "run"), {"t.yaml names '{data}/rows.jsonl'", "data=FOLDER"});
  done(tuning(model().string(), "run", {"data=" + folder_.string()}));
  expect_refused({"train", "pretrain", "--out", in_folder("none")}, {"'data' is empty", "data=FOLDER"});
}

TEST_F(TrainSettings, UnlikelyBeginningsAreWarnedOf) {
  const Words tiny = {"model.d_model=16", "model.d_kv=8", "model.num_heads=2", "model.d_ff=24"};
  Words fresh = {"train",         "instruct", "data=" + world().string(), "mixture.examples_per_batch=2",
                 "train.steps=1", "--out",    in_folder("fresh")};
  fresh.insert(fresh.end(), tiny.begin(), tiny.end());
  expect_parts(done(fresh).err, {"no 'init'", "random weights"});

  Words init = {"init",  "t5_v1_1_small", "--tokenizer",       (world() / "spiece.model").string(),
                "--out", in_folder("t5"), "model.vocab_size=0"};
  init.insert(init.end(), tiny.begin(), tiny.end());
  done(init);
  expect_parts(done(tuning(in_folder("t5"), "run")).err, {"learning rate 0.01", "instruct_t5"});
  const std::string adamw = "train.optimizer.name=adamw";  // whose rates are no shares of a weight's size
  expect_parts(done(tuning(in_folder("t5"), "none", {adamw, "--dry-run"})).err, {"learning rate 0.01", "finetune_t5"});
  expect_parts(done(tuning(in_folder("t5"), "none", {adamw, "train.optimizer.learning_rate=0.0015", "--dry-run"})).err,
               {"learning rate 0.0015"});
  for (const char* rate : {"train.optimizer.learning_rate=0.0001", "train.optimizer.learning_rate=0.001"}) {
    const std::string err = done(tuning(in_folder("t5"), "none", {adamw, rate, "--dry-run"})).err;
    EXPECT_EQ(err.find("learning rate"), std::string::npos) << err;
  }
  put("corpus.txt", "quiet towns sell bread.\n\nevery river runs past stone.\n");
  const Words more = {"train", "pretrain", "init=" + in_folder("t5"), "corpus.files=[" + in_folder("corpus.txt") + "]",
                      "--dry-run"};
  expect_parts(done(more).err, {"learning rate 0.0", "pretrained T5s take 0.0005 to 0.001"});
  const std::string calm = done(tuning(in_folder("t5"), "calm", {"train.optimizer.learning_rate=0.001"})).err;
  EXPECT_EQ(calm.find("instruct_t5"), std::string::npos) << calm;
  for (const auto& [preset, rate] : {std::pair{"instruct_t5", "0.0005"}, std::pair{"finetune_t5", "0.001"}}) {
    const std::string config = done({"train", preset, "init=" + in_folder("t5"), "--print-config"}).out;
    expect_parts(config, {std::string("learning_rate: ") + rate + "\n", "schedule: constant\n"});
  }
}

// The batch of a mixture is no batch of a corpus.
TEST_F(TrainSettings, WhatTheModeDoesNotReadIsTold) {
  Words pretrain = tiny_pretraining();
  pretrain.insert(pretrain.begin(), "train");
  pretrain.insert(pretrain.end(), {"mixture.examples_per_batch=8", "--dry-run"});
  expect_parts(done(pretrain).err, {"'mixture.examples_per_batch=8' changes nothing: mode pretrain reads 'corpus'"});
  const Words tune = tuning(model().string(), "none", {"corpus.rows_per_batch=8", "--dry-run"});
  expect_parts(done(tune).err, {"'corpus.rows_per_batch=8' changes nothing: mode finetune reads 'mixture'"});
  EXPECT_EQ(done(tuning(model().string(), "none", {"--dry-run"})).err.find("changes nothing"), std::string::npos);
  pretrain.insert(pretrain.end(), {"--mixture", "small"});
  expect_refused(pretrain, {"--mixture small: 'mode' is pretrain", "expected no --mixture"});
}

TEST_F(TrainSettings, ExpertsAreSetWithAndWithoutModel) {
  for (const char* preset : {"switch_base", "gshard_base"}) {
    const std::string json = done({"inspect", preset, "moe.num_experts=6", "--json"}).out;
    EXPECT_EQ(json, done({"inspect", preset, "model.moe.num_experts=6", "--json"}).out);
    EXPECT_EQ(parse_json(json, "stdout").at("options").at("moe").at("num_experts"), 6);
  }
  const Words shape = {"t5_v1_1_small",     "model.vocab_size=100", "model.d_model=16",   "model.d_kv=8",
                       "model.num_heads=2", "model.d_ff=24",        "model.num_layers=2", "model.num_decoder_layers=2"};
  for (const std::string form : {"", "model."}) {
    Words init = {"init"};
    init.insert(init.end(), shape.begin(), shape.end());
    done([&] {
      Words words = init;
      words.insert(words.end(), {form + "moe.num_experts=4", "--out", in_folder(form + "sparse")});
      return words;
    }());
    init.insert(init.end(), {"--out", in_folder(form + "dense")});
    done(init);
    done({"upcycle", in_folder(form + "dense"), form + "moe.num_experts=4", "--out", in_folder(form + "up")});
    done({"convert", in_folder(form + "up"), form + "moe.capacity_factor_train=3", "--out", in_folder(form + "to")});
  }
  for (const char* made : {"sparse", "up", "to"}) {
    EXPECT_EQ(content_of(folder_ / made / "config.json"),
              content_of(folder_ / (std::string("model.") + made) / "config.json"));
    EXPECT_EQ(read_json(folder_ / made / "config.json").at("moe").at("num_experts"), 4) << made;
  }
  EXPECT_EQ(read_json(folder_ / "to/config.json").at("moe").at("capacity_factor_train"), 3.0);
}

TEST(Settings, OfACommandAreListed) {
  for (const auto& [command, parts] : std::vector<std::pair<Words, Words>>{
           {{"train"},
            {"train.dropout ", "-1 = the model's own", "adamw, adafactor", "constant, rsqrt, cosine, linear"}},
           {{"study"}, {"pretrain.keep_checkpoints ", "arms.NAME.twin_of ", "finetune_eval.max_items "}},
           {{"data", "make"}, {"num_facts ", "an integer in [100, 20000]"}},
           {{"convert"}, {"moe.expert_capacity "}}}) {
    Words words = {"settings"};
    words.insert(words.end(), command.begin(), command.end());
    const Ended ended = flanmoe(words);
    ASSERT_EQ(ended.status, 0) << ended.err;
    for (const std::string& part : parts)
      EXPECT_NE(ended.out.find(part), std::string::npos) << part << "\n" << ended.out;
  }
  const Ended wrong = flanmoe({"settings", "trian"});
  EXPECT_EQ(wrong.status, 2);
  EXPECT_NE(wrong.err.find("did you mean 'train'?"), std::string::npos) << wrong.err;
  EXPECT_EQ(flanmoe({"settings"}).status, 2);
}

// docs/settings.md is what the field lists say today.
TEST(Settings, ThePageIsUpToDate) {
  const Ended ended = flanmoe({"settings", "--markdown"});
  ASSERT_EQ(ended.status, 0) << ended.err;
  EXPECT_TRUE(ended.out == read_text(fs::path(FLANMOE_SOURCE_DIR) / "docs/settings.md"))
      << "docs/settings.md is stale: build/flanmoe settings --markdown > docs/settings.md";
}

// Nothing that may be set is left without a meaning.
TEST(Settings, EveryOneHasAMeaning) {
  const std::string page = flanmoe({"settings", "--markdown"}).out;
  size_t rows = 0;
  for (size_t at = page.find("\n| `"); at != std::string::npos; at = page.find("\n| `", at + 1)) {
    const std::string row = page.substr(at + 1, page.find('\n', at + 1) - at - 1);
    EXPECT_FALSE(row.ends_with("|  |")) << row;
    ++rows;
  }
  EXPECT_GT(rows, 300u);
}

}  // namespace
}  // namespace flanmoe::e2e
