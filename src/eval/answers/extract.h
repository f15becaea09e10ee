// The answer in a generated text, read as a careful human grader would (docs/tasks.md, "Answers in generated text").
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "data/task.h"

namespace flanmoe {

// The option list that a prompt shows: none, one without markers (dashes, commas), (A) (B) .., or 1) 2) ..
enum class OptionMarkers { kHidden, kUnmarked, kLetters, kNumbers };

struct ExtractionRule {
  std::string name;               // choice | yes_no | number | span | text
  bool chain_of_thought = false;  // without an announced answer the end of the text counts, not its beginning
  std::vector<std::string> options = {};
  OptionMarkers markers = OptionMarkers::kHidden;
  bool answers_by_marker = false;                 // a marker goes before an option that reads the same
  std::vector<std::string> written_markers = {};  // of the options, as the prompt wants them: "(A)"
};

struct Extracted {
  std::string answer;                 // "" = none found
  std::string reason;                 // why there is none: empty | nothing named | several named | only denied
  std::optional<size_t> option = {};  // which of the options it is, where the rule chooses among them
};

// The output without the form of an answer said again: what the prompt ends with ("A:", "Output:"), and "A:" in front
// of a marker.
std::string without_form(const PromptTemplate& prompt, const std::string& output);

// How the answer to `row`, asked by `prompt`, is found: the task's rule, else that of its answer form; a class without
// options to choose from is a span.
ExtractionRule extraction_rule(const TaskSpec& task, const PromptTemplate& prompt, const TaskRow& row,
                               bool chain_of_thought);

// An output that is an option word for word is that option; before that, where the prompt asks for markers, an output
// that is one as the list writes it. Else what follows the last announcement ("the answer is",
// "final answer", "answer:", "####", \boxed{}) that names something, else the beginning of the text (of a chain of
// thought: its end).
//   choice  the option that its marker ("(B)", "b.", "Option 2"), place ("the second one") or text names. Several
//           options without a decision are none; a denied one ("not A", "A is wrong") never counts.
//   yes_no  the same; yes, true, correct / no, false, incorrect / maybe, unknown, "don't know" name the option of their
//           kind. Without options these are yes and no.
//   number  announced: the first one, behind "=" if there is one; else the last one. Written plain: "-1234.5", "3/4",
//           "2 1/2", "3e5", "3:30", and "5; 15" for a list. "twelve" counts where no figure stands.
//   span    the first line (announced: sentence) without quotes and full stop; of a chain of thought the last line.
//   text    everything.
// UserError with the nearest name for an unknown rule.
Extracted extract(const ExtractionRule& rule, const std::string& generated);

// SQuAD's: lower case, without articles, punctuation and extra space. A point inside a number and a minus before one
// stay.
std::string normalised_answer(const std::string& text);
// What tells options apart: normalised; where nothing is left of it, the article ("(A)" is "a") or the signs ("+").
std::string option_key(const std::string& text);

// What follows the last "answer is" (up to a full stop), else the whole text. With options: "(B)" or "B" becomes the
// second option's text, and a text that contains exactly one option becomes that option. Empty when nothing is left.
Extracted extract_answer(const std::string& generated, const std::vector<std::string>& options);

// The last number of the text, without thousands separators and dollar sign ("-$1,234.50" is "-1234.50", ".5" is
// "0.5"); "" when there is none.
std::string extract_number(const std::string& text);

}  // namespace flanmoe
