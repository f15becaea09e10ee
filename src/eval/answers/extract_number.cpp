#include "eval/answers/extract_number.h"

#include <algorithm>
#include <cctype>

#include "base/unicode.h"
#include "eval/answers/answer_text.h"
#include "eval/answers/numbers.h"

namespace flanmoe {
namespace {

using Numbers = std::vector<WrittenNumber>;

constexpr size_t kUnitWords = 3;

// A sentence and the numbers that it does not deny.
struct Said {
  std::string_view text;
  Numbers numbers;
  bool denied = false;  // it has numbers, and denies the last of them
};

Said said_in(std::string_view text) {
  Said said{text, {}};
  for (WrittenNumber& number : numbers_in(text)) {
    const std::vector<std::string> before = content_words(text.substr(0, number.begin));
    said.denied = !before.empty() && before.back() == "not";
    if (!said.denied) said.numbers.push_back(std::move(number));
  }
  return said;
}

// What stands between numbers of a list: a unit of a few words and then a comma, a semicolon or "and".
bool is_list_gap(std::string_view gap) {
  const std::vector<Token> tokens = tokens_of(gap);
  size_t words = 0, links = 0;
  for (const Token& token : tokens) {
    const bool link = token.low == ";" || token.low == "," || token.low == "and";
    if (links > 0 && !link && token.low != "$") return false;
    if (!link && !token.word && std::string_view("()$%/.").find(token.low) == std::string_view::npos) return false;
    links += link ? 1 : 0;
    words += token.word && !link ? 1 : 0;
  }
  return links > 0 && words <= kUnitWords;
}

// Only a unit: "apples", "(years old)", "% of it".
bool is_unit(std::string_view rest) {
  const std::vector<Token> tokens = tokens_of(rest);
  const auto words = std::count_if(tokens.begin(), tokens.end(), [](const Token& token) { return token.word; });
  return rest.find('=') == std::string_view::npos && static_cast<size_t>(words) <= kUnitWords;
}

bool begins_with_number(const Said& said) {
  return !said.numbers.empty() && content_words(said.text.substr(0, said.numbers.front().begin)).empty();
}

// "5 (years old); 15 (years old)" and "5, 15 and 20".
std::string list_of(const Said& said) {
  if (said.numbers.size() < 2 || !begins_with_number(said)) return "";
  std::string list = said.numbers.front().plain;
  for (size_t i = 1; i < said.numbers.size(); ++i) {
    const WrittenNumber& before = said.numbers[i - 1];
    if (!is_list_gap(said.text.substr(before.end, said.numbers[i].begin - before.end))) return "";
    list += "; " + said.numbers[i].plain;
  }
  return is_unit(said.text.substr(said.numbers.back().end)) ? list : "";
}

// The number that an announcement speaks of: behind "=", else the first, unless it is reckoned with.
std::string announced_number(const Said& said) {
  const size_t equals = said.text.rfind('=');
  if (equals != std::string_view::npos) {
    const auto result = std::find_if(said.numbers.begin(), said.numbers.end(),
                                     [equals](const WrittenNumber& number) { return number.begin > equals; });
    return (result == said.numbers.end() ? said.numbers.back() : *result).plain;
  }
  const std::string_view rest = strip_space_left(said.text.substr(said.numbers.front().end));
  const bool reckoned = !rest.empty() && std::string_view("+*x").find(rest[0]) != std::string_view::npos &&
                        (rest.size() == 1 || std::isalpha(static_cast<unsigned char>(rest[1])) == 0);
  return (reckoned ? said.numbers.back() : said.numbers.front()).plain;
}

// The first sentence that holds a word or number.
std::string_view first_sentence(std::string_view text) {
  const std::vector<Token> tokens = tokens_of(text);
  size_t begin = 0;
  while (begin < tokens.size() && !tokens[begin].word) ++begin;
  if (begin == tokens.size()) return "";
  const size_t end = sentence_end(tokens, begin);
  return text.substr(0, end < tokens.size() ? tokens[end].begin : text.size());
}

Extracted announced(std::string_view tail) {
  const Said said = said_in(first_sentence(tail));
  if (said.numbers.empty()) {
    if (said.denied) return {"", "only denied"};
    const std::string words = number_of_words(said.text);
    return words.empty() ? Extracted{"", "nothing named"} : Extracted{words, ""};
  }
  const std::string list = list_of(said);
  return {list.empty() ? announced_number(said) : list, ""};
}

// A first sentence that is nothing but a number and its unit.
std::string lone_number(std::string_view text) {
  const Said said = said_in(first_sentence(text));
  const bool lone =
      begins_with_number(said) && said.numbers.size() == 1 && is_unit(said.text.substr(said.numbers[0].end));
  return lone ? said.numbers[0].plain : "";
}

// A direct answer: a lone number, else the list or the last number of the first line that has any.
Extracted from_beginning(std::string_view text) {
  bool denied = false;
  if (const std::string lone = lone_number(text); !lone.empty()) return {lone, ""};
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    const Said said = said_in(text.substr(begin, end - begin));
    if (!said.numbers.empty()) {
      const std::string list = list_of(said);
      return {list.empty() ? said.numbers.back().plain : list, ""};
    }
    denied = denied || said.denied;
    begin = end + 1;
  }
  const std::string words = denied ? "" : number_of_words(first_line(text));
  return words.empty() ? Extracted{"", denied ? "only denied" : "nothing named"} : Extracted{words, ""};
}

Extracted from_end(std::string_view text) {
  const Said said = said_in(text);
  if (!said.numbers.empty()) return {said.numbers.back().plain, ""};
  return {"", said.denied ? "only denied" : "nothing named"};
}

}  // namespace

Extracted find_number(const std::string& generated, bool chain_of_thought) {
  const std::string text = number_signs(without_markup(generated));
  const std::vector<Token> tokens = tokens_of(text);
  const std::vector<size_t> places = announcements(tokens);
  for (size_t i = places.size(); i-- > 0;) {
    const size_t begin = tokens[places[i] - 1].end;
    const Extracted found = announced(std::string_view(text).substr(begin));
    if (found.reason != "nothing named") return found;
  }
  if (places.empty()) return chain_of_thought ? from_end(text) : from_beginning(text);
  const std::string lone = chain_of_thought ? "" : lone_number(text);
  return lone.empty() ? Extracted{"", "nothing named"} : Extracted{lone, ""};
}

}  // namespace flanmoe
