#include "data/template_text.h"

#include <algorithm>

#include "base/error.h"

namespace flanmoe {
namespace {

[[noreturn]] void refuse(const std::string& place, std::string_view text, std::string_view fault) {
  fail_input("{}: the template '{}' has {}; expected {{name}} for a field, {{{{ and }}}} for braces of the text", place,
             printable(text), fault);
}

}  // namespace

std::vector<TemplatePart> template_parts(std::string_view text, const std::string& place) {
  std::vector<TemplatePart> parts;
  for (size_t at = 0; at < text.size();) {
    const size_t brace = std::min(text.find_first_of("{}", at), text.size());
    const bool is_double = brace + 1 < text.size() && text[brace] == text[brace + 1];
    const size_t end = is_double ? brace + 1 : brace;  // of two braces the first is text
    if (end > at) parts.push_back({text.substr(at, end - at)});
    at = is_double ? brace + 2 : brace;
    if (is_double || brace == text.size()) continue;
    if (text[brace] == '}') refuse(place, text, "a closing brace without its opening one");
    const size_t close = text.find_first_of("{}", brace + 1);
    if (close == std::string_view::npos || text[close] == '{') refuse(place, text, "an open brace without its end");
    if (close == brace + 1) refuse(place, text, "a slot without a name, {}");
    parts.push_back({text.substr(brace + 1, close - brace - 1), true});
    at = close + 1;
  }
  return parts;
}

bool has_slot(const std::vector<TemplatePart>& parts, std::string_view name) {
  return std::any_of(parts.begin(), parts.end(),
                     [name](const TemplatePart& part) { return part.is_slot && part.text == name; });
}

}  // namespace flanmoe
