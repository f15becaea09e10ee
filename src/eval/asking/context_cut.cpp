#include "eval/asking/context_cut.h"

#include <algorithm>
#include <array>
#include <sstream>
#include <string_view>

namespace flanmoe {
namespace {

constexpr std::array<std::string_view, 4> kQuestions = {"question", "stem", "input", "prompt"};
constexpr std::array<std::string_view, 4> kBesides = {"choices", "subject", "title", "answer_text"};

bool is_question(const std::string& field, const TaskRow& row) {
  const auto question = std::find_if(kQuestions.begin(), kQuestions.end(),
                                     [&row](std::string_view name) { return row.fields.contains(std::string(name)); });
  return question != kQuestions.end() && field == *question;
}

std::vector<std::string> words_of(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

}  // namespace

std::string context_field(const PromptTemplate& prompt, const TaskRow& row) {
  std::string longest;
  size_t size = 0;
  for (const auto& [field, value] : row.fields) {
    const bool shown = prompt.input.find("{" + field + "}") != std::string::npos;
    const bool besides = std::find(kBesides.begin(), kBesides.end(), field) != kBesides.end();
    if (!shown || besides || is_question(field, row) || value.size() <= size) continue;
    longest = field;
    size = value.size();
  }
  return longest;
}

std::string without_middle(const std::string& text, size_t kept) {
  const std::vector<std::string> words = words_of(text);
  if (kept >= words.size()) return text;
  const size_t first = (kept + 1) / 2, last = kept - first;
  std::string result;
  for (size_t i = 0; i < first; ++i) result += words[i] + " ";
  result += "...";
  for (size_t i = words.size() - last; i < words.size(); ++i) result += " " + words[i];
  return result;
}

size_t num_words(const std::string& text) { return words_of(text).size(); }

}  // namespace flanmoe
