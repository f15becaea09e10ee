// Formats of files that users bring, and of data sets that are not beside the project. All rows are written here.
#include "data/reader_case.h"

namespace flanmoe {
namespace {

using cases::Columns;
using cases::expect_says;
using cases::rows_in;
using cases::Texts;

class UserReaders : public cases::ReaderTest {
 protected:
  std::string refused_columns(const std::string& format, const std::string& content, const Columns& columns) {
    const auto file = put("file", content);
    return message_of<UserError>([&] { rows_in(format, file, columns); });
  }
};

const Columns kMapped = {{"question", "Text"}, {"answer", "Gold"}, {"options", "Choices"}, {"id", "Nr"}};

TEST_F(UserReaders, TablesGiveTheColumnsAskedFor) {
  const auto rows = rows_in("csv", put("t.csv", "Nr,Text,Gold,Choices,Note\n7,\" Is, it? \",yes,yes|no,-\n"), kMapped);
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].id, "7");
  EXPECT_EQ(rows[0].fields, (Columns{{"question", "Is, it?"}}));
  EXPECT_EQ(rows[0].options, (Texts{"yes", "no"}));
  EXPECT_EQ(rows_in("tsv", put("t.tsv", "Text\tGold\nIs it?\tyes\n"), {{"q", "Text"}, {"answers", "Gold"}})
                .at(0)
                .fields.at("q"),
            "Is it?");
}

TEST_F(UserReaders, NumberedColumnsNeedNoHeader) {
  const auto rows = rows_in("tsv", put("t.tsv", "Is it?\tp7\tyes|of course\tx\nWas it?\tp7\tno\n"),
                            {{"question", "1"}, {"cluster_id", "2"}, {"answers", "3"}});
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].answers, (Texts{"yes", "of course"}));
  EXPECT_EQ(rows[1].cluster_id, "p7");
  EXPECT_EQ(rows[1].id, "2");
  expect_says(refused_columns("csv", "a,b\nc\n", {{"question", "1"}, {"answer", "2"}}),
              {"file:2", "1 cells", "2 at least"});
}

TEST_F(UserReaders, JsonColumnsAreFoundInLinesAndLists) {
  const std::string row =
      R"({"Nr": 7, "Text": "Is it?", "Gold": true, "Choices": ["true", "false"], "more": {"a": 1}})";
  for (const std::string& content : Texts{row, "[" + row + "]"}) {
    for (const char* format : {"jsonl", "json_rows"}) {
      const auto rows = rows_in(format, put("t.json", content), kMapped);
      ASSERT_EQ(rows.size(), 1u);
      EXPECT_EQ(rows[0].id, "7");
      EXPECT_EQ(rows[0].answer_index(), 0);
      EXPECT_EQ(rows[0].fields, (Columns{{"question", "Is it?"}}));
    }
  }
}

TEST_F(UserReaders, JsonKeysAreFieldsWithoutColumns) {
  const auto rows = read(
      "json_rows", "t.json",
      R"([{"question": "Is it?", "year": 1999, "share": 51.0, "none": null, "nested": [1], "answers": ["a", 2], "rationale": "R"}])");
  EXPECT_EQ(rows.at(0).fields, (Columns{{"question", "Is it?"}, {"year", "1999"}, {"share", "51"}, {"none", ""}}));
  EXPECT_EQ(rows[0].answers, (Texts{"a", "2"}));
  EXPECT_EQ(rows[0].rationale, "R");
}

TEST_F(UserReaders, MissingColumnsAreNamedWithThoseThere) {
  expect_says(refused_columns("csv", "Text,Golden\na,b\n", {{"q", "Text"}, {"answer", "Gold"}}),
              {"file:1", "no column 'Gold'", "did you mean 'Golden'", "Text, Golden"});
  expect_says(refused_columns("jsonl", "{\"Text\": \"a\", \"Gold\": \"b\"}\n{\"Text\": \"a\"}\n",
                              {{"q", "Text"}, {"answer", "Gold"}}),
              {"file:2", "no column 'Gold'", "it has Text"});
  for (const char* format : {"csv", "jsonl", "json_rows"})
    expect_says(refused_columns(format, "{}\n", {{"q", "1"}}), {"file", "the columns are q", "'answer' or 'answers'"});
  expect_says(refused("json_rows", "t.json", R"([{"q": "a"}])"), {"row 1", "the columns are q", "'answer'"});
  expect_says(refused_columns("arc", "[]", {{"q", "Text"}}), {"'arc' takes no 'columns'", "jsonl", "csv"});
}

