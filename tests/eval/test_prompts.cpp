// Prompts of a task's rows: template, exemplars, length.
#include "eval/asking/prompts.h"

#include "base/error.h"
#include "eval_case.h"

namespace flanmoe {
namespace {

class Prompts : public EvalTest {};

TEST_F(Prompts, PromptsUseTheFirstTemplateAndTheSameExemplars) {
  EvalOptions o = options("task.yaml");
  for (const AskedPrompt& prompt : prompts(o)) {
    EXPECT_EQ(text(prompt), prompt.row.fields.at("q"));
    EXPECT_EQ(prompt.source.back(), kEosId);
    EXPECT_FALSE(prompt.truncated());
  }
  EXPECT_TRUE(text(prompts(o, Prompting::kCot)[0]).starts_with("why "));
  o.shots = 2;  // the first two rows of dev
  for (const AskedPrompt& prompt : prompts(o)) {
    EXPECT_TRUE(text(prompt).starts_with("Vorna bread")) << text(prompt);
    EXPECT_NE(text(prompt).find("Vorna. stone"), std::string::npos) << text(prompt);
    EXPECT_TRUE(text(prompt).ends_with(prompt.row.fields.at("q")));
  }
}

TEST_F(Prompts, LongPromptsLoseExemplarsThenTheirBeginning) {
  EvalOptions o = options("task.yaml");
  const std::vector<AskedPrompt> zero = prompts(o);
  o.shots = 1;
  const std::vector<AskedPrompt> one = prompts(o);
  o.shots = 3;
  o.source_length = static_cast<int64_t>(one[0].source.size());
  EXPECT_EQ(prompts(o)[0].source, one[0].source);
  EXPECT_TRUE(prompts(o)[0].truncated());
  o.source_length = static_cast<int64_t>(zero[0].source.size());
  EXPECT_EQ(prompts(o)[0].source, zero[0].source);
  o.source_length = 4;
  const AskedPrompt cut = prompts(o)[0];
  EXPECT_EQ(cut.source, TokenIds(zero[0].source.end() - 4, zero[0].source.end()));
  EXPECT_TRUE(cut.truncated());
}

// By hand: as many exemplars as fit, counted from the first; nothing is lost while there is room.
TEST_F(Prompts, AsManyExemplarsAsFit) {
  EvalOptions o = options("task.yaml");
  o.shots = 4;
  const TaskSpec task = load_tasks(o.tasks[0], folder_).front();
  const std::vector<TaskRow> dev = load_rows(task, "dev");
  for (o.source_length = 5; o.source_length < 70; o.source_length += 3) {
    for (const AskedPrompt& prompt : prompts(o)) {
      int64_t fitting = -1;
      TokenIds expected;
      for (size_t shots = 0; shots <= 4; ++shots) {
        std::string text;
        for (size_t i = 0; i < shots; ++i) text += dev[i].fields.at("q") + " " + dev[i].answers[0] + "\n\n";
        TokenIds ids = cases::tokenizer().encode(text + prompt.row.fields.at("q"));
        ids.push_back(kEosId);
        if (static_cast<int64_t>(ids.size()) > o.source_length) continue;
        fitting = static_cast<int64_t>(shots);
        expected = ids;
      }
      EXPECT_EQ(prompt.truncated(), fitting < 4) << o.source_length;
      EXPECT_LE(static_cast<int64_t>(prompt.source.size()), o.source_length);
      if (fitting >= 0) {
        EXPECT_EQ(prompt.source, expected) << o.source_length;
      } else {
        EXPECT_EQ(static_cast<int64_t>(prompt.source.size()), o.source_length);
      }
    }
  }
}

TEST_F(Prompts, ARowIsNoExemplarOfItself) {
  EvalOptions o = options("task.yaml");
  o.split = "dev";  // where the exemplars come from
  o.shots = 2;
  for (const AskedPrompt& prompt : prompts(o)) {
    std::string expected;
    for (const std::string id : {"0", "1", "2"}) {
      if (id == prompt.row.id || (id == "2" && prompt.row.id > "1")) continue;
      const TaskRow exemplar = load_rows(load_tasks(o.tasks[0], folder_).front(), "dev")[std::stoul(id)];
      expected += exemplar.fields.at("q") + " " + exemplar.answers[0] + "\n\n";
    }
    TokenIds ids = cases::tokenizer().encode(expected + prompt.row.fields.at("q"));
    ids.push_back(kEosId);
    EXPECT_EQ(prompt.source, ids) << prompt.row.id;
    EXPECT_FALSE(prompt.truncated());
  }
}

// The same question under another id, in another split, would give its answer away; the same id there is another row.
TEST_F(Prompts, WhatReadsLikeTheQuestionIsNoExemplarOfIt) {
  const auto row = [](const std::string& id, const std::string& q, const std::string& answer, const Json& list) {
    return Json{{"id", id}, {"fields", {{"q", q}}}, {"options", list}, {"answers", {answer}}, {"rationale", "so"}}
               .dump() +
           "\n";
  };
  const Json two = {"bread", "stone"}, more = {"bread", "towns"};
  put("test.jsonl", row("t", "the river", "bread", two));
  put("dev.jsonl", row("1", "the river", "stone", two) + row("t", "quiet", "bread", two) +
                       row("2", "the river", "towns", more) + row("3", "past", "bread", two));
  EvalOptions o = options("task.yaml");
  o.shots = 2;
  const AskedPrompt direct = prompts(o)[0], cot = prompts(o, Prompting::kCot)[0];
  EXPECT_EQ(direct.text, "quiet bread\n\nthe river towns\n\nthe river");
  EXPECT_EQ(cot.text, "why quiet so the answer is bread\n\nwhy the river so the answer is towns\n\nwhy the river");
  o.shots = 4;  // there are three: what is no exemplar is not counted as dropped
  const AskedPrompt all = prompts(o)[0];
  EXPECT_EQ(all.text, "quiet bread\n\nthe river towns\n\npast bread\n\nthe river");
  EXPECT_EQ(all.num_exemplars, 3);
  EXPECT_FALSE(all.truncated());
}

TEST_F(Prompts, ExemplarsComeFromTrainWithoutDev) {
  put("train.yaml",
      "name: one\nformat: jsonl\nsplits: {test: test.jsonl, train: dev.jsonl}\ntemplates: [{input: \"{q}\"}]\n");
  EvalOptions o = options("train.yaml");
  o.shots = 1;
  EXPECT_TRUE(text(prompts(o)[0]).starts_with("Vorna bread"));
}

TEST_F(Prompts, ExemplarsFromNowhereAreRefused) {
  EvalOptions o = options("free.yaml");
  o.shots = 1;
  const std::string message = message_of<UserError>([&] { prompts(o); });
  for (const char* part : {"task 'free'", "no split 'train'", "it has test"}) {
    EXPECT_NE(message.find(part), std::string::npos) << message;
  }
}

}  // namespace
}  // namespace flanmoe
