// What a task file says of its task: every key, what follows from the others, and mistakes (docs/tasks.md).
#include "data/task_file.h"

#include "base/error.h"
#include "base/files.h"
#include "data/reader_case.h"
#include "data/render.h"

namespace flanmoe {
namespace {

class TaskFiles : public FolderTest {
 protected:
  // The task of a file that says this beside name, format and split.
  TaskSpec task_of(const std::string& yaml) const {
    const auto file = put("task.yaml", "name: a\nformat: jsonl\nsplits: {train: x.jsonl}\n" + yaml);
    return parse_task_file(load_config(file)).spec;
  }
  // The message of loading `yaml` as a task file.
  std::string refused(const std::string& yaml) const {
    const auto file = put("task.yaml", yaml);
    return message_of<UserError>([&] { load_tasks(file, folder_); });
  }
};

const std::string kTemplate = "templates: [{input: \"{place}?\"}]\n";

TEST_F(TaskFiles, AFullTaskIsRead) {
  put("rows.jsonl", "{}\n");
  put("task.yaml",
      "name: capital\ngroup: t0_sf\ncluster: closed_book\nsuite: exam\nformat: jsonl\n"
      "splits:\n  train: rows.jsonl\n  test: \"{data}/sub/x.jsonl\"\n"
      "templates:\n  - input: \"Where is {place}? {options}\"\n  - input: \"Say it: {place}\"\n    target: \"It is "
      "{answer}.\"\n"
      "cot_templates:\n  - input: \"{place}?\"\n    target: \"{rationale} So the answer is {answer}.\"\n"
      "metric: exact_match\nchance: 25\nheld_out: item\ndefinition: Do it.\nmax_examples: 7\n");
  const auto tasks = load_tasks(folder_ / "task.yaml", "/some/data");
  ASSERT_EQ(tasks.size(), 1u);
  const TaskSpec& task = tasks[0];
  EXPECT_EQ(task.name, "capital");
  EXPECT_EQ(task.group, "t0_sf");
  EXPECT_EQ(task.cluster, "closed_book");
  EXPECT_EQ(task.suite, "exam");
  EXPECT_EQ(std::filesystem::path(task.splits.at("train")), folder_ / "rows.jsonl");
  EXPECT_EQ(task.splits.at("test"), "/some/data/sub/x.jsonl");
  ASSERT_EQ(task.templates.size(), 2u);
  EXPECT_TRUE(task.templates[0].shows_options);
  EXPECT_EQ(task.templates[0].target, "{answer}");
  EXPECT_FALSE(task.templates[1].shows_options);
  EXPECT_EQ(task.templates[1].target, "It is {answer}.");
  EXPECT_EQ(task.cot_templates.size(), 1u);
  EXPECT_EQ(task.metric, "exact_match");
  EXPECT_EQ(task.chance, 25.0);
  EXPECT_EQ(task.held_out, "item");
  EXPECT_EQ(task.definition, "Do it.");
  EXPECT_EQ(task.max_examples, 7);
}

TEST_F(TaskFiles, WhatIsNotSaidIsAsThePageSays) {
  const TaskSpec task = task_of(kTemplate);
  EXPECT_EQ(task.version, 1);
  EXPECT_EQ(task.metric, "accuracy");
  EXPECT_EQ(task.answer_form, AnswerForm::kClass);
  EXPECT_EQ(task.chance, 0.0);
  EXPECT_EQ(task.max_examples, 0);
  EXPECT_EQ(task.suite, "");
  EXPECT_TRUE(task.cot_templates.empty());
  EXPECT_EQ(task.eval.split, "test");
  EXPECT_EQ(task.eval.max_new_tokens, 32);
  EXPECT_EQ(task.eval.cot_max_new_tokens, 256);
}

TEST_F(TaskFiles, WhoIsHeldFollowsFromTheGroup) {
  const auto held = [this](const std::string& keys) { return task_of(keys + kTemplate).held; };
  EXPECT_EQ(held("group: heldout\n"), Held::kOut);
  EXPECT_EQ(held("group: finetune\n"), Held::kNever);
  for (const char* group : {"muffin", "t0_sf", "niv2", "cot"})
    EXPECT_EQ(held(std::string("group: ") + group + "\n"), Held::kIn);
  EXPECT_EQ(held("group: heldout\nheld: in\n"), Held::kIn);  // what is said comes first
  EXPECT_EQ(held("group: cot\nheld: never\n"), Held::kNever);
}

TEST_F(TaskFiles, EvaluationAsksByTheFirstTemplateThatIsNotInverted) {
  const std::string templates =
      "templates:\n  - {input: \"{answer}?\", target: \"{place}\", inverted: true}\n  - {input: \"second {place}\"}\n"
      "  - {input: third}\ncot_templates:\n  - {input: \"think {place}\"}\n";
  const TaskSpec task = task_of(templates);
  EXPECT_EQ(task.eval.direct.input, "second {place}");
  EXPECT_EQ(task.eval.cot.input, "think {place}");
  const TaskSpec other =
      task_of(templates + "eval:\n  input: \"Q: {place}\\n{options:letters}\"\n  target: \"{marker}\"\n  shots: 5\n");
  EXPECT_EQ(other.eval.direct.input, "Q: {place}\n{options:letters}");
  EXPECT_TRUE(other.eval.direct.shows_options);
  EXPECT_TRUE(other.eval.direct.answers_by_marker);
  EXPECT_EQ(other.eval.shots, 5);
  EXPECT_EQ(other.eval.cot.input, "think {place}");
  EXPECT_EQ(other.templates.size(), 3u);  // tuning has them all the same
}

TEST_F(TaskFiles, AMarkerNeedsAListWithMarkers) {
  for (const char* style : {"letters", "letter_lines", "plain_letters", "lower_letters", "numbers", "number_lines"}) {
    const TaskSpec task =
        task_of(std::string("templates: [{input: \"{place} {options:") + style + "}\", target: \"{marker}\"}]\n");
    EXPECT_TRUE(task.templates[0].answers_by_marker) << style;
    EXPECT_TRUE(task.templates[0].shows_options) << style;
  }
  for (const char* shown : {"", "{options}", "{options:dashes}", "{options:inline}"}) {
    const std::string message =
        refused(std::string("name: a\nformat: jsonl\nsplits: {train: x}\ntemplates:\n  - {input: \"{place} ") + shown +
                "\", target: \"{marker}\"}\n");
    cases::expect_says(message, {"task.yaml:5", "'{marker}'", "options:letters"});
  }
}

TEST_F(TaskFiles, ASetOfTemplatesGoesBehindTheTasksOwn) {
  const TaskSpec alone = task_of("use: yes_no\n");
  ASSERT_FALSE(alone.templates.empty());
  const TaskSpec both = task_of("use: yes_no\n" + kTemplate);
  ASSERT_EQ(both.templates.size(), alone.templates.size() + 1);
  EXPECT_EQ(both.templates[0].input, "{place}?");
  EXPECT_EQ(both.templates[1].input, alone.templates[0].input);
  const std::string message = refused("name: a\nformat: jsonl\nsplits: {train: x}\nuse: yes_noo\n");
  cases::expect_says(message, {"task.yaml", "'yes_noo'", "multiple_choice", "yes_no"});
}

TEST_F(TaskFiles, ColumnsAndFormatsAreNames) {
  const TaskSpec task = task_of("columns: {question: Text, answer: Gold}\nformats: {test: csv}\n" + kTemplate);
  EXPECT_EQ(task.columns, (std::map<std::string, std::string>{{"answer", "Gold"}, {"question", "Text"}}));
  EXPECT_EQ(task.formats, (std::map<std::string, std::string>{{"test", "csv"}}));
  const std::string rest = "name: a\nformat: jsonl\nsplits: {train: x}\n" + kTemplate;
  cases::expect_says(refused(rest + "columns: {question: [1]}\n"), {"task.yaml:5", "'question'"});
  cases::expect_says(refused(rest + "formats: {test: cvs}\n"), {"cvs", "csv"});
}

TEST_F(TaskFiles, APatternNamesItsTasks) {
  const auto file =
      put("each.yaml",
          "each: \"{data}/*_val.csv\"\nformat: mmlu_csv\nsplits: {test: \"{data}/{each}_val.csv\"}\n" + kTemplate);
  const TaskFile task = parse_task_file(load_config(file));
  EXPECT_EQ(task.each, "{data}/*_val.csv");
  EXPECT_EQ(task.spec.name, "{each}");
  EXPECT_TRUE(task.spec.splits.empty());  // before `each` makes many of it
}

TEST_F(TaskFiles, MistakesNameFileLineAndKey) {
  const std::string rest = "format: jsonl\nsplits: {train: x.jsonl}\ntemplates: [{input: x}]\n";
  cases::expect_says(refused("name: a\n" + rest + "sute: exam\n"), {"task.yaml:5", "sute", "suite"});
  cases::expect_says(refused("name: a\n" + rest + "metric: acuracy\n"), {"task.yaml:5", "acuracy", "accuracy"});
  cases::expect_says(refused("name: a\n" + rest + "chance: 100\n"), {"task.yaml:5", "chance", "100"});
  cases::expect_says(refused("name: a\n" + rest + "chance: much\n"), {"task.yaml:5", "chance", "much"});
  cases::expect_says(refused("name: a\n" + rest + "held_out: itm\n"), {"task.yaml:5", "held_out", "itm", "item"});
  cases::expect_says(refused(rest), {"task.yaml", "name"});
  cases::expect_says(refused("name: a\nformat: jsnl\nsplits: {train: x.jsonl}\ntemplates: [{input: x}]\n"),
                     {"jsnl", "jsonl"});
  cases::expect_says(refused("name: a\nformat: jsonl\nsplits: {train: x.jsonl}\n"), {"task.yaml", "'a'", "templates"});
  cases::expect_says(refused("name: a\nformat: jsonl\ntemplates: [{input: x}]\n"), {"task.yaml", "'a'", "splits"});
  cases::expect_says(refused("name: a\nformat: jsonl\nsplits: {train: x}\ntemplates:\n  - {input: x, traget: y}\n"),
                     {"task.yaml:5", "traget", "target"});
  cases::expect_says(refused("name: a\nformat: jsonl\nsplits: {train: x}\ntemplates:\n  - {target: y}\n"),
                     {"task.yaml:5", "input"});
}

TEST_F(TaskFiles, NumbersOutOfTheirRangeAreNamed) {
  const std::string rest = "name: a\nformat: jsonl\nsplits: {train: x}\n" + kTemplate;
  cases::expect_says(refused(rest + "chance: -1\n"), {"task.yaml:5", "chance", "-1"});
  for (const char* key : {"shots: -1", "cot_shots: -2", "max_new_tokens: 0", "cot_max_new_tokens: 0"}) {
    const std::string text = key;
    cases::expect_says(refused(rest + "eval:\n  " + text + "\n"),
                       {"task.yaml:6", "eval." + text.substr(0, text.find(':')), text.substr(text.find(' ') + 1)});
  }
}

}  // namespace
}  // namespace flanmoe
