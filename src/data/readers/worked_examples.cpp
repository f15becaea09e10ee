#include "data/readers/worked_examples.h"

#include <algorithm>
#include <cctype>

#include "base/error.h"
#include "data/readers/reader_parts.h"

namespace flanmoe {
namespace {

constexpr std::string_view kQuestion = "\nQ: ", kAnswer = "\nA: ", kOpening = "Let's think step by step.";

// Of the last `closing`, its first letter in any case; npos when there is none.
size_t place_of_closing(const std::string& block, std::string closing) {
  const size_t capital = block.rfind(closing);
  closing[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(closing[0])));
  const size_t small = block.rfind(closing);
  if (capital == std::string::npos || small == std::string::npos) return std::min(capital, small);
  return std::max(capital, small);
}

}  // namespace

std::string heading_of_prompt(const std::string& text) {
  constexpr std::string_view kDashes = "-----\n";
  const std::string heading = text.substr(0, text.find(kQuestion));
  const size_t dashes = heading.find(kDashes);
  return trimmed_text(dashes == std::string::npos ? heading : heading.substr(dashes + kDashes.size()));
}

std::vector<std::string> worked_blocks(const std::string& text) {
  std::vector<std::string> blocks;
  for (size_t begin = text.find(kQuestion); begin != std::string::npos;) {
    const size_t first = begin + kQuestion.size();
    begin = text.find(kQuestion, first);
    blocks.push_back(text.substr(first, begin == std::string::npos ? begin : begin - first));
  }
  return blocks;
}

WorkedExample worked_example(const std::string& block, const std::string& closing, const std::string& where) {
  const size_t answer = block.find(kAnswer), end = place_of_closing(block, closing);
  if (answer == std::string::npos || end == std::string::npos || end < answer + kAnswer.size()) {
    fail_input("{}: expected 'A: ..' and '{}..' after 'Q: '", where, closing);
  }
  WorkedExample example{trimmed_text(block.substr(0, answer)), "", trimmed_text(block.substr(end + closing.size()))};
  if (example.answer.ends_with('.')) example.answer.pop_back();
  const size_t begin = answer + kAnswer.size();
  std::string rationale = block.substr(begin, end - begin);
  if (rationale.starts_with(kOpening)) rationale = rationale.substr(kOpening.size());
  example.rationale = trimmed_text(rationale);
  return example;
}

}  // namespace flanmoe
