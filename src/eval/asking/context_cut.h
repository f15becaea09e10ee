// The part of a row that a long prompt can do without.
#pragma once

#include <string>
#include <vector>

#include "data/task.h"

namespace flanmoe {

// The longest field that the prompt shows besides the question (`question`, else `stem`, `input`, `prompt`) and what
// belongs to it (choices, subject, title); "" when it shows none.
std::string context_field(const PromptTemplate& prompt, const TaskRow& row);

// The first and last words of a text, `kept` in all, with "..." between them; the text itself when it has no more.
std::string without_middle(const std::string& text, size_t kept);

size_t num_words(const std::string& text);  // separated by white space

}  // namespace flanmoe
