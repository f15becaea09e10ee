// Tasks of files and folders, their rows and their templates (docs/tasks.md).
#include "base/error.h"
#include "data/reader_case.h"
#include "data/render.h"
#include "data/task.h"
#include "data_case.h"

namespace flanmoe {
namespace {

const std::string kRow =
    R"({"id": "1", "fields": {"place": "Vorna"}, "options": ["Lusk", "Temmel"], "answers": ["Temmel"]})";

class Tasks : public FolderTest {
 protected:
  std::string refused_rows(const std::string& content) const {
    const auto file = put("rows.jsonl", content);
    return message_of<UserError>([&] { cases::rows_in("jsonl", file); });
  }
};

void expect_parts(const std::string& message, const std::vector<std::string>& parts) {
  for (const std::string& part : parts)
    EXPECT_NE(message.find(part), std::string::npos) << "'" << part << "' in: " << message;
}

TEST_F(Tasks, SeveralInOneFileShareTheKeysBesideThem) {
  put("many.yaml",
      "group: cot\nformat: jsonl\nchance: 50\ntemplates: [{input: \"{place}\"}]\n"
      "tasks:\n  - {name: a, splits: {train: a.jsonl}}\n  - {name: b, splits: {train: b.jsonl}, chance: 25, group: "
      "niv2}\n");
  const auto tasks = load_tasks(folder_ / "many.yaml", folder_);
  ASSERT_EQ(tasks.size(), 2u);
  EXPECT_EQ(tasks[0].name, "a");
  EXPECT_EQ(tasks[0].group, "cot");
  EXPECT_EQ(tasks[0].chance, 50.0);
  EXPECT_EQ(tasks[1].group, "niv2");
  EXPECT_EQ(tasks[1].chance, 25.0);
  EXPECT_EQ(tasks[1].templates.size(), 1u);
}

TEST_F(Tasks, AFolderIsReadSortedAndRecursively) {
  const auto yaml = [](const std::string& name) {
    return "name: " + name + "\nformat: jsonl\nsplits: {train: x.jsonl}\ntemplates: [{input: x}]\n";
  };
  std::filesystem::create_directories(folder_ / "sub");
  put("b.yaml", yaml("b"));
  put("sub/c.yaml", yaml("c"));
  put("a.yaml", yaml("a"));
  put("readme.txt", "no task");
  std::vector<std::string> names;
  for (const TaskSpec& task : load_tasks(folder_, folder_)) names.push_back(task.name);
  EXPECT_EQ(names, (std::vector<std::string>{"a", "b", "c"}));
}

TEST_F(Tasks, FilesThatAreNotThereAreNamed) {
  EXPECT_NE(message_of<UserError>([&] { load_tasks(folder_ / "absent.yaml", folder_); }).find("absent.yaml"),
            std::string::npos);
  std::filesystem::create_directories(folder_ / "empty");
  EXPECT_NE(message_of<UserError>([&] { load_tasks(folder_ / "empty", folder_); }).find("empty"), std::string::npos);
}

TEST_F(Tasks, RowsAreRead) {
  const std::string full =
      R"({"id": "2", "fields": {"place": "Ösk"}, "answers": ["7", "seven"], "rationale": "So.", "cluster_id": "p1"})";
  const auto rows = cases::rows_in("jsonl", put("rows.jsonl", kRow + "\n" + full + "\n"));
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].id, "1");
  EXPECT_EQ(rows[0].fields.at("place"), "Vorna");
  EXPECT_EQ(rows[0].options, (std::vector<std::string>{"Lusk", "Temmel"}));
  EXPECT_EQ(rows[0].answer_index(), 1);
  EXPECT_EQ(rows[0].rationale, "");
  EXPECT_EQ(rows[1].answers, (std::vector<std::string>{"7", "seven"}));
  EXPECT_EQ(rows[1].answer_index(), -1);
  EXPECT_EQ(rows[1].rationale, "So.");
  EXPECT_EQ(rows[1].cluster_id, "p1");
}

TEST_F(Tasks, MalformedRowsNameFileAndLine) {
  for (const std::string bad :
       {R"({"id": "2", "fields": {}, "answers": ["x"])", R"([1, 2])", R"({"id": "2", "answers": "x", "fields": {}})",
        R"({"id": "2", "fields": {"a": 3.5}, "answers": []})", R"({"fields": {}})",
        R"({"id": "2", "fields": {}, "options": ["a", "b"], "answers": ["c"]})",
        R"({"id": "2", "fields": [], "answers": ["c"]})",
        R"({"id": "2", "fields": {}, "options": "a", "answers": ["c"]})"}) {
    expect_parts(refused_rows(kRow + "\n" + bad + "\n" + kRow + "\n"), {"rows.jsonl:2"});
  }
  expect_parts(
      refused_rows(kRow + "\n" + R"({"id": "2", "fields": {}, "options": ["a", "b"], "answers": ["c"]})" + "\n"),
      {"'c'"});
}

