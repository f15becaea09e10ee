// How a row becomes text: fields, option lists in several styles, few-shot prompts.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "data/task.h"

namespace flanmoe {

inline constexpr std::string_view kNoOptionStyle = "none";

// The style of the option list that `input` shows: "" for `{options}`, "letters" for `{options:letters}`,
// kNoOptionStyle without a list. UserError at `place` for an unknown style (with the nearest name).
std::string option_style(const std::string& input, const std::string& place);
bool has_markers(std::string_view style);  // letters and numbers; dashes mark nothing
std::vector<std::string> marked_styles();

// The target of a prompt if the row's `option`-th option were the answer: what ranking scores.
std::string render_choice(const PromptTemplate& prompt, const TaskSpec& task, const TaskRow& row, size_t option);

// A row as text.
struct RenderedExample {
  std::string input, target;
};
RenderedExample render(const PromptTemplate& prompt, const TaskSpec& task, const TaskRow& row);

// Exemplars first, each with its answer and a separator behind it, then the query, in one wording as FLAN has it.
RenderedExample render_few_shot(const PromptTemplate& prompt, const TaskSpec& task,
                                const std::vector<const TaskRow*>& exemplars, const TaskRow& row);

// How a few-shot prompt is put together: what stands behind each exemplar, and which of the accepted answers of the
// query is its target.
struct FewShotForm {
  std::string_view separator = "\n\n";
  size_t answer = 0;
};
RenderedExample render_few_shot(const PromptTemplate& prompt, const TaskSpec& task,
                                const std::vector<const TaskRow*>& exemplars, const TaskRow& row,
                                const FewShotForm& form);

// A text with the row's fields filled in (headers, prompts).
std::string render_text(const std::string& text, const TaskSpec& task, const TaskRow& row);

}  // namespace flanmoe
