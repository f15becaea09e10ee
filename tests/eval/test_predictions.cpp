// What another program answered is judged as our own answers are: cut at the task's stop texts, read from any format.
#include "eval/asking/predictions.h"

#include "base/error.h"
#include "eval/asking/run_tasks.h"
#include "eval/evaluation.h"
#include "eval_case.h"

namespace flanmoe {
namespace {

class PredictionFiles : public EvalTest {
 protected:
  void SetUp() override {
    EvalTest::SetUp();
    put("stopped.jsonl", R"({"id": "1", "fields": {"q": "the river"}, "answers": ["bread"]})"
                         "\n"
                         R"({"id": "2", "fields": {"q": "the towns"}, "answers": ["stone"]})"
                         "\n");
    put("stopped.yaml",
        "name: stopped\nsuite: qa\nformat: jsonl\nmetric: exact_match\nanswer_form: span\n"
        "splits: {test: stopped.jsonl}\ntemplates: [{input: \"{q}\"}]\neval: {stop: [\"Q:\", \"\\n\\n\"]}\n");
  }
  EvalResult predicted(const std::string& name, const std::string& content) const {
    const std::filesystem::path file = put(name, content);
    const std::vector<TaskRun> runs = plan_evaluation(request_of(options("stopped.yaml"), folder_)).runs;
    BadRows bad_rows;
    return run_tasks(runs, prediction_answerer(file, runs), nullptr, bad_rows, {});
  }
  EvalResult predicted(const std::string& first, const std::string& second, const std::string& name) const {
    std::string lines;
    for (const auto& [id, text] : {std::pair{"1", first}, std::pair{"2", second}})
      lines += Json{{"task", "stopped"}, {"id", id}, {"prediction", text}}.dump() + "\n";
    return predicted(name, lines);
  }
  std::string refused(const std::string& name, const std::string& content) const {
    return message_of<UserError>([&] { predicted(name, content); });
  }
};

TEST_F(PredictionFiles, EndWhereTheStopTextsOfTheTaskStand) {
  const EvalResult cut = predicted("breadQ: the next?\nA: stone", "stone\n\nand then Q: more", "said.jsonl");
  EXPECT_EQ(cut.items[0].output, "bread");
  EXPECT_EQ(cut.items[1].output, "stone");
  EXPECT_EQ(cut.tasks[0].score, 100.0);
  const EvalResult whole = predicted("bread", "stone", "said.jsonl");  // the same text has one score
  EXPECT_EQ(whole.tasks[0].score, cut.tasks[0].score);
  const EvalResult other = predicted("bread A: stone", "stone Question: more", "said.jsonl");  // no stop text of it
  EXPECT_EQ(other.items[0].output, "bread A: stone");
  EXPECT_EQ(other.tasks[0].score, 0.0);
}

// The first of them counts, and nothing is an answer that begins with one.
TEST_F(PredictionFiles, MayEndBeforeTheyBegin) {
  const EvalResult cut = predicted("Q: bread", "\n\nstone", "said.jsonl");
  for (const ItemResult& item : cut.items) {
    EXPECT_EQ(item.output, "");
    EXPECT_EQ(item.invalid, "none found");
    EXPECT_EQ(item.score, 0.0);
  }
  EXPECT_EQ(predicted("bread\n\nQ:", "stoneQ:\n\n", "said.jsonl").tasks[0].score, 100.0);
}

TEST_F(PredictionFiles, AreReadFromEveryFormat) {
  for (const char* name : {"said.ndjson", "said.JSON", "said"})
    EXPECT_EQ(predicted("bread", "stoneQ:", name).tasks[0].score, 100.0) << name;
  EXPECT_EQ(predicted("list.json", R"([{"task": "stopped", "id": "1", "prediction": "bread"},
                                       {"task": "stopped", "id": "2", "prediction": "stone"}])")
                .tasks[0]
                .score,
            100.0);
  EXPECT_EQ(
      predicted("said.csv", "\xEF\xBB\xBFtask,id,prediction\r\nstopped,1,\"bread\n\nQ: x\"\r\nstopped,2,stone\r\n")
          .tasks[0]
          .score,
      100.0);
  EXPECT_EQ(predicted("said.tsv", "id\tprediction\ttask\n2\tstone\tstopped\n1\tbread\tstopped\n").tasks[0].score,
            100.0);
}

TEST_F(PredictionFiles, FaultsAreNamed) {
  EXPECT_NE(refused("said.csv", "task,id,prediction\nstopped,1,caf\xe9\n").find("said.csv:2: byte "),
            std::string::npos);
  EXPECT_NE(refused("said.csv", "task,id\nstopped,1\n").find("said.csv:2: key 'prediction' is missing"),
            std::string::npos);
  EXPECT_NE(refused("said.jsonl", R"({"task": "stopped", "id": 1, "prediction": "bread"})").find("'id' is 1"),
            std::string::npos);
}

}  // namespace
}  // namespace flanmoe
