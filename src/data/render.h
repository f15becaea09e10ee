// How a row becomes text: fields, option lists in several styles, few-shot prompts.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "data/task.h"
#include "data/tokenizer/tokenizer.h"

namespace flanmoe {

inline constexpr std::string_view kNoOptionStyle = "none";

// The style of the option list that `input` shows: "" for `{options}`, "letters" for `{options:letters}`,
// kNoOptionStyle without a list. UserError at `place` for an unknown style (with the nearest name).
std::string option_style(const std::string& input, const std::string& place);
bool has_markers(std::string_view style);  // letters and numbers; dashes mark nothing
std::vector<std::string> marked_styles();

// A text, and where its words are a template's own: there names of tokens mean the tokens ("<extra_id_0>" of a template
// is the sentinel). What a row fills in is text, whatever it holds.
struct RenderedText {
  std::string text;
  TokenRanges tokens = {};

  void append(const RenderedText& other);
  void append_own(std::string_view words);
  void append_filled(std::string_view words) { text += words; }
  TokenIds ids(const Tokenizer& tokenizer) const { return tokenizer.encode_text(text, tokens); }
  TokenIds ids_with_end(const Tokenizer& tokenizer) const { return tokenizer.encode_text_with_end(text, tokens); }
};

// The target of a prompt if the row's `option`-th option were the answer: what ranking scores.
RenderedText render_choice(const PromptTemplate& prompt, const TaskSpec& task, const TaskRow& row, size_t option);

// A row as text.
struct RenderedExample {
  std::string input, target;
  TokenRanges input_tokens = {}, target_tokens = {};

  RenderedText whole_input() const { return {input, input_tokens}; }
  RenderedText whole_target() const { return {target, target_tokens}; }
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
RenderedText render_text(const std::string& text, const TaskSpec& task, const TaskRow& row);

}  // namespace flanmoe
