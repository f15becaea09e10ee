// What may stand for a model, and what folders of others say: training runs, other tokenizers, settings of decoding,
// names of tokens.
#include <gtest/gtest.h>

#include <set>

#include "base/files.h"
#include "base/json.h"
#include "e2e/binary.h"
#include "testing/check.h"

namespace flanmoe::e2e {
namespace {

using Words = std::vector<std::string>;

class ModelFolders : public FolderTest {
 protected:
  static fs::path run_folder() { return model().parent_path().parent_path(); }
  // A copy of the model that may be changed, without the manifest that would notice.
  fs::path copy() const {
    const fs::path to = folder_ / "copy";
    if (!fs::exists(to)) fs::copy(model(), to, fs::copy_options::recursive);
    fs::remove(to / "manifest.json");
    return to;
  }
  static void change(const fs::path& file, const std::function<void(Json&)>& work) {
    Json json = fs::exists(file) ? read_json(file) : Json::object();
    work(json);
    write_json(file, json);
  }
  static Ended done(const Words& words, const std::string& input = "") {
    Ended ended = flanmoe(words, input);
    EXPECT_EQ(ended.status, 0) << ended.err;
    return ended;
  }
  static void refused(const Words& words, const Words& parts) {
    const Ended ended = flanmoe(words);
    EXPECT_EQ(ended.status, 2) << ended.err;
    for (const std::string& part : parts)
      EXPECT_NE(ended.err.find(part), std::string::npos) << part << " in " << ended.err;
  }
  static void tells(const Ended& ended, const std::string& part) {
    EXPECT_NE(ended.err.find(part), std::string::npos) << part << " in " << ended.err;
  }
};

// A training run stands for its newest whole checkpoint, in every command.
TEST_F(ModelFolders, ARunIsItsNewestCheckpoint) {
  const Words prompt = {"max_new_tokens=3", "Who is it?"};
  const auto generate = [&](const fs::path& folder) {
    Words words = {"generate", folder.string()};
    words.insert(words.end(), prompt.begin(), prompt.end());
    return done(words);
  };
  const std::string expected = generate(model()).out;
  for (const fs::path& name : {run_folder(), run_folder() / "checkpoints", run_folder() / "checkpoints/"}) {
    const Ended ended = generate(name);
    EXPECT_EQ(ended.out, expected) << name;
    tells(ended, "a training run; its newest checkpoint is taken, " + model().string());
  }
  EXPECT_EQ(done({"score", run_folder().string(), "Who?", "Anna", "a boat"}).out,
            done({"score", model().string(), "Who?", "Anna", "a boat"}).out);
  EXPECT_EQ(done({"inspect", run_folder().string(), "--json"}).out, done({"inspect", model().string(), "--json"}).out);
  EXPECT_EQ(done({"tokenizer", "encode", run_folder().string(), "Who?"}).out,
            done({"tokenizer", "encode", model().string(), "Who?"}).out);
  tells(done({"convert", run_folder().string(), "--out", (folder_ / "converted").string()}), "newest checkpoint");
  Words train = tiny_pretraining();
  train.insert(train.begin(), "train");
  for (const std::string& more : {std::string("init=") + (run_folder() / "checkpoints").string(),
                                  std::string("train.steps=1"), std::string("--out"), (folder_ / "on").string()})
    train.push_back(more);
  std::erase_if(train, [](const std::string& word) { return word.starts_with("model."); });
  tells(done(train), "newest checkpoint is taken");
  fs::create_directories(folder_ / "empty/checkpoints");
  refused({"generate", (folder_ / "empty").string(), "Who?"}, {"a training run without a checkpoint yet"});
}

// Wherever a vocabulary is asked for, a model folder and a run bring theirs.
TEST_F(ModelFolders, AVocabularyIsAFileAModelFolderOrARun) {
  const std::string exam = (world() / "heldout/exam").string(), spiece = (model() / "spiece.model").string();
  put("mix.yaml", "tasks: [\"{data}/tasks/cot\"]\n");
  const Words show = {"data", "show", exam, "--count", "1", "--json", "--tokenizer"};
  const Words stats = {"data",   "stats",          (folder_ / "mix.yaml").string(),
                       "--data", world().string(), "--draws",
                       "20",     "--json",         "--tokenizer"};
  for (Words words : {show, stats}) {
    words.push_back(spiece);
    const std::string expected = done(words).out;
    for (const fs::path& name : {model(), run_folder()}) {
      words.back() = name.string();
      EXPECT_EQ(done(words).out, expected) << name;
    }
  }
  const fs::path folder = copy();
  change(folder / "tokenizer_config.json", [](Json& json) { json["legacy"] = true; });
  done({"init", "t5_v1_1_small", "model.d_model=16", "model.d_kv=8", "model.num_heads=2", "model.d_ff=24",
        "model.vocab_size=0", "--tokenizer", folder.string(), "--out", (folder_ / "fresh").string()});
  EXPECT_EQ(content_of(folder_ / "fresh/spiece.model"), content_of(spiece));
  EXPECT_EQ(read_json(folder_ / "fresh/tokenizer_config.json").at("legacy"), true);
  refused({"init", "t5_v1_1_small", "--tokenizer", folder.string(), "--sentinels", "7", "--out",
           (folder_ / "other").string()},
          {"copy: its vocabulary has 100 sentinels, and 7 are asked for"});
  EXPECT_FALSE(fs::exists(folder_ / "other"));
}

TEST_F(ModelFolders, AFolderWithoutAVocabularySaysSo) {
  const fs::path folder = copy();
  fs::remove(folder / "spiece.model");
  for (const Words& words : {Words{"generate", folder.string(), "Who?"}, Words{"score", folder.string(), "a", "b"}})
    refused(words, {"no spiece.model and no tokenizer.json here", "the vocabulary that the model was trained with"});
  EXPECT_NE(done({"inspect", folder.string()}).out.find("none"), std::string::npos);
}

TEST_F(ModelFolders, WhatSettingsOfOthersSayIsDoneOrRefused) {
  const fs::path folder = copy(), file = folder / "generation_config.json";
  const Words ask = {"generate", folder.string(), "--json", "Who is it?"};
  const auto ids = [&] {
    std::vector<int64_t> said;
    const Json json = Json::parse(done(ask).out);
    for (const Json& token : json.at("answers")[0].at("tokens")) said.push_back(token.at("id"));
    return said;
  };
  change(file, [](Json& json) { json["max_new_tokens"] = 4; });
  const int64_t first = ids().at(0);
  change(file, [&](Json& json) { json["suppress_tokens"] = {first}; });
  for (const int64_t id : ids()) EXPECT_NE(id, first);
  change(file, [&](Json& json) {
    json.erase("suppress_tokens");
    json["begin_suppress_tokens"] = {first};
  });
  EXPECT_NE(ids().at(0), first);
  change(file, [&](Json& json) { json["num_beam_groups"] = 2; });
  refused(ask, {"generation_config.json: 'num_beam_groups' is 2, expected 1"});
  change(file, [&](Json& json) {
    json.erase("num_beam_groups");
    json["num_beems"] = 2;
  });
  refused(ask, {"'num_beems' is unknown; did you mean 'num_beams'"});
  change(file, [&](Json& json) {
    json.erase("num_beems");
    json["num_return_sequences"] = 3;
  });
  refused(ask, {"'num_answers' is 3, expected at most num_beams (1)", "what is not typed as key=value is said by",
                folder.string()});
  fs::remove(file);
  change(folder / "config.json", [](Json& json) { json["min_length"] = 6; });
  EXPECT_GE(ids().size(), 5u);
  change(folder / "config.json", [](Json& json) { json["diversity_penalty"] = 0.5; });
  refused(ask, {"config.json: 'diversity_penalty' is 0.5"});
}

// 400 samples of one token: at most 50 of them differ.
TEST_F(ModelFolders, SamplingWithoutTopKIsAmongFifty) {
  const fs::path folder = copy();
  change(folder / "generation_config.json", [](Json& json) { json["do_sample"] = true; });
  const auto distinct = [&](const Words& more) {
    Words words = {"generate",        folder.string(),  "--json",    "max_new_tokens=1",
                   "num_answers=400", "temperature=50", "Who is it?"};
    words.insert(words.end(), more.begin(), more.end());
    std::set<int64_t> seen;
    const Json json = Json::parse(done(words).out);
    for (const Json& answer : json.at("answers")) seen.insert(answer.at("tokens")[0].at("id").get<int64_t>());
    return seen.size();
  };
  EXPECT_LE(distinct({}), 50u);
  EXPECT_GT(distinct({"top_k=0"}), 50u);
}

// What the reader of a text must know is said beside it.
TEST_F(ModelFolders, CutAnswersAndWrittenTokensAreCounted) {
  const Words words = {"generate", model().string(),      "max_new_tokens=2", "min_new_tokens=2",
                       "Who?",     "The <extra_id_0> is", "</s> and <pad>"};
  const Ended ended = done(words);
  tells(ended, "3 of 3 answers did not end and were cut at max_new_tokens (2)");
  tells(ended, "3 names of tokens (such as </s> or <extra_id_0>) in 2 of 3 texts, read as tokens");
  Words plain = words;
  plain.push_back("--plain");
  EXPECT_EQ(done(plain).err.find("names of tokens"), std::string::npos);
  tells(done({"score", model().string(), "The <extra_id_0>", "<extra_id_0> boat"}), "2 names of tokens");
  tells(done({"tokenizer", "encode", model().string(), "a</s>"}), "1 name of tokens");
}

}  // namespace
}  // namespace flanmoe::e2e
