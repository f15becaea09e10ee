// One task per file of a pattern, and where paths lead.
#include "base/error.h"
#include "data/render.h"
#include "data/task.h"
#include "data/task_paths.h"
#include "testing/check.h"

namespace flanmoe {
namespace {

class EachFile : public FolderTest {
 protected:
  void SetUp() override {
    FolderTest::SetUp();
    std::filesystem::create_directories(folder_ / "rows");
    put("rows/red_val.csv", "Q?,1,2,3,4,A\n");
    put("rows/dark_blue_val.csv", "Q?,1,2,3,4,B\n");
    put("rows/red_dev.csv", "Q?,1,2,3,4,C\n");
    put("rows/dark_blue_dev.csv", "Q?,1,2,3,4,D\n");
    put("rows/_val.csv", "");  // the star stands for something
  }
  std::vector<TaskSpec> tasks(const std::string& yaml) { return load_tasks(put("task.yaml", yaml), folder_); }
  std::string refused(const std::string& yaml) {
    return message_of<UserError>([&] { tasks(yaml); });
  }
};

const std::string kRest =
    "\nformat: mmlu_csv\nsplits: {test: '{data}/rows/{each}_val.csv', dev: 'rows/{each}_dev.csv'}\ntemplates: [{input: "
    "'{question}'}]\n";

TEST_F(EachFile, IsATask) {
  const auto specs = tasks("each: '{data}/rows/*_val.csv'\nname: exam_{each}\nsuite: exam\nchance: 25" + kRest);
  ASSERT_EQ(specs.size(), 2u);
  EXPECT_EQ(specs[0].name, "exam_dark_blue");
  EXPECT_EQ(specs[1].name, "exam_red");
  for (const TaskSpec& spec : specs) EXPECT_EQ(spec.chance, 25.0);
  EXPECT_EQ(load_rows(specs[0], "test").at(0).answer_index(), 1);
  EXPECT_EQ(load_rows(specs[1], "dev").at(0).answer_index(), 2);
}

TEST_F(EachFile, NamesTheTaskWhenNothingElseDoes) {
  const auto specs = tasks("each: 'rows/*_val.csv'" + kRest);
  ASSERT_EQ(specs.size(), 2u);
  EXPECT_EQ(specs[1].name, "red");
}

TEST_F(EachFile, MistakesNameFileAndLine) {
  const auto says = [this](const std::string& head, const std::string& part) {
    const std::string message = refused(head + kRest);
    EXPECT_NE(message.find("task.yaml:1"), std::string::npos) << message;
    EXPECT_NE(message.find(part), std::string::npos) << message;
  };
  says("each: 'rows/*.json'\nname: x_{each}", "matches no file");
  says("each: 'gone/*.json'\nname: x_{each}", "no such folder");
  says("each: 'rows/red_val.csv'\nname: x_{each}", "expected one *");
  says("each: 'rows/*_*.csv'\nname: x_{each}", "at most one *");
  says("each: '*/red_val.csv'\nname: x_{each}", "at most one *");
  says("each: 'rows/*_val.csv'\nname: same", "{each} in 'name'");
  put("rows/caf\xe9_val.csv", "Q?,1,2,3,4,A\n");
  says("each: 'rows/*_val.csv'\nname: x_{each}", "byte 3 (0xe9) is no UTF-8");
}

TEST_F(EachFile, ChanceIsThatOfTheOptions) {
  put("two.jsonl", R"({"id": "1", "fields": {}, "options": ["a", "b"], "answers": ["a"]})"
                   "\n"
                   R"({"id": "2", "fields": {}, "options": ["a", "b", "c", "d"], "answers": ["a"]})"
                   "\n"
                   R"({"id": "3", "fields": {}, "answers": ["z"]})");
  const std::string head = "name: t\nformat: jsonl\nchance_of_options: true\ntemplates: [{input: x}]\nsplits: {test: ";
  EXPECT_DOUBLE_EQ(tasks(head + "two.jsonl}").at(0).chance, 25.0);  // (50 + 25 + 0) / 3
  put("one.jsonl", R"({"id": "1", "fields": {}, "options": ["a"], "answers": ["a"]})");
  EXPECT_NE(refused(head + "one.jsonl}").find("chance_of_options"), std::string::npos);
}

TEST_F(EachFile, DefinitionAndCategoryComeFromTheFile) {
  put("rows/task1_a.json",
      R"({"Definition": ["Do it."], "Categories": ["Doing"], "Instances": [{"input": "x", "output": ["y"]}]})");
  const std::string yaml =
      "each: 'rows/*.json'\nformat: niv2\nsplits: {train: 'rows/{each}.json'}\ntemplates: [{input: '{definition} "
      "{input}'}]\n";
  const TaskSpec spec = tasks(yaml).at(0);
  EXPECT_EQ(spec.name, "task1_a");
  EXPECT_EQ(spec.cluster, "Doing");
  EXPECT_EQ(render(spec.templates[0], spec, load_rows(spec, "train").at(0)).input, "Do it. x");
  EXPECT_EQ(tasks(yaml + "definition: Ours.\ncluster: ours\n").at(0).definition, "Ours.");
}

TEST_F(EachFile, PathsLeadToDataHomeOrBeside) {
  EXPECT_EQ(resolve_path("{data}/a/b.csv", "/d"), "/d/a/b.csv");
  EXPECT_EQ(resolve_path("../a.csv", "/d", "/tasks/x"), "/tasks/a.csv");
  EXPECT_EQ(resolve_path("a.csv", "/d"), "a.csv");
  EXPECT_TRUE(std::filesystem::exists(resolve_path("{home}/configs", "/d")));
}

}  // namespace
}  // namespace flanmoe
