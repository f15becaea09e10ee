// Exemplars of few-shot examples: other rows of the query's task, as many as there is room for.
#include <set>

#include "data/mixture/mixture_options.h"
#include "data/mixture/mixture_source.h"
#include "mixture_case.h"

namespace flanmoe {
namespace {

using cases::Example;
using cases::Mixture;
using cases::occurrences;

TEST_F(Mixture, AnExemplarIsNeverTheQueryItself) {
  add_task("a", "muffin", 4);
  MixtureOptions o = options();
  o.few_shot_share = 1.0;
  o.max_shots = 5;  // more than there are
  for (const Example& example : sampled(o, 5, 300)) {
    const std::string& input = example.text.input;
    const size_t begin = input.rfind("a-"), end = input.find('#', begin);
    const std::string query = input.substr(begin, end - begin + 1);
    EXPECT_EQ(occurrences(input, query), 1) << input;
    EXPECT_GE(occurrences(input, "#"), 2);
    EXPECT_LE(occurrences(input, "#"), 4);
    for (int i = 0; i < 4; ++i) EXPECT_LE(occurrences(input, "a-" + std::to_string(i) + "#"), 1) << input;  // nor twice
    EXPECT_EQ(example.text.target, "a" + query.substr(2, query.size() - 3));
  }
}

// The same question under other ids would give its answer away; other options make it another one.
TEST_F(Mixture, WhatReadsLikeTheQueryIsNoExemplarOfIt) {
  const auto row = [](const char* id, const char* list) {
    return fmt::format(R"({{"id": "{}", "fields": {{"q": "same"}}, "options": [{}], "answers": ["a"]}})", id, list) +
           "\n";
  };
  put("a.jsonl", row("1", R"("a", "b")") + row("2", R"("a", "b")") + row("3", R"("a", "c")"));
  put("a.yaml", "name: a\nformat: jsonl\nsplits: {train: a.jsonl}\ntemplates: [{input: \"{q} {options:inline}#\"}]\n");
  MixtureOptions o = options();
  o.few_shot_share = 1.0;
  o.max_shots = 2;
  int64_t few_shot = 0;
  for (const Example& example : sampled(o, 5, 100)) {
    const std::string& input = example.text.input;
    const bool asks_for_b = input.ends_with("a or b#");
    EXPECT_LE(occurrences(input, "a or b#"), asks_for_b ? 1 : 2) << input;
    EXPECT_LE(occurrences(input, "a or c#"), 1) << input;
    few_shot += occurrences(input, "#") > 1 ? 1 : 0;
  }
  EXPECT_GT(few_shot, 0);
}

TEST_F(Mixture, ATaskOfOneRowHasNoExemplars) {
  add_task("a", "muffin", 1);
  MixtureOptions o = options();
  o.few_shot_share = 1.0;
  for (const Example& example : sampled(o, 5, 20)) EXPECT_EQ(occurrences(example.text.input, "#"), 1);
}

TEST_F(Mixture, ExemplarsThatDoNotFitAreLeftOutAndTheQueryStays) {
  add_task("a", "muffin", 20);
  MixtureOptions o = options();
  o.few_shot_share = 1.0;
  o.max_shots = 4;
  o.examples_per_batch = 60;
  const Tokenizer& t = cases::tokenizer();
  const auto texts = sampled(o, 3, 60);
  std::map<int64_t, int64_t> shots;
  o.source_length = 32;
  const TokenBatch batch = make_mixture_source(o, folder_, t, 3)->batch(0);
  for (int64_t i = 0; i < 60; ++i) {
    // The longest prefix of the exemplars that fits, by plain search.
    const std::string& input = texts[static_cast<size_t>(i)].text.input;
    std::vector<std::string> parts;
    for (size_t begin = 0; begin < input.size();) {
      const size_t end = std::min(input.find("\n\n", begin), input.size());
      parts.push_back(input.substr(begin, end - begin));
      begin = end + 2;
    }
    cases::Row expected;
    for (size_t kept = parts.size() - 1;; --kept) {
      std::string text;
      for (size_t p = 0; p < kept; ++p) text += parts[p] + "\n\n";
      const TokenIds ids = t.encode(text + parts.back());
      if (ids.size() > 31 && kept > 0) continue;
      expected.assign(ids.begin(), ids.end());
      ++shots[static_cast<int64_t>(kept)];
      break;
    }
    expected.push_back(kEosId);
    EXPECT_EQ(cases::without_padding(cases::row_of(batch.source_ids, i)), expected) << input;
  }
  EXPECT_GT(shots[0] + shots[1] + shots[2], 0);
  EXPECT_GE(shots.size(), 2u);
}

TEST_F(Mixture, ExemplarsAreOfTheQuerysTask) {
  for (const char* name : {"alpha", "beta", "gamma"}) add_task(name, "muffin", 9);
  MixtureOptions o = options();
  o.few_shot_share = 1.0;
  std::set<std::string> seen;
  for (const Example& example : sampled(o, 5, 200)) {
    seen.insert(example.task);
    const int64_t prompts = occurrences(example.text.input, "#");
    EXPECT_GE(prompts, 2);
    EXPECT_EQ(occurrences(example.text.input, " " + example.task + "-"), prompts) << example.text.input;
  }
  EXPECT_EQ(seen.size(), 3u);
}

TEST_F(Mixture, ExemplarsOfAChainOfThoughtHaveOne) {
  std::string rows;
  for (int i = 0; i < 12; ++i) {
    const std::string n = std::to_string(i), rationale = i % 3 == 0 ? "" : "because " + n;
    rows += R"({"id": ")" + n + R"(", "fields": {"q": ")" + n + R"("}, "answers": ["a"], "rationale": ")" + rationale +
            "\"}\n";
  }
  put("a.jsonl", rows);
  put("a.yaml",
      "name: a\nformat: jsonl\nsplits: {train: a.jsonl}\ntemplates: [{input: \"ask {q}#\"}]\n"
      "cot_templates: [{input: \"why {q}#\", target: \"{rationale} so {answer}\"}]\n");
  MixtureOptions o = options();
  o.few_shot_share = 1.0;
  o.cot_share = 1.0;
  int64_t chains = 0;
  for (const Example& example : sampled(o, 5, 300)) {
    const std::string text = example.text.input + " " + example.text.target;
    const int64_t prompts = occurrences(text, "#"), explained = occurrences(text, "because ");
    if (example.form.ends_with("cot")) {
      EXPECT_EQ(explained, prompts) << text;
      ++chains;
    } else {  // the query's row has no chain to tell
      EXPECT_EQ(explained, 0) << text;
    }
  }
  EXPECT_NEAR(static_cast<double>(chains), 200.0, 40.0);
}

}  // namespace
}  // namespace flanmoe
