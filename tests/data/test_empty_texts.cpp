// Texts of which nothing is left: answers, options, stop texts; lists in cells; options that a task file states.
#include "data/reader_case.h"
#include "data/render.h"

namespace flanmoe {
namespace {

using cases::Columns;
using cases::expect_says;
using cases::Rows;
using cases::rows_in;
using cases::Texts;

class EmptyTexts : public cases::ReaderTest {
 protected:
  Rows with_options(const std::string& format, const std::filesystem::path& file, const Texts& options) const {
    Rows rows;
    BadRows stop;
    read_rows(
        format, file.string(), {}, stop, [&rows](TaskRow row) { rows.push_back(std::move(row)); }, options);
    return rows;
  }
  std::string refused_task(const std::string& yaml) const {
    const auto file =
        put("task.yaml", "name: a\nformat: csv\nsplits: {test: t.csv}\ntemplates: [{input: \"{q}\"}]\n" + yaml);
    return message_of<UserError>([&] { load_rows(load_tasks(file, folder_).at(0), "test"); });
  }
};

TEST_F(EmptyTexts, OptionsAndAnswersAreRefusedWithTheirLine) {
  const std::string good = R"({"id": "1", "fields": {"q": "a"}, "options": ["x", "y"], "answers": ["x"]})"
                           "\n";
  expect_says(
      refused("jsonl", "r.jsonl", good + R"({"id": "2", "fields": {}, "options": ["x", " "], "answers": ["x"]})"),
      {"r.jsonl:2", "one of the 2 options is empty"});
  expect_says(refused("jsonl", "r.jsonl", good + R"({"id": "2", "fields": {}, "options": ["x", ""], "answers": [""]})"),
              {"r.jsonl:2", "is empty"});
  expect_says(refused("jsonl", "r.jsonl", good + R"({"id": "2", "fields": {}, "answers": ["  "]})"),
              {"r.jsonl:2", "the answer is empty"});
  expect_says(refused("jsonl", "r.jsonl", good + R"({"id": "2", "fields": {}, "answers": ["x", ""]})"),
              {"r.jsonl:2", "one of the answers is empty"});
  expect_says(refused("csv", "t.csv", "q,options,answer\na,x||y,x\n"), {"t.csv:2", "one of the 3 options is empty"});
  expect_says(refused("csv", "t.csv", "q,options,answer\na,x|y|,x\n"), {"t.csv:2", "one of the 3 options is empty"});
  expect_says(refused("csv", "t.csv", "q,answers\na,x|\n"), {"t.csv:2", "one of the answers is empty"});
  expect_says(refused("tsv", "t.tsv", "q\tanswer\na\t \n"), {"t.tsv:2", "the answer is empty"});
  expect_says(refused("csv", "t.csv", "q,answers\na,\n"), {"t.csv:2", "no answer"});
  expect_says(refused("json_rows", "t.json", R"([{"q": "a", "answers": ["x", " "]}])"), {"row 1", "is empty"});
  for (const char* format : {"mmlu", "mmlu_csv"})
    expect_says(refused(format, "m.csv", "Q?,a,,c,d,A\n"), {"m.csv:1", "choice B is empty"});
}

// The vocabulary drops them, and what is left is the end token.
TEST_F(EmptyTexts, SpacesOfOtherKindsAndSignsWithoutWidthAreEmpty) {
  for (const std::string blank : {"\u00a0", "\u3000", "\u200b", "\ufeff \u2060"}) {
    expect_says(refused("csv", "t.csv", "q,options,answer\na,x|" + blank + ",x\n"),
                {"t.csv:2", "one of the 2 options is empty"});
    expect_says(refused("tsv", "t.tsv", "q\tanswer\na\t" + blank + "\n"), {"t.tsv:2", "the answer is empty"});
    expect_says(refused("jsonl", "r.jsonl", R"({"id": "1", "fields": {}, "answers": [")" + blank + R"("]})"),
                {"r.jsonl:1", "the answer is empty"});
    expect_says(refused("json_rows", "t.json", R"([{"q": "a", "answers": ["x", ")" + blank + R"("]}])"),
                {"row 1", "is empty"});
  }
}

// "Remove the vowels" of a word of vowels: in this set nothing can be a right answer.
TEST_F(EmptyTexts, SuperNaturalInstructionsMayAnswerWithNothing) {
  const std::string file =
      R"({"Definition": ["D"], "Categories": ["C"], "Positive Examples": [], "Negative Examples": [],
    "Instances": [{"id": "a", "input": "aei", "output": [""]}, {"id": "b", "input": "bab", "output": ["bb", " "]}]})";
  ::testing::internal::CaptureStderr();
  const Rows rows = read("niv2", "n.json", file);
  const std::string said = ::testing::internal::GetCapturedStderr();
  EXPECT_EQ(rows.at(0).answers, (Texts{""}));
  EXPECT_EQ(rows.at(1).answers, (Texts{"bb", ""}));
  expect_says(said, {"n.json", "2 of 2 rows have an empty answer"});
  expect_says(
      refused("niv2", "n.json",
              R"({"Definition": ["D"], "Categories": ["C"], "Instances": [{"id": "a", "input": "x", "output": []}]})"),
      {"n.json", "instance 1", "no answer"});
}

