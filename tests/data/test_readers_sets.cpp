// Readers of single data sets: one small file of each, written here by hand, and the mistakes each can hold.
#include "data/reader_case.h"

namespace flanmoe {
namespace {

using cases::expect_says;
using cases::Texts;

class SetReaders : public cases::ReaderTest {};

TEST_F(SetReaders, MmluRowsHaveTexts) {
  const auto rows = read("mmlu", "old_stones_test.csv", "Which?,red , 2,red,none,C\nHow many?,1,2,3,4,A\n");
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].fields.at("subject"), "old stones");
  EXPECT_EQ(rows[0].options, (Texts{"red", "2", "red", "none"}));
  EXPECT_EQ(rows[0].answers, (Texts{"red"}));
  EXPECT_EQ(rows[0].answer_index(), 2);  // not the first of the same text
  EXPECT_EQ(rows[1].id, "2");
}

TEST_F(SetReaders, MmluCopiesMayHaveAHeaderAndIndices) {
  const auto rows = read("mmlu", "s_dev.csv", "question,A,B,C,D,Answer\nQ?,w,x,y,z,3\nR?,w,x,y,z,0\n");
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ((Texts{rows[0].id, rows[0].answers[0], rows[1].answers[0]}), (Texts{"1", "z", "w"}));
  expect_says(refused("mmlu", "s_dev.csv", "Q?,w,x,y,z,4\n"), {"s_dev.csv:1", "'4'", "0, 1, 2 or 3"});
  expect_says(refused("mmlu", "s_dev.csv", "Q?,w,x,y,z,A\n", "#old_stones"), {"s_dev.csv", "no parts", "#old_stones"});
}

const std::string kPrompts =
    R"json({"old_stones": "About old stones.\n\nQ: Which is a (B) stone?\n(A) jade (B) wood (C) jade\nA: Let's think step by step. Wood is none. The answer is (C).\n\n",
 "new_stones": "\n\nAbout.\n\nQ: Q1?\n(A) a b\n(B) c\nA: Let's think step by step. So.\nThe answer is (A).\n\nQ: Q2?\n(A) x (B) y\nA: Let's think step by step. The answer is (B)."})json";

TEST_F(SetReaders, MmluPromptsAreWorkedRows) {
  const auto one = read("mmlu_prompts", "p.json", kPrompts, "#old_stones");
  ASSERT_EQ(one.size(), 1u);
  EXPECT_EQ(one[0].fields.at("question"), "Which is a (B) stone?");
  EXPECT_EQ(one[0].fields.at("subject"), "old stones");
  EXPECT_EQ(one[0].options, (Texts{"jade", "wood", "jade"}));
  EXPECT_EQ(one[0].answer_index(), 2);
  EXPECT_EQ(one[0].rationale, "Wood is none.");
  const auto two = read("mmlu", "p.json", kPrompts, "#new_stones");
  ASSERT_EQ(two.size(), 2u);
  EXPECT_EQ(two[0].options, (Texts{"a b", "c"}));
  EXPECT_EQ(two[0].rationale, "So.");
  EXPECT_EQ(two[1].answers, (Texts{"y"}));
  EXPECT_EQ(read("mmlu_prompts", "p.json", kPrompts).size(), 3u);
}

TEST_F(SetReaders, MmluPromptMistakesAreNamed) {
  expect_says(refused("mmlu_prompts", "p.json", kPrompts, "#old_stone"),
              {"p.json", "no part '#old_stone'", "did you mean '#old_stones'", "new_stones"});
  expect_says(refused("mmlu_prompts", "p.json", R"({"s": "x\nQ: Q?\n(A) a (B) b\nA: Let us see."})"),
              {"prompt 's'", "worked example 1", "The answer is"});
  expect_says(refused("mmlu_prompts", "p.json", R"json({"s": "x\nQ: Q?\n(A) a (B) b\nA: Hm. The answer is (C)."})json"),
              {"worked example 1", "'(C)'", "2 choices"});
  expect_says(refused("mmlu_prompts", "p.json", R"json({"s": "x\nQ: Q?\nA: Hm. The answer is (C)."})json"),
              {"worked example 1", "choices"});
  expect_says(refused("mmlu_prompts", "p.json", R"({"s": 3})"), {"prompt 's'", "3", "a text"});
}

