// Templates as texts with slots and braces.
#include "data/template_text.h"

#include "base/error.h"
#include "data/reader_case.h"
#include "data/render.h"

namespace flanmoe {
namespace {

using cases::expect_says;
using cases::Texts;

// Slots in angle brackets.
std::string shown(const std::string& text) {
  std::string result;
  for (const TemplatePart& part : template_parts(text, "here")) {
    result += part.is_slot ? "<" + std::string(part.text) + ">" : std::string(part.text);
  }
  return result;
}

std::string refused(const std::string& text) {
  return message_of<UserError>([&] { template_parts(text, "t.yaml:3"); });
}

TEST(TemplateText, DoubledBracesAreBraces) {
  EXPECT_EQ(shown("a {q} b"), "a <q> b");
  EXPECT_EQ(shown("{{{q}}}"), "{<q>}");
  EXPECT_EQ(shown("\\frac{{1}}{{2}} {options:letters}"), "\\frac{1}{2} <options:letters>");
  EXPECT_EQ(shown("{{}}{{"), "{}{");
  EXPECT_EQ(shown("{{{{q}}}}"), "{{q}}");
  EXPECT_EQ(shown("{{options}}"), "{options}");
  EXPECT_EQ(shown(""), "");
  EXPECT_EQ(shown("{a}{b}"), "<a><b>");
}

TEST(TemplateText, ALoneBraceIsRefused) {
  expect_says(refused("set {x"), {"t.yaml:3", "'set {x'", "an open brace without its end", "{{ and }}"});
  expect_says(refused("x} and"), {"t.yaml:3", "a closing brace without its opening one"});
  expect_says(refused("{a{b}}"), {"an open brace without its end"});
  expect_says(refused("a {} b"), {"a slot without a name"});
  expect_says(refused("{{x}"), {"a closing brace without"});
}

TEST(TemplateText, EveryTemplateKnowsBraces) {
  TaskSpec task;
  task.name = "t";
  const TaskRow row{"1", {{"q", "{a} }"}}, {"x", "y"}, {"y"}, "R", ""};
  const PromptTemplate prompt{"{{{q}}} {options:letters} {{options}}", "{{{marker}}} {{marker}}"};
  EXPECT_EQ(render(prompt, task, row).input, "{{a} }} (A) x (B) y {options}");
  EXPECT_EQ(render(prompt, task, row).target, "{(B)} {marker}");
  EXPECT_EQ(render_choice(prompt, task, row, 0).text, "{(A)} {marker}");
  EXPECT_EQ(render_few_shot(prompt, task, {&row}, row).input.find("{{a} }} (A)"), 0u);
  EXPECT_EQ(render_text("{{header}}", task, row).text, "{header}");
  EXPECT_EQ(option_style("{{options}} {{options:letters}}", "here"), kNoOptionStyle);
  EXPECT_EQ(option_style("{options} {{options:letters}}", "here"), "");
  EXPECT_EQ(option_style("{{options}} {options:letters}", "here"), "letters");
}

class TemplateFiles : public FolderTest {};

// In every place of a task file, before any row is read.
TEST_F(TemplateFiles, LoneBracesNameFileAndLine) {
  const std::string head = "name: a\nformat: jsonl\nsplits: {train: x.jsonl}\n";
  for (const std::string& yaml :
       Texts{"templates:\n  - {input: \"{q\"}\n", "templates:\n  - {input: \"q}\"}\n",
             "templates:\n  - {input: \"{q}\", target: \"{answer\"}\n",
             "templates: [{input: \"{q}\"}]\ncot_templates:\n  - {input: \"{q}}\"}\n",
             "templates: [{input: \"{q}\"}]\neval: {header: \"{q\"}\n",
             "templates: [{input: \"{q}\"}]\neval: {input: \"{q\"}\n",
             "templates: [{input: \"{q}\"}]\neval: {cot_input: \"{q}\", cot_target: \"}\"}\n"}) {
    const auto file = put("task.yaml", head + yaml);
    expect_says(message_of<UserError>([&] { load_tasks(file, folder_); }), {"task.yaml:", "brace"});
  }
  const auto file = put("task.yaml", head + "templates:\n  - {input: \"{q\"}\n");
  expect_says(message_of<UserError>([&] { load_tasks(file, folder_); }), {"task.yaml:5"});
}

TEST_F(TemplateFiles, AMarkerInDoubledBracesIsText) {
  const auto file = put("task.yaml",
                        "name: a\nformat: jsonl\nsplits: {train: x.jsonl}\n"
                        "templates: [{input: \"{q} {{options}}\", target: \"{{marker}}\"}]\n");
  const TaskSpec task = load_tasks(file, folder_).at(0);
  EXPECT_FALSE(task.templates[0].answers_by_marker);
  EXPECT_FALSE(task.templates[0].shows_options);
}

}  // namespace
}  // namespace flanmoe
