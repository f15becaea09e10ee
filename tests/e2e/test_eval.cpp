// flanmoe eval as a user runs it: suites, folders, baselines, predictions, comparison, and an independent
// recomputation.
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <map>

#include "base/files.h"
#include "base/json.h"
#include "e2e/binary.h"
#include "testing/check.h"

namespace flanmoe::e2e {
namespace {

using Words = std::vector<std::string>;

class Eval : public FolderTest {
 protected:
  std::string at(const std::string& name) const { return (folder_ / name).string(); }
  Words asked(const Words& more) const {
    Words words = {"eval",         "--data",          world().string(), "tasks=[\"{data}/heldout\"]",
                   "prompts=both", "max_new_tokens=4"};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }
  Words of_model(const Words& more) const {
    Words words = asked(more);
    words.insert(words.begin() + 1, model().string());
    return words;
  }
  static Ended run(const Words& words) {
    const Ended ended = flanmoe(words);
    EXPECT_EQ(ended.status, 0) << ended.err;
    return ended;
  }
  void refused(const Words& words, const Words& parts) const {
    const Words before = listing(folder_);
    const Ended ended = flanmoe(words);
    EXPECT_EQ(ended.status, 2) << ended.err;
    EXPECT_EQ(std::count(ended.err.begin(), ended.err.end(), '\n'), 1) << ended.err;
    for (const std::string& part : parts)
      EXPECT_NE(ended.err.find(part), std::string::npos) << part << ": " << ended.err;
    EXPECT_EQ(listing(folder_), before);
  }
  // What tests/eval/recompute.py says of a folder; skips without Python.
  void recomputed(const std::string& folder, const std::string& more = "") const {
    if (std::system("python3 --version > /dev/null 2>&1") != 0) GTEST_SKIP() << "there is no python3";
    const std::string script = std::string(FLANMOE_SOURCE_DIR) + "/tests/eval/recompute.py";
    const std::string said = at("recomputed.txt");
    EXPECT_EQ(std::system(("python3 " + script + " " + folder + " " + more + " > " + said + " 2>&1").c_str()), 0)
        << content_of(said);
  }
};

TEST_F(Eval, WhatAFolderHoldsIsRecomputedFromItsSamples) {
  const Ended ended = run(of_model({"--limit", "4", "--out", at("out")}));
  EXPECT_NE(ended.out.find("normalised average"), std::string::npos) << ended.out;
  const Json results = read_json(folder_ / "out/results.json");
  EXPECT_EQ(results["config"]["suites"]["tasks"]["max_items"], 4);
  EXPECT_EQ(results["model_hash"].get<std::string>().size(), 16u);
  EXPECT_NE(results["command"].get<std::string>().find("--limit 4"), std::string::npos);
  recomputed(at("out"));
}

TEST_F(Eval, AFinishedFolderSaysSoAndAnotherConfigurationIsRefused) {
  const Words words = of_model({"--limit", "2", "--out", at("out")});
  const Ended first = run(words);
  const std::string results = content_of(folder_ / "out/results.json");
  const Ended again = run(words);
  EXPECT_NE(again.err.find("finished already"), std::string::npos) << again.err;
  EXPECT_EQ(again.out, first.out);
  EXPECT_EQ(content_of(folder_ / "out/results.json"), results);
  refused(of_model({"--limit", "3", "--out", at("out")}),
          {"another configuration", "max_items' is 2 there and 3 here"});
}

// A sparse model can be asked under another routing: the folder says so, and holds no scores of both.
TEST_F(Eval, TheRoutingOfAModelCanBeSet) {
  const Words tight = {
      "--limit", "2", "--out", at("tight"), "moe.capacity_factor_eval=0.05", "model.moe.min_capacity=1"};
  const Ended ended = run(of_model(tight));
  EXPECT_NE(ended.out.find("moe.min_capacity = 1, in place of the model's"), std::string::npos) << ended.out;
  const Json results = read_json(folder_ / "tight/results.json");
  EXPECT_EQ(results["config"]["routing"], Json({{"capacity_factor_eval", 0.05}, {"min_capacity", 1}}));
  EXPECT_EQ(read_json(folder_ / "tight/config.json")["routing"], results["config"]["routing"]);
  run(of_model({"--limit", "2", "--out", at("own")}));
  EXPECT_FALSE(read_json(folder_ / "own/config.json").contains("routing"));
  const auto samples = [&](const std::string& folder) {
    std::map<std::string, std::string> by_name;
    for (const auto& entry : fs::directory_iterator(folder_ / folder / "samples"))
      by_name[entry.path().filename()] = content_of(entry.path());
    return by_name;
  };
  EXPECT_NE(samples("tight"), samples("own"));
  refused(of_model({"--limit", "2", "--out", at("tight")}),
          {"another configuration", "'routing/capacity_factor_eval' is 0.05 there and absent here"});
  refused(of_model({"--limit", "2", "--out", at("own"), "moe.min_capacity=1"}),
          {"'routing/min_capacity' is absent there and 1 here"});
  refused(of_model({"moe.min_capacty=1"}),
          {"'moe.min_capacty' decides nothing in evaluation; did you mean 'moe.min_capacity'? expected one of "});
  refused(of_model({"moe.k=2"}), {"'moe.k' decides nothing in evaluation"});
  refused(of_model({"moe.eval_group=page"}), {"'moe.eval_group' is 'page'"});
  refused(asked({"--baseline", "majority", "moe.min_capacity=1"}), {"no model answers"});
}

// What stands beside spiece.model decides the ids, too.
TEST_F(Eval, OtherRulesOfTheVocabularyAreAnotherConfiguration) {
  fs::copy(model(), folder_ / "m", fs::copy_options::recursive);
  fs::remove(folder_ / "m/manifest.json");
  const Words words = {"eval",    at("m"), "--data", world().string(), "tasks=[\"{data}/heldout/exam\"]",
                       "--limit", "1",     "--out",  at("out")};
  run(words);
  const auto refused_with = [&](const std::string& name, const Json& value, const std::string& part) {
    write_json(folder_ / "m" / name, value);
    refused(words, {"out: was begun under another configuration: 'tokenizer_hash' is", part});
  };
  const Json config = read_json(folder_ / "m/tokenizer_config.json");
  for (const char* key : {"legacy", "clean_up_tokenization_spaces"}) {
    Json other = config;
    other[key] = true;
    refused_with("tokenizer_config.json", other, key == std::string("legacy") ? " legacy\" here" : " clean_up\" here");
  }
  write_json(folder_ / "m/tokenizer_config.json", config);
  refused_with("added_tokens.json", {{"<sep>", read_json(folder_ / "m/config.json").at("vocab_size")}}, " here");
  fs::remove(folder_ / "m/added_tokens.json");
  EXPECT_NE(run(words).err.find("finished already"), std::string::npos);
}

TEST_F(Eval, KilledAndGoneOnWithItSaysTheSame) {
  run(of_model({"--limit", "40", "--out", at("straight")}));
  for (int kill = 0; kill < 3; ++kill) {
    Running running(of_model({"--limit", "40", "--out", at("killed")}));
    while (!running.ended() && !fs::exists(folder_ / "killed/samples")) {
    }
    const bool asked_to_leave = kill == 0 && !running.ended();
    running.signal(asked_to_leave ? SIGINT : SIGKILL);
    const Ended ended = running.wait();
    if (asked_to_leave && ended.status != 0) {
      EXPECT_EQ(ended.status, 130) << ended.err;
      EXPECT_NE(ended.err.find("the same command goes on"), std::string::npos) << ended.err;
    }
  }
  run(of_model({"--limit", "40", "--out", at("killed")}));
  EXPECT_EQ(read_json(folder_ / "killed/results.json")["flanmoe"],
            read_json(folder_ / "straight/results.json")["flanmoe"]);
}

TEST_F(Eval, BaselinesPredictionsAndTheirComparison) {
  run(asked({"--baseline", "majority", "--limit", "6", "--out", at("majority")}));
  run(asked({"--baseline", "random", "--seed", "5", "--limit", "6", "--out", at("random")}));
  recomputed(at("majority"));
  const Ended compared = run({"eval", "--compare", at("majority"), at("random")});
  EXPECT_NE(compared.out.find("normalised average"), std::string::npos) << compared.out;
  const Json json = parse_json(run({"eval", "--compare", at("majority"), at("random"), "--json"}).out, "compare");
  EXPECT_EQ(json["scores"].back()["kind"], "average");
  // Samples are predictions, too.
  std::string lines;
  for (const auto& entry : fs::directory_iterator(folder_ / "majority/samples")) lines += content_of(entry.path());
  put("said.jsonl", lines);
  run(asked({"--predictions", at("said.jsonl"), "--limit", "6", "--out", at("predicted")}));
  EXPECT_EQ(read_json(folder_ / "predicted/results.json")["results"],
            read_json(folder_ / "majority/results.json")["results"]);
}

// The majority of a file by hand: 4 of 7 rows.
TEST_F(Eval, TheMajorityIsRecomputedFromTheDataFile) {
  std::string rows;
  for (int i = 0; i < 7; ++i) {
    rows += Json{{"id", std::to_string(i)},
                 {"fields", {{"q", "x"}}},
                 {"options", {"no", "yes"}},
                 {"answers", {i < 4 ? "yes" : "no"}}}
                .dump() +
            "\n";
  }
  put("rows.jsonl", rows);
  put("task.yaml",
      "name: t\nformat: jsonl\nsuite: qa\nchance: 50\nsplits: {test: rows.jsonl}\ntemplates: [{input: \"{q}\"}]\n");
  run({"eval", "tasks=[" + at("task.yaml") + "]", "--baseline", "majority", "--out", at("out")});
  EXPECT_NEAR(read_json(folder_ / "out/results.json")["results"]["t"]["acc,none"].get<double>(), 4.0 / 7.0, 1e-12);
  recomputed(at("out"), "--majority t=" + at("rows.jsonl"));
}

TEST_F(Eval, BadInputIsOneClearError) {
  refused({"eval", model().string(), "--suite", "mmlo"}, {"'mmlo'", "did you mean 'mmlu'"});
  refused(of_model({"--tasks", "nothing*"}), {"'nothing*' fits no task"});
  refused(of_model({"--baseline", "chance"}), {"two of a model folder, --baseline and --predictions"});
  refused(asked({}), {"none of a model folder"});
  refused({"eval", model().string(), "--suite", "mmlu", "--data", at("")}, {"no such folder", "--skip-missing"});
  refused({"eval", "--compare", at("a"), at("b")}, {at("a"), "no folder of an evaluation"});
  for (const Words& more : std::vector<Words>{
           {"--tasks", "exam*"}, {"--suite", "mmlu"}, {"--limit", "3"}, {"--baseline", "chance"}, {"--out", at("c")}}) {
    Words words = {"eval", "--compare", at("a"), at("b")};
    words.insert(words.end(), more.begin(), more.end());
    refused(words, {"--compare takes two folders as they are", "expected no " + more[0]});
  }
  fs::create_directories(folder_ / "plain");
  put("plain/notes.txt", "mine");
  refused(of_model({"--out", at("plain")}), {"exists already", "holds no evaluation"});
}

}  // namespace
}  // namespace flanmoe::e2e
