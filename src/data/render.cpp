#include "base/error.h"
#include "data/task.h"

namespace flanmoe {
namespace {

std::string option_list(const TaskRow& row) {
  std::string text = "OPTIONS:";
  for (const std::string& option : row.options) text += " - " + option;
  return text;
}

std::string value_of(const std::string& name, const TaskSpec& task, const TaskRow& row) {
  if (name == "options") return option_list(row);
  if (name == "answer") return row.answers.front();
  if (name == "rationale") return row.rationale;
  if (name == "definition") return task.definition;
  const auto found = row.fields.find(name);
  if (found != row.fields.end()) return found->second;
  std::vector<std::string> names = {"options", "answer", "rationale", "definition"};
  for (const auto& [field, value] : row.fields) names.push_back(field);
  fail_input("task '{}': a template names the field '{}', which row '{}' does not have; it has {}", task.name, name,
             row.id, fmt::join(names, ", "));
}

// `{name}` is replaced, `{{` stands for a brace.
std::string fill(const std::string& text, const TaskSpec& task, const TaskRow& row) {
  std::string result;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '{' && i + 1 < text.size() && text[i + 1] == '{') {
      result += '{';
      ++i;
    } else if (text[i] == '{') {
      const size_t end = text.find('}', i);
      if (end == std::string::npos)
        fail_input("task '{}': a template has an open brace without its end: '{}'", task.name, text);
      result += value_of(text.substr(i + 1, end - i - 1), task, row);
      i = end;
    } else {
      result += text[i];
    }
  }
  return result;
}

}  // namespace

RenderedExample render(const PromptTemplate& prompt, const TaskSpec& task, const TaskRow& row) {
  return {fill(prompt.input, task, row), fill(prompt.target, task, row)};
}

RenderedExample render_few_shot(const PromptTemplate& prompt, const TaskSpec& task,
                                const std::vector<const TaskRow*>& exemplars, const TaskRow& row) {
  std::string shown;
  for (const TaskRow* exemplar : exemplars) {
    const RenderedExample example = render(prompt, task, *exemplar);
    shown += example.input + " " + example.target + "\n\n";
  }
  const RenderedExample query = render(prompt, task, row);
  return {shown + query.input, query.target};
}

}  // namespace flanmoe