TEST_F(UserReaders, ValuesOfOtherTypesAreRefused) {
  const Columns columns = {{"q", "q"}, {"answer", "a"}};
  expect_says(refused_columns("jsonl", R"({"q": ["x"], "a": "b"})", columns),
              {"file:1", "'q' is [\"x\"]", "a text or a number"});
  expect_says(refused_columns("jsonl", R"({"q": "x", "a": null})", columns), {"file:1", "answer is empty"});
  expect_says(refused("json_rows", "t.jsonl", R"({"q": "x", "answers": [["y"]]})"),
              {"t.jsonl:1", "'answers' holds [\"y\"]"});
  expect_says(refused("json_rows", "t.jsonl", R"({"q": "x", "answer": ["y"]})"), {"t.jsonl:1", "'answer' is [\"y\"]"});
}

TEST_F(UserReaders, AlpacaInputsMayBeEmptyOrAbsent) {
  const auto rows =
      read("alpaca", "a.json",
           R"([{"instruction": "Say it.", "input": "", "output": " It. "}, {"instruction": "Count.", "output": "1"},
    {"instruction": "Count.", "input": "to 2", "output": "1 2"}])");
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_EQ(rows[0].answers, (Texts{"It."}));
  EXPECT_EQ(rows[1].fields, (Columns{{"instruction", "Count."}, {"input", ""}}));
  EXPECT_EQ(rows[2].fields.at("input"), "to 2");
  EXPECT_EQ(read("alpaca", "a.jsonl",
                 "{\"instruction\": \"I\", \"output\": \"o\"}\n{\"instruction\": \"J\", \"output\": \"p\"}")
                .size(),
            2u);
  expect_says(refused("alpaca", "a.json", R"([{"instruction": "I", "output": ""}])"), {"row 1", "'output' is empty"});
  expect_says(refused("alpaca", "a.json", R"([{"instruction": "I"}])"), {"row 1", "'output' is missing"});
}

TEST_F(UserReaders, EveryAnswerOfAConversationIsARow) {
  const auto rows = read(
      "sharegpt", "s.json",
      R"([{"id": "c9", "conversations": [{"from": "system", "value": "Be brief."}, {"from": "human", "value": "Hi"},
    {"from": "gpt", "value": "Hello "}, {"from": "human", "value": "And?"}, {"from": "gpt", "value": "No."}]}, {"conversations": [{"from": "gpt", "value": "Welcome."},
    {"from": "user", "value": "Hi"}, {"from": "chatgpt", "value": "Yes?"}]}])");
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_EQ(rows[0].fields.at("prompt"), "system: Be brief.\nuser: Hi");
  EXPECT_EQ(rows[0].answers, (Texts{"Hello"}));
  EXPECT_EQ(rows[1].fields.at("prompt"), "system: Be brief.\nuser: Hi\nassistant: Hello\nuser: And?");
  EXPECT_EQ((Texts{rows[1].id, rows[1].cluster_id}), (Texts{"c9 turn 5", "c9"}));
  EXPECT_EQ((Texts{rows[2].id, rows[2].fields.at("prompt")}), (Texts{"2 turn 3", "assistant: Welcome.\nuser: Hi"}));
}