TEST_F(SetReaders, BbhPromptsDescribeTheTask) {
  const std::string text =
      "canary\n-----\nDescribe it.\n\nQ: Sort: b a\nA: Let's think step by step.\nSo the answer is a b.";
  EXPECT_EQ(notes_of("bbh_json", put("b.txt", text).string()).definition, "Describe it.");
  EXPECT_EQ(notes_of("bbh_json", put("b.json", "{}").string()).definition, "");
}

std::string arc(const std::string& list, const std::string& answer) {
  return R"([{"instruction": "Please choose the correct answer to the question: Is it?\n\n)" + list +
         R"(\n\nAnswer format: answer1/answer2", "input": "", "output": "x", "answer": ")" + answer + "\"}]";
}

TEST_F(SetReaders, ArcChoicesStandInTheInstruction) {
  const auto rows =
      read("arc", "a.json", arc("Answer1: one, Answer of two Answer2: it is Answer3: one, Answer of two", "answer3"));
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].fields.at("question"), "Is it?");
  EXPECT_EQ(rows[0].options, (Texts{"one, Answer of two", "it is", "one, Answer of two"}));
  EXPECT_EQ(rows[0].answer_index(), 2);
  expect_says(refused("arc", "a.json", arc("Answer1: a Answer2: b", "answer3")),
              {"a.json: row 1", "'answer3'", "answer1 to answer2"});
  expect_says(refused("arc", "a.json", arc("a or b", "answer1")), {"row 1", "Answer1:"});
}

TEST_F(SetReaders, BoolqHasTitleAndPassage) {
  const auto rows = read("boolq", "b.json",
                         R"([{"sentence": "question: is it so\npassage: Stone (rock) -- It -- is.", "label": "True"},
      {"sentence": "question: is it\npassage: It is not.", "label": "False"}])");
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].fields,
            (cases::Columns{{"question", "is it so"}, {"title", "Stone (rock)"}, {"passage", "It -- is."}}));
  EXPECT_EQ(rows[0].answers, (Texts{"yes"}));
  EXPECT_EQ(rows[1].fields.at("title"), "");
  EXPECT_EQ(rows[1].answer_index(), 1);
  expect_says(refused("boolq", "b.json", R"([{"sentence": "question: a\npassage: b", "label": "yes"}])"),
              {"row 1", "'yes'", "True or False"});
  expect_says(refused("boolq", "b.json", R"([{"sentence": "question: a passage: b", "label": "True"}])"),
              {"row 1", "'passage: ..'"});
}

TEST_F(SetReaders, Gsm8kSolutionsLoseTheirCalculatorMarks) {
  const auto rows = read(
      "gsm8k", "g.jsonl",
      R"({"question": "How many?", "answer": "1200*2=<<1200*2=2400>>2400.\nSo $<<2400/2=1200>>1,200.\n#### 1,200"})");
  EXPECT_EQ(rows.at(0).answers, (Texts{"1200"}));
  EXPECT_EQ(rows[0].rationale, "1200*2=2400.\nSo $1,200.");
  expect_says(refused("gsm8k", "g.jsonl", R"({"question": "How many?", "answer": "two"})"),
              {"g.jsonl:1", "#### NUMBER"});
  expect_says(refused("gsm8k", "g.jsonl", R"({"question": "How many?", "answer": "So.\n#### many"})"),
              {"g.jsonl:1", "#### NUMBER"});
  expect_says(refused("gsm8k", "g.jsonl", R"({"question": " ", "answer": "#### 2"})"),
              {"g.jsonl:1", "'question' is empty"});
}

TEST_F(SetReaders, AquaOptionsLoseTheirLetters) {
  const auto rows =
      read("aqua", "q.json",
           R"j({"question": "Q?", "options": ["A)8.75", "B) (x)", "C)8.75"], "rationale": "R", "correct": "C"})j");
  EXPECT_EQ(rows.at(0).options, (Texts{"8.75", "(x)", "8.75"}));
  EXPECT_EQ(rows[0].answer_index(), 2);
  EXPECT_EQ(rows[0].rationale, "R");
  expect_says(
      refused("aqua", "q.json", R"j({"question": "Q?", "options": ["A)1", "B)2"], "rationale": "R", "correct": "C"})j"),
      {"q.json:1", "'C'", "2 options"});
  expect_says(
      refused("aqua", "q.json", R"j({"question": "Q?", "options": ["A)1", "2"], "rationale": "R", "correct": "A"})j"),
      {"q.json:1", "'2'", "'B)'"});
}

