// What a run begins with: vocabulary and model of `init`, paths in one spelling, a config.yaml that goes on anywhere.
#include "run/beginning.h"

#include "base/error.h"
#include "base/files.h"
#include "data/data_case.h"
#include "data/tokenizer/tokenizer_folder.h"
#include "model/folder.h"
#include "run/config_copy.h"
#include "run/initial_model.h"
#include "run/needed_data.h"
#include "run/run.h"
#include "run/tokenizer.h"
#include "train/checkpoint.h"

namespace flanmoe {
namespace {

class Beginnings : public FolderTest {
 protected:
  void SetUp() override {
    FolderTest::SetUp();
    folder_ = fs::canonical(folder_);
    before_ = fs::current_path();
    fs::create_directories(folder_ / "w");
    put("w/corpus.txt", "the river Vorna runs past quiet towns.\n\nbakers sell bread near every bridge of stone.\n");
    fs::copy_file(cases::tokenizer().model_file(), folder_ / "w/spiece.model");
  }
  void TearDown() override {
    fs::current_path(before_);
    FolderTest::TearDown();
  }

  static ModelOptions shape() {
    ModelOptions model;
    model.d_model = 16;
    model.d_kv = 4;
    model.num_heads = 2;
    model.d_ff = 24;
    model.gated = true;
    model.moe.num_experts = 3;
    model.vocab_size = cases::tokenizer().vocab_size();
    return model;
  }
  // A model folder, with a vocabulary of 20 sentinels unless `bare`.
  std::string model_folder(const std::string& name, bool bare = false) const {
    fs::create_directories(folder_ / name);
    save_model(T5Model(shape(), 1), folder_ / name);
    if (!bare) write_tokenizer_files({cases::tokenizer().model_file(), 20}, folder_ / name);
    return (folder_ / name).string();
  }
  RunOptions pretraining() const {
    RunOptions run;
    run.data = (folder_ / "w").string();
    run.num_sentinels = 20;
    run.model = shape();
    run.model.vocab_size = 0;
    run.corpus.files = {"{data}/corpus.txt"};
    run.corpus.rows_per_batch = 4;
    run.train.steps = 2;
    return run;
  }
  RunOptions from(const std::string& init) const {
    RunOptions run = pretraining();
    run.num_sentinels = 0;
    run.model = ModelOptions();
    run.init = init;
    return run;
  }
  ConfigNode config_of(const std::string& run) const { return load_config(folder_ / run / "config.yaml"); }
  static std::string refusal(const std::function<void()>& work) { return message_of<UserError>(work); }