TEST_F(UserReaders, MessagesAreConversationsToo) {
  const auto rows =
      read("messages", "m.jsonl",
           R"({"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Yes?"}]})");
  EXPECT_EQ(rows.at(0).fields.at("prompt"), "user: Hi");
  EXPECT_EQ(rows[0].answers, (Texts{"Yes?"}));
  expect_says(refused("messages", "m.jsonl", R"({"messages": [{"role": "user", "content": "Hi"}]})"),
              {"m.jsonl:1", "no turn of the assistant"});
  expect_says(refused("messages", "m.jsonl", R"({"messages": [{"role": "user", "content": ""}]})"),
              {"m.jsonl:1: turn 1", "'content' is empty"});
  expect_says(refused("messages", "m.jsonl", R"({"messages": [{"role": "user", "content": "a"}, 3]})"),
              {"m.jsonl:1: turn 2", "found 3"});
  expect_says(refused("sharegpt", "m.jsonl", R"({"messages": []})"), {"m.jsonl:1", "'conversations' is missing"});
}

TEST_F(UserReaders, FlanDumpsKeepWhatIsSaidOfThePrompt) {
  const auto rows =
      read("flan_dump", "f.jsonl",
           R"({"inputs": "Q: a\n", "targets": "b", "task_source": "NIv2", "task_name": "t", "template_idx": 3})");
  EXPECT_EQ(rows.at(0).fields,
            (Columns{{"prompt", "Q: a"}, {"task_source", "NIv2"}, {"task_name", "t"}, {"template_idx", "3"}}));
  expect_says(refused("flan_dump", "f.jsonl", R"({"inputs": "a", "targets": ""})"),
              {"f.jsonl:1", "'targets' is empty"});
  expect_says(refused("flan_dump", "f.jsonl", R"({"inputs": "", "targets": "a"})"), {"f.jsonl:1", "'prompt' is empty"});
}

TEST_F(UserReaders, SvampNumbersLoseTheirPoint) {
  const auto rows = read("svamp", "s.json",
                         R"j([{"ID": "chal-1", "Body": "There are 3.", "Question": "How many?", "Equation": "( 3.0 )",
    "Answer": 51.0, "Type": "Addition"},
    {"ID": "chal-2", "Body": "B.", "Question": "Q?", "Equation": "", "Answer": 0.5, "Type": ""}])j");
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ((Texts{rows[0].id, rows[0].answers[0], rows[1].answers[0]}), (Texts{"chal-1", "51", "0.5"}));
  EXPECT_EQ(rows[0].fields.at("question"), "There are 3. How many?");
  EXPECT_EQ(rows[0].fields.at("equation"), "( 3.0 )");
  expect_says(refused("svamp", "s.json",
                      R"([{"ID": "1", "Body": "B.", "Question": "Q?", "Equation": "", "Answer": "many", "Type": ""}])"),
              {"row 1", "'many'", "a number"});
}

TEST_F(UserReaders, MgsmIsQuestionAndNumber) {
  const auto rows = read("mgsm", "mgsm_de.tsv", "Wie viele?\t1,200\nUnd?\t-3\r\n");
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ((Texts{rows[0].answers[0], rows[1].answers[0]}), (Texts{"1200", "-3"}));
  expect_says(refused("mgsm", "m.tsv", "Q?\tmany\n"), {"m.tsv:1", "'many'", "a number"});
  expect_says(refused("mgsm", "m.tsv", "Q?\n"), {"m.tsv:1", "1 cells", "question, answer"});
}

TEST_F(UserReaders, CaptionsAreJoined) {
  put("captions.json",
      R"({"annotations": [{"image_id": 1, "id": 11, "caption": "A dog. "}, {"id": 12, "caption": "A cat."}]})");
  const std::string header = "caption1,caption2,agg_score,sampling_method\n", id = "COCO_val2014:sentid:";
  const auto rows = read("cxc", "sts.csv", header + id + "11," + id + "12,1.24,c2c_isim\n", "#captions.json");
  EXPECT_EQ(rows.at(0).fields, (Columns{{"first", "A dog."}, {"second", "A cat."}, {"score", "1.24"}}));
  EXPECT_EQ(rows[0].answers, (Texts{"1.2"}));
  EXPECT_EQ(
      read("cxc", "sts.csv", header + id + "11," + id + "12,5,x\n", "#" + (folder_ / "captions.json").string()).size(),
      1u);
  expect_says(refused("cxc", "sts.csv", header + id + "11," + id + "13,1.24,x\n", "#captions.json"),
              {"sts.csv:2", "sentid:13"});
  expect_says(refused("cxc", "sts.csv", header), {"sts.csv", "#CAPTIONS_FILE"});
  expect_says(refused("cxc", "sts.csv", header, "#gone.json"), {"gone.json", "No such file"});
  expect_says(refused("cxc", "sts.csv", "a,b\n", "#captions.json"), {"sts.csv:1", "the header is a, b", "agg_score"});
}