std::string asdiv(const std::string& answer) {
  return "<?xml version=\"1.0\"?>\n<R>\n<ProblemSet>\n<Problem ID=\"n-1\" Grade=\"2\" Source=\"x\">\n<Body>There &amp; "
         "here.</Body>\n"
         "<Question>How many?</Question><Solution-Type>Sum</Solution-Type><Answer>" +
         answer + "</Answer><Formula>1+1=2</Formula></Problem></ProblemSet></R>";
}

TEST_F(SetReaders, AsdivAnswersBeginWithTheirNumber) {
  const auto row = read("asdiv", "a.xml", asdiv("1,200 (apples)")).at(0);
  EXPECT_EQ(row.id, "n-1");
  EXPECT_EQ(row.fields.at("question"), "There & here. How many?");
  EXPECT_EQ(row.fields.at("body"), "There & here.");
  EXPECT_EQ(row.fields.at("solution_type"), "Sum");
  EXPECT_EQ(row.fields.at("grade"), "2");
  EXPECT_EQ(row.fields.at("unit"), "apples");
  EXPECT_EQ(row.answers, (Texts{"1,200", "1,200 (apples)"}));
  for (const std::string alone :
       {"383", "5 (years old); 15 (years old)", "3:30 p.m.", "-(1/3)", "5/2", "They are equal"}) {
    EXPECT_EQ(read("asdiv", "a.xml", asdiv(alone)).at(0).answers, (Texts{alone}));
  }
}

TEST_F(SetReaders, AsdivMistakesAreNamed) {
  expect_says(refused("asdiv", "a.xml", asdiv("")), {"a.xml:4", "'Answer' is empty"});
  expect_says(
      refused("asdiv", "a.xml", "<R><ProblemSet>\n<Problem ID=\"1\"><Question>Q</Question></Problem></ProblemSet></R>"),
      {"a.xml:2", "'Body' is missing"});
  expect_says(refused("asdiv", "a.xml", "<R>\n<ProblemSet>\n<Problem></R>"), {"a.xml:3", "malformed XML", "mismatch"});
  expect_says(refused("asdiv", "a.xml", "<R></R>"), {"a.xml", "no 'Problem'"});
}

std::string condaqa(const std::string& label, int edit) {
  return R"({"sentence1": "It is rarely so.", "sentence2": "Is it?", "label": ")" + label +
         R"(", "PassageID": 44, "PassageEditID": )" + std::to_string(edit) + R"(, "QuestionID": "q10", "SampleID": )" +
         std::to_string(700 + edit) + "}\n";
}

TEST_F(SetReaders, CondaqaRowsShareTheirPassage) {
  const auto rows =
      read("condaqa", "c.json", condaqa("YES", 0) + condaqa("DON'T KNOW", 1) + condaqa("grade primary", 3));
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_EQ(rows[0].options, (Texts{"yes", "no", "don't know"}));
  EXPECT_EQ(rows[1].answer_index(), 2);
  EXPECT_EQ(rows[2].options, (Texts{"yes", "no", "don't know", "grade primary"}));
  EXPECT_EQ(rows[2].answer_index(), 3);
  EXPECT_EQ(rows[2].cluster_id, "44");
  EXPECT_EQ((Texts{rows[2].id, rows[2].fields.at("passage_id"), rows[2].fields.at("edit_id"),
                   rows[2].fields.at("question_id")}),
            (Texts{"703", "44", "3", "q10"}));
  expect_says(refused("condaqa", "c.json", condaqa("YES", 0) + condaqa("", 1)), {"c.json:2", "'label' is empty"});
  expect_says(refused("condaqa", "c.json", condaqa("YES", 0) + condaqa("NO", 0)), {"c.json:2", "'700'", "before"});
}