  fs::path before_;
};

void expect_parts(const std::string& message, const std::vector<std::string>& parts) {
  for (const std::string& part : parts) EXPECT_NE(message.find(part), std::string::npos) << part << " in: " << message;
}

TEST_F(Beginnings, InitBringsItsVocabulary) {
  const RunOptions run = from(model_folder("m"));
  fs::remove(folder_ / "w/spiece.model");
  const Tokenizer tokenizer = open_tokenizer(run);
  EXPECT_EQ(tokenizer.num_sentinels(), 20);
  EXPECT_EQ(tokenizer.model_file(), folder_ / "m/spiece.model");
  EXPECT_EQ(run_training(run, folder_ / "run", "again").steps, 2);
  EXPECT_EQ(config_of("run").at("num_sentinels").scalar(), "20");
  EXPECT_EQ(open_model_tokenizer(newest_checkpoint(folder_ / "run")).num_sentinels(), 20);
}

TEST_F(Beginnings, AVocabularyIsAFileOrAFolder) {
  RunOptions run = from(model_folder("bare", true));
  expect_parts(refusal([&] { open_tokenizer(run); }),
               {"bare", "no spiece.model", "tokenizer=FILE", "tokenizer=FOLDER"});
  run.tokenizer = model_folder("m");
  EXPECT_EQ(open_tokenizer(run).num_sentinels(), 20);
  run.num_sentinels = 7;
  expect_parts(refusal([&] { open_tokenizer(run); }), {"'num_sentinels' is 7", "has 20", "leave the setting out"});
  run.tokenizer = "{data}/spiece.model";
  EXPECT_EQ(open_tokenizer(run).num_sentinels(), 7);
  run.num_sentinels = 0;
  EXPECT_EQ(open_tokenizer(run).num_sentinels(), 100);
  run = pretraining();
  EXPECT_EQ(open_tokenizer(run).model_file(), folder_ / "w/spiece.model");
  run_training(run, folder_ / "run", "run");  // of a run it is that of its newest checkpoint
  for (const char* name : {"run", "run/checkpoints", "run/checkpoints/step-2"}) {
    RunOptions other = from(model_folder("m"));
    other.tokenizer = (folder_ / name).string();
    EXPECT_EQ(open_tokenizer(other).model_file(), folder_ / "run/checkpoints/step-2/spiece.model") << name;
  }
  run.data = folder_.string();
  expect_parts(refusal([&] { open_tokenizer(run); }), {(folder_ / "spiece.model").string(), "tokenizer=FOLDER"});
}

TEST_F(Beginnings, TheConfigurationHoldsTheModelThatIsTrained) {
  run_training(from(model_folder("m")), folder_ / "run", "again");
  const ConfigNode model = config_of("run").at("model");
  EXPECT_EQ(model.at("d_model").scalar(), "16");
  EXPECT_EQ(model.at("gated").scalar(), "true");
  EXPECT_EQ(model.at("moe").at("num_experts").scalar(), "3");
  EXPECT_EQ(model.at("vocab_size").scalar(), std::to_string(cases::tokenizer().vocab_size()));
  run_training(pretraining(), folder_ / "fresh", "fresh");
  EXPECT_EQ(config_of("fresh").at("model").at("vocab_size").scalar(), std::to_string(cases::tokenizer().vocab_size()));
}

TEST_F(Beginnings, AnotherModelBesideInitIsRefusedByName) {
  const RunOptions run = from(model_folder("m"));
  const Beginning beginning = beginning_of(run, "");
  const auto refused = [&](const std::string& yaml) {
    return refusal([&] { refuse_other_model(parse_config(yaml, "r.yaml"), run, beginning); });
  };
  expect_parts(refused("seed: 1\nmodel:\n  d_ff: 24\n  d_model: 32\n"),
               {"r.yaml:4: 'model.d_model' is 32", folder_.string(), "has 16", "train.dropout", "convert"});
  expect_parts(refused("model: {moe: {capacity_factor_train: 3}}\n"), {"'model.moe.capacity_factor_train' is 3"});
  expect_parts(refused("model: {dropout: 0.5}\n"), {"'model.dropout' is 0.5", "has 0"});
  for (const std::string same : {"model: {d_model: 16, vocab_size: 0}\n", "seed: 2\n", "model: {}\n"})
    refuse_other_model(parse_config(same, "r.yaml"), run, beginning);
  refuse_other_model(parse_config("model: {d_model: 32}\n", "r.yaml"), pretraining(), {});
}

TEST_F(Beginnings, OtherSpellingsOfAFolderAreTheSameRun) {
  fs::current_path(folder_);
  RunOptions run = pretraining();
  run.data = "w/";
  run_training(run, "run", "first");
  EXPECT_EQ(config_of("run").at("data").scalar(), (folder_ / "w").string());
  fs::create_directory_symlink("w", folder_ / "link");
  for (const std::string spelling : {"w", "./w", "run/../w", "link"}) {
    run.data = spelling;
    EXPECT_EQ(run_training(run, folder_ / "run", "again").steps, 2) << spelling;
  }
  fs::current_path(folder_ / "w");  // from any folder, and by its own file
  run.data = ".";
  EXPECT_EQ(run_training(run, "../run", "again").steps, 2);
  RunOptions kept;
  load_run_options(config_of("run"), kept);
  EXPECT_EQ(run_training(kept, "../run", "again").steps, 2);
  run.data = "..";
  put("corpus.txt", "another town.\n");
  fs::copy_file(folder_ / "w/spiece.model", folder_ / "spiece.model");
  expect_parts(refusal([&] { run_training(run, "../run", "other"); }),  // another text, not only another place
               {"'corpus.files', file 1", (folder_ / "w/corpus.txt").string(), (folder_ / "corpus.txt").string()});
}

// Also a folder that an earlier version wrote: settings that are newer have their defaults.
TEST_F(Beginnings, AConfigurationWithoutNewerSettingsGoesOn) {
  RunOptions run = pretraining();
  run_training(run, folder_ / "run", "first");
  std::string text = content_of(folder_ / "run/config.yaml");
  const std::string line = "  keep_checkpoints: 2\n";
  ASSERT_NE(text.find(line), std::string::npos);
  text.erase(text.find(line), line.size());
  put("run/config.yaml", text);
  EXPECT_EQ(run_training(run, folder_ / "run", "again").steps, 2);
  run.train.keep_checkpoints = 3;
  expect_parts(refusal([&] { run_training(run, folder_ / "run", "other"); }),
               {"there: train.keep_checkpoints: 2", "asked: train.keep_checkpoints: 3"});
}

TEST_F(Beginnings, ADifferenceOfModelOrSentinelsIsNotHidden) {
  RunOptions run = pretraining();
  run_training(run, folder_ / "run", "first");
  run.model.d_ff = 40;
  expect_parts(refusal([&] { run_training(run, folder_ / "run", "other"); }), {"there: model.d_ff: 24", "40"});
  run = pretraining();
  run.num_sentinels = 19;
  expect_parts(refusal([&] { run_training(run, folder_ / "run", "other"); }), {"there: num_sentinels: 20", "19"});
}

TEST_F(Beginnings, AFolderOfAnotherKindIsNamedAsOne) {
  const auto kept = [&](const std::string& what) {
    return refusal([&] {
      keep_config("seed: 1\n", folder_ / "other", what, [](const fs::path& file) {
        RunOptions run;
        load_run_options(load_config(file), run);
        return dump_options(run);
      });
    });
  };
  fs::create_directories(folder_ / "other");
  put("other/config.yaml", "title: a study\narms: {}\n");
  for (const std::string what : {"run", "study"}) {
    expect_parts(kept(what),
                 {"other: its config.yaml is not read as that of a " + what, "config.yaml:1: unknown key 'title'"});
  }
  expect_parts(refusal([&] { run_training(pretraining(), folder_ / "other", "x"); }),
               {"not read as that of a run", "choose another"});
}

TEST_F(Beginnings, MoreStepsAreAnotherRun) {
  RunOptions run = pretraining();
  run_training(run, folder_ / "run", "first");
  run.train.steps = 4;
  expect_parts(refusal([&] { run_training(run, folder_ / "run", "more"); }),
               {"there: train.steps: 2", "asked: train.steps: 4", "init=FOLDER/checkpoints/step-2 --out OTHER"});
  run.train.steps = 1;
  EXPECT_EQ(refusal([&] { run_training(run, folder_ / "run", "less"); }).find("--out OTHER"), std::string::npos);
}

TEST_F(Beginnings, DataIsAskedForWhereAPathSaysIt) {
  RunOptions run = pretraining();
  run.data = "";
  expect_parts(refusal([&] { check_data_is_given(run); }), {"'data' is empty", "data=FOLDER", "tokenizer=FILE"});
  run.tokenizer = (folder_ / "w/spiece.model").string();
  expect_parts(refusal([&] { check_data_is_given(run); }), {"'corpus.files' names '{data}/corpus.txt'"});
  run.corpus.files = {(folder_ / "w/corpus.txt").string()};
  check_data_is_given(run);
  EXPECT_EQ(run_training(run, folder_ / "run", "no data").steps, 2);

  run = from(model_folder("m"));
  run.data = "";
  run.mode = Phase::kFinetune;
  run.mixture.tasks = {put("t.yaml", "name: t\nsplits: {train: \"{data}/rows.jsonl\"}\n").string()};
  expect_parts(refusal([&] { check_data_is_given(run); }), {"t.yaml names '{data}/rows.jsonl'"});
  put("t.yaml", "# {data}/rows.jsonl would do, too\nname: t\nsplits: {train: rows.jsonl}\n");
  check_data_is_given(run);
  run.validation.tasks = {"{data}/heldout"};
  expect_parts(refusal([&] { check_data_is_given(run); }), {"'validation.tasks' names '{data}/heldout'"});
}

TEST(ConfigDifferences, AreNamedByTheirFullKeys) {
  const auto differences = config_differences("a: 1\nb: {c: [1, 2], d: x}\ne: {}\n", "a: 1\nb: {c: [1], d: x, f: 2}\n");
  ASSERT_EQ(differences.size(), 3u);
  EXPECT_EQ(differences[0].key, "b.c");
  EXPECT_EQ(differences[0].before, "[1, 2]");
  EXPECT_EQ(differences[0].now, "[1]");
  EXPECT_EQ(differences[1].key, "e");
  EXPECT_EQ(differences[1].now, "");
  EXPECT_EQ(differences[2].key, "b.f");
  EXPECT_EQ(differences[2].before, "");
}

}  // namespace
}  // namespace flanmoe
