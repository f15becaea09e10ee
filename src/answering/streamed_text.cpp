#include "answering/streamed_text.h"

#include <algorithm>
#include <string_view>

namespace flanmoe {
namespace {

constexpr std::string_view kUnfinished = "\uFFFD";

}  // namespace

// What was shown stays: of a text that changed further in front, only what is behind that length is shown.
std::string StreamedText::show(const std::string& text, size_t size) {
  const std::string next = size > shown_.size() ? text.substr(shown_.size(), size - shown_.size()) : "";
  shown_ += next;
  return next;
}

std::string StreamedText::grown(const std::string& text) {
  std::string_view whole = text;
  while (whole.ends_with(kUnfinished)) whole.remove_suffix(kUnfinished.size());
  return show(text, whole.size());
}

std::string StreamedText::ended(const std::string& text) { return show(text, text.size()); }

}  // namespace flanmoe