TEST_F(SetReaders, ImagePairsWithoutAScoreAreNoRows) {
  const auto rows =
      read("sts_images", "s.tsv", "3.5\tA dog runs.\tA dog.\n\ta\tb\n0.00\ta\tb\n4.75\ta\tb\n0.3\ta\tb\n");
  ASSERT_EQ(rows.size(), 4u);
  EXPECT_EQ((Texts{rows[0].answers[0], rows[1].answers[0], rows[2].answers[0], rows[3].answers[0]}),
            (Texts{"3.6", "0.0", "4.8", "0.4"}));
  EXPECT_EQ(rows[0].fields, (cases::Columns{{"first", "A dog runs."}, {"second", "A dog."}, {"score", "3.5"}}));
  for (const std::string bad : {"5.1", "-1", "x", "nan"})
    expect_says(refused("sts_images", "s.tsv", bad + "\ta\tb\n"), {"s.tsv:1", "'" + bad + "'", "0 to 5"});
  expect_says(refused("sts_images", "s.tsv", "1\ta\n"), {"s.tsv:1", "2 cells", "expected 3"});
  expect_says(refused("sts_images", "s.tsv", "1\ta\t \n"), {"s.tsv:1", "sentence is empty"});
}

TEST_F(SetReaders, Niv2ExamplesAreParts) {
  const std::string task = R"({"Definition": ["D"], "Categories": ["C"], "Instances": [{"input": "i", "output": ["o"]}],
    "Positive Examples": [{"input": " a ", "output": "b", "explanation": "Because."}, {"input": "c", "output": "d", "explanation": ""}],
    "Negative Examples": [{"input": "e", "output": "f", "explanation": "No."}]})";
  const auto positive = read("niv2", "t.json", task, "#positive"), negative = read("niv2", "t.json", task, "#negative");
  ASSERT_EQ(positive.size(), 2u);
  EXPECT_EQ((Texts{positive[0].fields.at("input"), positive[0].answers[0], positive[0].rationale}),
            (Texts{"a", "b", "Because."}));
  EXPECT_EQ(negative.at(0).answers, (Texts{"f"}));
  EXPECT_EQ(read("niv2", "t.json", task).at(0).answers, (Texts{"o"}));
  EXPECT_EQ(notes_of("niv2", (folder_ / "t.json").string() + "#positive").definition, "D");
  expect_says(refused("niv2", "t.json", task, "#positives"),
              {"t.json", "no part '#positives'", "did you mean '#positive'", "negative"});
}

TEST_F(SetReaders, ScoredPromptsAreOneRowWithOptions) {
  const auto row = [](const std::string& target, const std::string& correct) {
    return R"({"inputs": [1, 2], "inputs_pretokenized": "Is it?\n", "targets_pretokenized": "\n)" + target +
           R"(", "answer_choices": ["Yes ", "No"], "is_correct": )" + correct + ", \"idx\": [0, 1]}\n";
  };
  const auto rows = read("prompt_jsonl", "p.jsonl", row("Yes", "false") + row("No", "true"));
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].fields.at("prompt"), "Is it?");
  EXPECT_EQ(rows[0].options, (Texts{"Yes", "No"}));
  EXPECT_EQ(rows[0].answer_index(), 1);
  expect_says(refused("prompt_jsonl", "p.jsonl", row("Maybe", "true")), {"p.jsonl:1", "'Maybe'", "Yes, No"});
  expect_says(refused("prompt_jsonl", "p.jsonl", row("Yes", "1")), {"p.jsonl:1", "'is_correct' is 1"});
}

TEST_F(SetReaders, SeedsGiveARowPerInstance) {
  const auto rows = read(
      "self_instruct", "s.jsonl",
      R"({"id": "seed_0", "name": "n", "instruction": "Say it.", "instances": [{"input": "", "output": "It."}, {"input": "a", "output": "b"}]})");
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ((Texts{rows[0].id, rows[1].id}), (Texts{"seed_0", "seed_0 2"}));
  EXPECT_EQ(rows[1].fields, (cases::Columns{{"instruction", "Say it."}, {"input", "a"}}));
  expect_says(refused("self_instruct", "s.jsonl", R"({"id": "s", "instruction": "I", "instances": []})"),
              {"s.jsonl:1", "'instances' is empty"});
  expect_says(refused("self_instruct", "s.jsonl",
                      R"({"id": "s", "instruction": "", "instances": [{"input": "", "output": "x"}]})"),
              {"s.jsonl:1", "'instruction' is empty"});
}

}  // namespace
}  // namespace flanmoe