TEST_F(UserReaders, SearchqaLinesHaveThreeParts) {
  const auto rows =
      read("searchqa", "s.txt", "<s> Vorna is old . </s> <s> A river . </s> ||| this old town ||| Vorna\n");
  EXPECT_EQ(rows.at(0).fields, (Columns{{"passage", "Vorna is old .   A river ."}, {"question", "this old town"}}));
  EXPECT_EQ(rows[0].answers, (Texts{"Vorna"}));
  for (const std::string bad : {"a ||| b", "a ||| b ||| c ||| d", "a"})
    expect_says(refused("searchqa", "s.txt", bad + "\n"), {"s.txt:1", "snippets ||| clue ||| answer"});
  expect_says(refused("searchqa", "s.txt", "a ||| b ||| \n"), {"s.txt:1", "answer is empty"});
}

TEST_F(UserReaders, MrqaQuestionsShareTheirContext) {
  const auto rows = read("mrqa", "m.jsonl", R"({"header": {"dataset": "SearchQA"}}
{"context": "Vorna is old.", "qas": [{"qid": "a", "question": "What?", "answers": ["Vorna", "Vorna", "the town"]}, {"qid": "b", "question": "How?", "answers": ["old"]}]})");
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].answers, (Texts{"Vorna", "the town"}));
  EXPECT_EQ((Texts{rows[1].id, rows[1].cluster_id, rows[1].fields.at("passage")}), (Texts{"b", "a", "Vorna is old."}));
  expect_says(
      refused("mrqa", "m.jsonl", R"({"context": "c", "qas": [{"qid": "a", "question": "", "answers": ["x"]}]})"),
      {"m.jsonl:1", "'question' is empty"});
  expect_says(refused("mrqa", "m.jsonl", R"({"context": "c", "qas": [{"question": "q", "answers": ["x"]}]})"),
              {"m.jsonl:1", "'qid' or 'id'"});
}

TEST_F(UserReaders, TydiqaLanguagesAreParts) {
  const auto qa = [](const std::string& id) {
    return R"({"id": ")" + id + R"(", "question": "What?", "answers": [{"text": "Vorna", "answer_start": 0}]})";
  };
  const std::string file = R"({"data": [{"paragraphs": [{"context": "Vorna.", "qas": [)" + qa("finnish-1-1") + "," +
                           qa("finnish-1-2") + R"(]}]}, {"paragraphs": [{"context": "Vorna!", "qas": [)" +
                           qa("korean-7-1") + "]}]}]}";
  EXPECT_EQ(read("tydiqa", "t.json", file).size(), 3u);
  const auto finnish = read("tydiqa", "t.json", file, "#finnish");
  ASSERT_EQ(finnish.size(), 2u);
  EXPECT_EQ(finnish[0].answers, (Texts{"Vorna"}));
  EXPECT_EQ(finnish[0].cluster_id, finnish[1].cluster_id);
  EXPECT_NE(finnish[0].cluster_id, "");
  EXPECT_EQ(finnish[0].fields, (Columns{{"passage", "Vorna."}, {"question", "What?"}, {"language", "finnish"}}));
  expect_says(refused("tydiqa", "t.json", file, "#finish"), {"t.json", "no part '#finish'", "'#finnish'", "korean"});
  expect_says(
      refused(
          "tydiqa", "t.json",
          R"({"data": [{"paragraphs": [{"context": "c", "qas": [{"id": "a-1", "question": "q", "answers": []}]}]}]})"),
      {"paragraph 1", "answer is empty"});
}

}  // namespace
}  // namespace flanmoe
