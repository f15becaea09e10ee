// Readers of JSON data: Super-NaturalInstructions, BIG-Bench Hard, PubMedQA, StrategyQA, ready prompts.
#include <zlib.h>

#include "data/reader_case.h"

namespace flanmoe {
namespace {

using cases::expect_says;
using cases::rows_in;
using cases::Texts;

class JsonReaders : public cases::ReaderTest {};

const std::string kNiv2 = R"({"URL": [NaN], "Definition": ["Say it.", "Twice."], "Categories": ["Word Games"],
  "Instances": [{"id": "t-1", "input": " cat \n", "output": ["cat cat\n", "catcat"]}, {"input": "dog", "output": ["dog dog"]}]})";

TEST_F(JsonReaders, Niv2GivesRowsDefinitionAndCategory) {
  const auto file = put("task9_x.json", kNiv2);
  const auto rows = rows_in("niv2", file);
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].id, "t-1");
  EXPECT_EQ(rows[0].fields.at("input"), "cat");
  EXPECT_EQ(rows[0].answers, (Texts{"cat cat", "catcat"}));
  EXPECT_NE(rows[1].id, rows[0].id);
  EXPECT_FALSE(rows[1].id.empty());
  EXPECT_EQ(notes_of("niv2", file).definition, "Say it. Twice.");
  EXPECT_EQ(notes_of("niv2", file).cluster, "Word Games");
  EXPECT_EQ(notes_of("jsonl", file).definition, "");
}

TEST_F(JsonReaders, GzipIsReadAsItIs) {
  const auto path = folder_ / "task9_x.json.gz";
  gzFile out = gzopen(path.c_str(), "wb");
  gzwrite(out, kNiv2.data(), static_cast<unsigned>(kNiv2.size()));
  gzclose(out);
  EXPECT_EQ(rows_in("niv2", path).size(), 2u);
}

TEST_F(JsonReaders, Niv2MistakesAreNamed) {
  expect_says(refused("niv2", "t.json", R"({"Definition": ["x"]})"), {"t.json", "Instances"});
  expect_says(refused("niv2", "t.json", R"({"Instances": {}})"), {"t.json", "Instances", "a list"});
  expect_says(refused("niv2", "t.json", R"({"Instances": [{"input": "a", "output": ["b"]}, {"input": "a"}]})"),
              {"instance 2", "output"});
  expect_says(refused("niv2", "t.json", R"({"Instances": [{"input": "a", "output": []}]})"),
              {"instance 1", "at least one"});
  expect_says(refused("niv2", "t.json", R"({"Instances": [{"input": "a", "output": [3]}]})"),
              {"instance 1", "3", "texts"});
  expect_says(refused("niv2", "t.json", "[]"), {"t.json", "a JSON object"});
  const auto file = put("n.json", R"({"Definition": [], "Categories": [], "Instances": []})");
  expect_says(message_of<UserError>([&] { notes_of("niv2", file); }), {"n.json", "Categories"});
}

TEST_F(JsonReaders, BbhOptionsComeFromTheInput) {
  const auto rows = rows_in("bbh_json", put("b.json", R"json({"canary": "c", "examples": [
    {"input": "Which?\nOptions:\n(A) red\n(B) blue", "target": "(B)"},
    {"input": "Right?\nOptions:\n- valid \n- invalid", "target": "invalid"},
    {"input": "Like it?\nOptions:\n(A) Monsters\n(B) Inc\n(C) Other", "target": "Monsters, Inc"}]})json"));
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_EQ(rows[0].options, (Texts{"(A)", "(B)"}));
  EXPECT_EQ(rows[0].answer_index(), 1);
  EXPECT_EQ(rows[0].fields.at("stem"), "Which?");
  EXPECT_EQ(rows[0].fields.at("answer_text"), "blue");
  EXPECT_EQ(rows[1].options, (Texts{"valid", "invalid"}));
  EXPECT_EQ(rows[2].options, (Texts{"(A)", "(B)", "(C)", "Monsters, Inc"}));  // a list broken at a comma
  EXPECT_EQ(rows[2].answer_index(), 3);
  EXPECT_EQ((Texts{rows[0].id, rows[1].id, rows[2].id}), (Texts{"0", "1", "2"}));
}

TEST_F(JsonReaders, BbhFilesOfTwoTargetsHaveTwoOptions) {
  const auto two = rows_in("bbh_json", put("b.json", R"({"examples": [{"input": "not True is", "target": "False"},
    {"input": "not False is", "target": "True"}, {"input": "True and False is", "target": "False"}]})"));
  for (const TaskRow& row : two) EXPECT_EQ(row.options, (Texts{"False", "True"}));
  const auto many = rows_in("bbh_json", put("m.json", R"({"examples": [{"input": "1 + 1 =", "target": "2"},
    {"input": "1 + 2 =", "target": "3"}, {"input": "2 + 2 =", "target": "4"}]})"));
  for (const TaskRow& row : many) EXPECT_TRUE(row.options.empty());
}

