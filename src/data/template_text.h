// Texts with slots, as templates of prompts are written: `{name}` is a slot, `{{` stands for `{` and `}}` for `}`. A
// brace that is alone is refused.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace flanmoe {

// A stretch of the text as it is, or the name of a slot. Points into the text.
struct TemplatePart {
  std::string_view text;
  bool is_slot = false;
};

// The parts of a text in order. UserError at `place` for a brace that is alone and for a slot without a name.
std::vector<TemplatePart> template_parts(std::string_view text, const std::string& place);

bool has_slot(const std::vector<TemplatePart>& parts, std::string_view name);

}  // namespace flanmoe