TEST_F(EmptyTexts, AStopTextThatIsEmptyIsRefused) {
  expect_says(refused_task("eval:\n  stop: [\"Q:\", \"\"]\n"),
              {"task.yaml:6", "eval.stop", "texts that are not empty"});
  expect_says(refused_task("eval: {stop: [\"\"]}\n"), {"task.yaml:5", "eval.stop"});
}

TEST_F(EmptyTexts, ACellMayHoldAJsonList) {
  const Rows rows = read("csv", "t.csv",
                         "q,options,answer\n"
                         "a,\"[\"\"x, or y\"\", \"\"z\"\"]\",z\n"
                         "b,\"[1, 2.5]\",1\n"
                         "c,[x]|[y],[y]\n"
                         "d,x | y,y\n");
  EXPECT_EQ(rows.at(0).options, (Texts{"x, or y", "z"}));
  EXPECT_EQ(rows.at(1).options, (Texts{"1", "2.5"}));
  EXPECT_EQ(rows.at(2).options, (Texts{"[x]", "[y]"}));
  EXPECT_EQ(rows.at(3).options, (Texts{"x", "y"}));
  EXPECT_EQ(read("tsv", "t.tsv", "q\tanswers\na\t[\"x\", \"y\"]\n").at(0).answers, (Texts{"x", "y"}));
  expect_says(refused("tsv", "t.tsv", "q\toptions\tanswer\na\t[\"x\", \"y\"\tx\n"),
              {"t.tsv:2", "'options' is [\"x\", \"y\"", "a JSON list"});
  expect_says(refused("tsv", "t.tsv", "q\toptions\tanswer\na\t['x', 'y']\tx\n"), {"t.tsv:2", "a JSON list"});
  expect_says(refused("csv", "t.csv", "q,options,answer\na,\"[[\"\"x\"\"]]\",x\n"), {"t.csv:2", "expected texts"});
}

// Old Macs end lines with a carriage return alone, and so does what some spreadsheets write.
TEST_F(EmptyTexts, TablesMayEndLinesWithACarriageReturn) {
  for (const std::string end : {"\n", "\r\n", "\r"}) {
    for (const std::string last : {"", "\n", "\r\n", "\r"}) {
      const Rows rows = read("csv", "t.csv", "q,answer" + end + "\"a, b\",x" + end + "c,y" + last);
      ASSERT_EQ(rows.size(), 2u);
      EXPECT_EQ(rows[0].fields.at("q"), "a, b");
      EXPECT_EQ(rows[1].answers, (Texts{"y"}));
      EXPECT_EQ(read("tsv", "t.tsv", "q\tanswer" + end + "a\tx" + end + "c\ty" + last).size(), 2u);
      expect_says(refused("csv", "t.csv", "q,answer" + end + "a,x" + end + "c" + last),
                  {"t.csv:3", "1 cells, expected 2"});
    }
  }
  // A cell with a line end in it, in a table of carriage returns.
  const Rows rows = read("csv", "t.csv", "q,answer\r\"a\nb\",x\rc,y\r");
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].fields.at("q"), "a\nb");
}

TEST_F(EmptyTexts, ATaskMayStateItsOptionsOnce) {
  put("t.csv", "q,answer\nIs it?,yes\nWas it?, no \n");
  const auto file = put("task.yaml",
                        "name: a\nformat: csv\nsplits: {test: t.csv}\noptions: [yes, no]\n"
                        "templates: [{input: \"{q} {options}\"}]\nchance_of_options: true\n");
  const TaskSpec task = load_tasks(file, folder_).at(0);
  EXPECT_EQ(task.chance, 50.0);
  const Rows rows = load_rows(task, "test");
  EXPECT_EQ(rows.at(1).options, (Texts{"yes", "no"}));
  EXPECT_EQ(rows.at(1).answer_index(), 1);
  EXPECT_EQ(render(task.templates[0], task, rows[0]).input, "Is it? OPTIONS: - yes - no");
  const Texts options = {"yes", "no"};
  EXPECT_EQ(with_options("tsv", put("t.tsv", "q\tanswer\na\tyes\n"), options).at(0).options, options);
  EXPECT_EQ(with_options("json_rows", put("t.json", R"([{"q": "a", "answer": "no"}])"), options).at(0).options,
            options);
  EXPECT_EQ(with_options("jsonl", put("r.jsonl", R"({"id": "1", "fields": {"q": "a"}, "answers": ["no"]})"), options)
                .at(0)
                .answer_index(),
            1);
}

TEST_F(EmptyTexts, StatedOptionsThatDoNotFitAreRefused) {
  put("t.csv", "q,answer\nIs it?,Yes\n");
  expect_says(refused_task("options: [yes, no]\n"), {"t.csv:2", "'Yes' is not one of the options yes, no"});
  put("t.csv", "q,answer,options\nIs it?,yes,yes|no\n");
  expect_says(refused_task("options: [yes, no]\n"), {"t.csv:2", "options of its own, yes, no", "the task's 'options'"});
  for (const char* wrong : {"[yes]", "[yes, \"\"]", "[yes, yes]", "[yes, \" yes\"]"})
    expect_says(refused_task(std::string("options: ") + wrong + "\n"), {"task.yaml:5", "'options'", "different texts"});
}

}  // namespace
}  // namespace flanmoe
