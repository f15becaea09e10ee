// flanmoe eval, score, analyze and data show --eval as a user meets them: what a task file says counts, what is few is
// said to be few, what ties is named.
#include <gtest/gtest.h>

#include <algorithm>

#include "base/files.h"
#include "base/json.h"
#include "e2e/binary.h"
#include "testing/check.h"

namespace flanmoe::e2e {
namespace {

using Words = std::vector<std::string>;

class EvalAsking : public FolderTest {
 protected:
  void SetUp() override {
    FolderTest::SetUp();
    put("rows.jsonl", R"({"id": "1", "fields": {"q": "What is 4 + 8?"}, "answers": ["12"]})"
                      "\n"
                      R"({"id": "2", "fields": {"q": "What is 9 + 8?"}, "answers": ["17"]})"
                      "\n");
    put("dev.jsonl", R"({"id": "d", "fields": {"q": "What is 1 + 1?"}, "answers": ["2"]})"
                     "\n");
    put("sums.yaml",
        "name: sums\nsuite: mine\nformat: jsonl\nanswer_form: number\nextraction: number\nmetric: number_match\n"
        "splits: {dev: dev.jsonl, asked: rows.jsonl}\ntemplates: [{input: \"{q}\"}]\n"
        "eval: {header: \"Add up.\", input: \"Q: {q}\\nA:\", split: asked, shots: 1, stop: [\"Q:\"], max_new_tokens: "
        "3}\n");
    put("said.jsonl", R"({"task": "sums", "id": "1", "prediction": "4 plus 8 is 12"})"
                      "\n"
                      R"({"task": "sums", "id": "2", "prediction": "9 plus 8 is 17Q: What"})"
                      "\n");
  }
  std::string at(const std::string& name) const { return (folder_ / name).string(); }
  std::string tasks() const { return "tasks=[" + at("sums.yaml") + "]"; }
  static Ended run(const Words& words, const std::string& input = "") {
    const Ended ended = flanmoe(words, input);
    EXPECT_EQ(ended.status, 0) << ended.err;
    return ended;
  }
  static void says(const std::string& text, const Words& parts) {
    for (const std::string& part : parts) EXPECT_NE(text.find(part), std::string::npos) << part << " in: " << text;
  }
  // Twenty-one tasks of a dozen rows.
  void put_many() const {
    fs::create_directories(folder_ / "many");
    for (int file = 0; file < 21; ++file) {
      std::string rows;
      for (int i = 0; i < 12; ++i) {
        rows += Json{{"id", std::to_string(i)},
                     {"fields", {{"q", "x"}}},
                     {"options", {"no", "yes"}},
                     {"answers", {i % 3 == 0 && file != 5 ? "yes" : "no"}}}
                    .dump() +
                "\n";
      }
      put(fmt::format("many/t{:02}.jsonl", file), rows);
    }
    put("many.yaml", "each: \"" + at("many") + "/*.jsonl\"\nsuite: many\nformat: jsonl\nchance: 50\nsplits: {test: \"" +
                         at("many") + "/{each}.jsonl\"}\ntemplates: [{input: \"{q}\"}]\n");
  }
};

// Split, header, exemplars, stop texts, length and rule of extraction are the task file's, without a suite.
TEST_F(EvalAsking, ATaskFilesOwnFormCounts) {
  run({"eval", tasks(), "--predictions", at("said.jsonl"), "--out", at("said")});
  EXPECT_EQ(read_json(folder_ / "said/results.json")["flanmoe"]["tasks"]["sums"]["score"], 100.0);
  run({"eval", model().string(), tasks(), "--out", at("out")});
  const Json config = read_json(folder_ / "out/config.json")["tasks"]["sums"];
  EXPECT_EQ(config["split"], "asked");
  EXPECT_EQ(config["shots"], 1);
  EXPECT_EQ(config["max_new_tokens"], 3);
  const Json sample = parse_json(read_lines(folder_ / "out/samples/sums.jsonl")[0], "sample");
  EXPECT_EQ(sample["prompt"], "Add up.\n\nQ: What is 1 + 1?\nA: 2\n\nQ: What is 4 + 8?\nA:");
  // What is typed goes before it.
  run({"eval", model().string(), tasks(), "shots=0", "split=dev", "max_new_tokens=2", "--out", at("typed")});
  const Json typed = read_json(folder_ / "typed/config.json")["tasks"]["sums"];
  EXPECT_EQ(typed["split"], "dev");
  EXPECT_EQ(typed["shots"], 0);
  EXPECT_EQ(typed["max_new_tokens"], 2);
  says(run({"eval", "--help"}).out, {"or of what the task files say", "per_character"});
}

TEST_F(EvalAsking, ThePromptIsShownWithoutAModel) {
  const Json shown =
      parse_json(run({"data", "show", at("sums.yaml"), "--eval", "--count", "1", "--json"}).out, "shown");
  EXPECT_EQ(shown["input"], "Add up.\n\nQ: What is 1 + 1?\nA: 2\n\nQ: What is 4 + 8?\nA:");
  EXPECT_EQ(shown["target"], "12");
  EXPECT_EQ(shown["answer"], "generated");
  EXPECT_EQ(shown["stop"], (Json{"Q:"}));
  EXPECT_EQ(shown["max_new_tokens"], 3);
  // What a model is asked is that prompt.
  run({"eval", model().string(), tasks(), "--limit", "1", "--out", at("out")});
  EXPECT_EQ(parse_json(read_lines(folder_ / "out/samples/sums.jsonl")[0], "sample")["prompt"], shown["input"]);
  const Json cut = parse_json(run({"data", "show", at("sums.yaml"), "--eval", "--count", "1", "--json", "--tokenizer",
                                   (model() / "spiece.model").string(), "--source-length", "24"})
                                  .out,
                              "shown");
  EXPECT_EQ(cut["exemplars_dropped"], 1);
  EXPECT_LE(cut["input_ids"].size(), 24u);
  const Ended ranked =
      run({"data", "show", world().string() + "/heldout/exam", "--data", world().string(), "--eval", "--count", "1"});
  says(ranked.out, {"answer ranked", "options ["});
  const Ended refused = flanmoe({"data", "show", at("sums.yaml"), "--eval", "--template", "0"});
  EXPECT_EQ(refused.status, 2);
  says(refused.err, {"--eval", "--template"});
}

TEST_F(EvalAsking, FewItemsHaveNoIntervalAndManyTasksOneLine) {
  const std::string few = run({"eval", tasks(), "--predictions", at("said.jsonl")}).out;
  EXPECT_EQ(few.find("+-"), std::string::npos) << few;
  says(few, {"of fewer than ten items", "100.0                -"});
  put_many();
  const Words asked = {"eval", "tasks=[" + at("many.yaml") + "]", "--baseline", "majority", "--out", at("many-out")};
  const std::string folded = run(asked).out;
  says(folded, {"normalised average", "many: its 21 tasks are not listed here; --all-tasks lists them"});
  EXPECT_EQ(folded.find("t07"), std::string::npos) << folded;
  EXPECT_LT(folded.find("normalised average"), folded.find("suite: mean over tasks"));
  Words all = asked;
  all.emplace_back("--all-tasks");
  says(run(all).out, {"t07", "39.1 to 86.2"});  // Wilson's of 8 of 12
}

TEST_F(EvalAsking, AComparisonBeginsWithWhatDiffers) {
  put_many();
  const std::string tasks = "tasks=[" + at("many.yaml") + "]";
  run({"eval", tasks, "--baseline", "majority", "--out", at("a")});
  run({"eval", tasks, "--baseline", "random", "--seed", "2", "--tasks", "t0*,t1*,t20", "--out", at("b")});
  const std::string same = run({"eval", "--compare", at("a"), at("a")}).out;
  says(same,
       {"21 of 21 tasks have the same score in A and B", "0 of 21 tasks have p below 0.05; about 1.1 would by chance"});
  EXPECT_EQ(same.find("t07"), std::string::npos) << same;
  const std::string differs = run({"eval", "--compare", at("a"), at("b")}).out;
  EXPECT_LT(differs.find("normalised average"), differs.find("suite many"));
  EXPECT_LT(differs.find("suite many"), differs.find("t0"));
  says(differs, {"Holm"});
  says(run({"eval", "--compare", at("a"), at("a"), "--all-tasks"}).out, {"t07"});
}

TEST_F(EvalAsking, AnswersThatTheVocabularyWritesAlikeTie) {
  const Ended ended = run({"score", model().string(), "Who is it?", "{", "}"});
  const Json result = parse_json(ended.out, "stdout");
  EXPECT_EQ(result["best"], "{");
  EXPECT_EQ(result["tied"], (Json{"}"}));
  EXPECT_EQ(result["scores"][0]["log_probability"], result["scores"][1]["log_probability"]);
  says(ended.err,
       {"answers: 2 unknown pieces in 2 of 2 texts", "1 of 1 prompts end in a tie", "the prompt, \"{\" and \"}\""});
  const Ended apart = run({"score", model().string(), "Who is it?", "me", "you"});
  EXPECT_FALSE(parse_json(apart.out, "stdout").contains("tied"));
  EXPECT_EQ(apart.err.find("tie"), std::string::npos) << apart.err;
}

TEST_F(EvalAsking, UnknownPiecesOfATaskAreSaid) {
  put("braces.jsonl", R"({"id": "1", "fields": {"q": "Close it: {"}, "options": ["{", "}"], "answers": ["}"]})"
                      "\n");
  put("braces.yaml",
      "name: braces\nformat: jsonl\nsuite: mine\nsplits: {test: braces.jsonl}\ntemplates: [{input: \"{q}\"}]\n"
      "eval: {stop: [\"\\n\\n\"]}\n");
  const Ended ended = run({"eval", model().string(), "tasks=[" + at("braces.yaml") + "]", "--out", at("out")});
  says(ended.err,
       {"braces: characters that this vocabulary does not have (unknown pieces) in 1 of 1 prompts, 1 of 1 lists "
        "of options, 1 of 1 answers",
        "braces: 1 of 1 items end in a tie", "item '1': '{' and '}'"});
  const Json task = read_json(folder_ / "out/results.json")["flanmoe"]["tasks"]["braces"];
  for (const char* key : {"num_tied", "num_unknown_prompts", "num_unknown_options", "num_unknown_answers"})
    EXPECT_EQ(task[key], 1) << key;
  const Ended generated =
      run({"eval", model().string(), "tasks=[" + at("braces.yaml") + "]", "method=generate", "max_new_tokens=2"});
  says(generated.err, {"the stop text \"\\n\\n\" of 1 task can never come"});
}

TEST_F(EvalAsking, MetricBleuCanBeNamed) {
  put("tr.jsonl", R"({"id": "1", "fields": {"q": "x"}, "answers": ["the cat sat on the mat", "a cat sat there"]})"
                  "\n"
                  R"({"id": "2", "fields": {"q": "y"}, "answers": ["one two three four five"]})"
                  "\n");
  put("tr.yaml",
      "name: tr\nformat: jsonl\nsuite: mine\nmetric: bleu\nfurther_metrics: [bleu]\nanswer_form: free_text\n"
      "splits: {test: tr.jsonl}\ntemplates: [{input: \"{q}\"}]\n");
  put("tr-said.jsonl", R"({"task": "tr", "id": "1", "prediction": "the cat sat on the mat"})"
                       "\n"
                       R"({"task": "tr", "id": "2", "prediction": "one two three four six"})"
                       "\n");
  run({"eval", "tasks=[" + at("tr.yaml") + "]", "--predictions", at("tr-said.jsonl"), "--out", at("out")});
  const Json results = read_json(folder_ / "out/results.json");
  // 10 of 11, 8 of 9, 6 of 7 and 4 of 5 n-grams, no length penalty.
  const double expected = 100.0 * std::pow(10.0 / 11 * 8 / 9 * 6 / 7 * 4 / 5, 0.25);
  EXPECT_NEAR(results["flanmoe"]["tasks"]["tr"]["score"].get<double>(), expected, 1e-9);
  EXPECT_NEAR(results["results"]["tr"]["bleu,none"].get<double>(), expected, 1e-9);
}

TEST_F(EvalAsking, RoutesOfASuiteIntoAFile) {
  put("suite.yaml", "tasks: [\"{data}/heldout/exam\"]\nsource_length: 64\n");
  const Words words = {"analyze", model().string(), "--data",         world().string(), "--texts",
                       "3",       "--suite",        at("suite.yaml"), "--out",          at("routing.json")};
  const Ended ended = run(words);
  says(ended.out, {"encoder", "utilisation", "at most"});
  const Json routing = read_json(folder_ / "routing.json");
  EXPECT_EQ(routing["num_texts"], 3);
  EXPECT_EQ(routing["utilisation_ceiling"], 0.5);  // one choice a token, room for two
  const Ended again = flanmoe(words);
  EXPECT_EQ(again.status, 2);
  says(again.err, {"routing.json: exists already"});
  says(run({"analyze", "--help"}).out, {"Columns:", "max load", "--suite"});
}

// A name in Latin-1: it is a folder like any other, and nothing empty is left of it.
TEST_F(EvalAsking, AFolderNamedInLatin1) {
  const Ended ended = flanmoe({"eval", tasks(), "--predictions", at("said.jsonl"), "--out", at("caf\xe9")});
  EXPECT_EQ(ended.status, 0) << ended.err;
  EXPECT_TRUE(fs::exists(folder_ / "caf\xe9/results.json"));
}

}  // namespace
}  // namespace flanmoe::e2e