TEST_F(Tasks, MissingAndEmptyFilesAndSplitsAreNamed) {
  TaskSpec task;
  task.name = "capital";
  task.format = "jsonl";
  task.splits = {{"train", put("empty.jsonl", "").string()}, {"test", (folder_ / "gone.jsonl").string()}};
  expect_parts(message_of<UserError>([&] { load_rows(task, "train"); }), {"empty.jsonl", "the file is empty"});
  expect_parts(message_of<UserError>([&] { load_rows(task, "test"); }), {"gone.jsonl"});
  expect_parts(message_of<UserError>([&] { load_rows(task, "dev"); }), {"capital", "dev", "train", "test"});
}

TEST(Readers, AreNamed) {
  const auto names = reader_names();
  EXPECT_NE(std::find(names.begin(), names.end(), "jsonl"), names.end());
  for (const std::string& name : names) EXPECT_NE(reader_for(name, "here"), nullptr);
  expect_parts(message_of<UserError>([] { reader_for("jsonnl", "there"); }), {"there", "jsonnl", "jsonl"});
}

TaskRow row(const std::string& id, const std::string& place, const std::string& answer) {
  return {id, {{"place", place}}, {"Lusk", "Temmel"}, {answer}, "Think of " + place + ".", ""};
}

TEST(Templates, AreFilled) {
  TaskSpec task;
  task.name = "capital";
  task.definition = "Name it.";
  const PromptTemplate prompt{"{definition} What is the capital of {place}, {place}? {options}",
                              "{rationale} So the answer is {answer}."};
  const RenderedExample text = render(prompt, task, row("1", "Vorna", "Lusk"));
  EXPECT_EQ(text.input, "Name it. What is the capital of Vorna, Vorna? OPTIONS: - Lusk - Temmel");
  EXPECT_EQ(text.target, "Think of Vorna. So the answer is Lusk.");
}

TEST(Templates, ADoubledBraceStandsForOne) {
  TaskSpec task;
  EXPECT_EQ(render({"set {{{place} and {{x}}"}, task, row("1", "Vorna", "Lusk")).input, "set {Vorna and {x}");
}

TEST(Templates, ValuesAreNotTemplates) {
  TaskSpec task;
  TaskRow tricky = row("1", "{answer} {x", "Lusk");
  EXPECT_EQ(render({"In {place}?"}, task, tricky).input, "In {answer} {x?");
}

TEST(Templates, AnUnknownFieldIsNamed) {
  TaskSpec task;
  task.name = "capital";
  expect_parts(message_of<UserError>([&] { render({"{town}?"}, task, row("17", "Vorna", "Lusk")); }),
               {"capital", "town", "17", "place"});
  expect_parts(message_of<UserError>([&] { render({"{place"}, task, row("17", "Vorna", "Lusk")); }),
               {"capital", "{place"});
}

TEST(FewShot, ExemplarsComeFirstAndTheQuerysAnswerIsNotShown) {
  TaskSpec task;
  const PromptTemplate prompt{"Capital of {place}?", "It is {answer}."};
  const TaskRow first = row("1", "Vorna", "Lusk"), second = row("2", "Brell", "Temmel"),
                query = row("3", "Ostin", "Quex");
  const RenderedExample text = render_few_shot(prompt, task, {&first, &second}, query);
  size_t place = 0;
  for (const std::string part : {"Capital of Vorna?", "It is Lusk.", "\n\n", "Capital of Brell?", "It is Temmel.",
                                 "\n\n", "Capital of Ostin?"}) {
    const size_t found = text.input.find(part, place);
    ASSERT_NE(found, std::string::npos) << part << " in: " << text.input;
    place = found + part.size();
  }
  EXPECT_EQ(place, text.input.size());  // ends with the query
  EXPECT_EQ(text.input.find("Quex"), std::string::npos);
  EXPECT_EQ(text.target, "It is Quex.");
  const RenderedExample alone = render_few_shot(prompt, task, {}, query);
  EXPECT_EQ(alone.input, render(prompt, task, query).input);
  EXPECT_EQ(alone.target, "It is Quex.");
}

}  // namespace
}  // namespace flanmoe