TEST_F(JsonReaders, BbhWorkedExamplesAreExemplars) {
  const auto rows = rows_in(
      "bbh_json",
      put("b.txt",
          "canary\n-----\nDescribe.\n\nQ: Which?\nOptions:\n(A) red\n(B) blue\nA: Let's think step by step.\n"
          "It is red.\nNot blue. So the answer is (A).\n\nQ: Sort: b a\nA: Let's think step by step.\nSorted. So the "
          "answer is a b."));
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].rationale, "It is red.\nNot blue.");
  EXPECT_EQ(rows[0].answers, (Texts{"(A)"}));
  EXPECT_EQ(rows[0].fields.at("input"), "Which?\nOptions:\n(A) red\n(B) blue");
  EXPECT_EQ(rows[1].answers, (Texts{"a b"}));
  expect_says(refused("bbh_json", "c.txt", "-----\nD\n\nQ: Which?\nA: red\n"),
              {"c.txt", "worked example 1", "So the answer is"});
  const auto small = read("bbh_json", "d.txt", "-----\nD\n\nQ: Which?\nA: It is red, so the answer is red.\n");
  EXPECT_EQ((Texts{small.at(0).rationale, small[0].answers[0]}), (Texts{"It is red,", "red"}));
  expect_says(refused("bbh_json", "e.txt", "-----\nD\n\nQ: Which?\nA: Red.\xC3\xB6o the answer is red.\n"),
              {"e.txt", "worked example 1", "So the answer is"});
}

TEST_F(JsonReaders, BbhMistakesAreNamed) {
  expect_says(refused("bbh_json", "b.json", "{}"), {"b.json", "examples"});
  expect_says(refused("bbh_json", "b.json", R"({"examples": [{"input": "a", "target": "b"}, {"input": "a"}]})"),
              {"example 1", "target"});
  expect_says(refused("bbh_json", "b.json", R"({"examples": [{"input": "a", "target": " "}]})"),
              {"example 0", "empty"});
}

std::string question(const std::string& decision) {
  return R"({"QUESTION": "Does it?", "CONTEXTS": ["First.", "Then."], "LABELS": ["AIM", "END"], "LONG_ANSWER": "So.", "final_decision": ")" +
         decision + "\"}";
}

TEST_F(JsonReaders, PubmedqaSplitsByTheTestIds) {
  const auto all = put("ori_pqal.json", "{\"5\": " + question("yes") + ", \"6\": " + question("no") +
                                            ", \"7\": " + question("maybe") + "}");
  const auto ids = put("test_ground_truth.json", R"({"6": "no"})");
  const auto train = rows_in("pubmedqa", all), test = rows_in("pubmedqa", ids);
  ASSERT_EQ(train.size(), 2u);
  ASSERT_EQ(test.size(), 1u);
  EXPECT_EQ((Texts{train[0].id, train[1].id, test[0].id}), (Texts{"5", "7", "6"}));
  EXPECT_EQ(test[0].fields.at("context"), "AIM: First. END: Then.");
  EXPECT_EQ(test[0].options, (Texts{"yes", "no", "maybe"}));
  EXPECT_EQ(train[1].answers, (Texts{"maybe"}));
}

TEST_F(JsonReaders, PubmedqaMistakesAreNamed) {
  const std::string all = "{\"5\": " + question("yes") + "}";
  expect_says(refused("pubmedqa", "ori_pqal.json", all), {"ori_pqal.json", "test_ground_truth.json", "beside it"});
  const auto ids = put("test_ground_truth.json", R"({"9": "no"})");
  expect_says(message_of<UserError>([&] { rows_in("pubmedqa", ids); }),
              {"test_ground_truth.json", "names 1 questions", "0 of them"});
  expect_says(
      refused("pubmedqa", "ori_pqal.json", "{\"5\": " + question("perhaps") + ", \"9\": " + question("no") + "}"),
      {"question 5", "perhaps", "yes, no, maybe"});
  expect_says(refused("pubmedqa", "ori_pqal.json", R"({"5": {"final_decision": "yes"}, "9": {}})"),
              {"question 5", "LONG_ANSWER"});
}

TEST_F(JsonReaders, StrategyqaAnswersAreYesAndNo) {
  const auto rows =
      rows_in("strategyqa",
              put("s.json", R"([{"qid": "a", "question": "Is it? ", "answer": false, "facts": ["One.", "Two."]}])"));
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].answers, (Texts{"no"}));
  EXPECT_EQ(rows[0].rationale, "One. Two.");
  EXPECT_EQ(rows[0].fields.at("question"), "Is it?");
  expect_says(refused("strategyqa", "s.json", R"([{"qid": "a", "question": "?", "answer": "no", "facts": []}])"),
              {"row 1", "true or false"});
  expect_says(refused("strategyqa", "s.json", "{}"), {"s.json:1", "'answer' is missing"});
}

TEST_F(JsonReaders, ReadyPromptsLoseTheirEndMark) {
  const auto rows =
      rows_in("prompt_jsonl", put("p.jsonl",
                                  "{\"prompt\": \"Say it.\\n\", \"completion\": \" "
                                  "It.<|endoftext|>\"}\n\n{\"prompt\": \"And?\", \"completion\": \"x\"}\n"));
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].answers, (Texts{"It."}));
  EXPECT_EQ(rows[0].fields.at("prompt"), "Say it.");
  EXPECT_EQ(rows[1].id, "2");
  expect_says(refused("prompt_jsonl", "p.jsonl", "{\"prompt\": \"a\", \"completion\": \"b\"}\n{\"prompt\": \"a\"}\n"),
              {"p.jsonl:2", "completion"});
  expect_says(refused("prompt_jsonl", "p.jsonl", "{\"prompt\": \"\", \"completion\": \"b\"}\n"),
              {"p.jsonl:1", "prompt"});
}

}  // namespace
}  // namespace flanmoe
