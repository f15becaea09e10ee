// Numbers written in words (numbers.h).
#include <algorithm>
#include <cstdint>
#include <unordered_map>

#include "eval/answers/answer_text.h"
#include "eval/answers/numbers.h"

namespace flanmoe {
namespace {

const std::unordered_map<std::string_view, int64_t> kSmall = {
    {"zero", 0},      {"one", 1},       {"two", 2},       {"three", 3},    {"four", 4},     {"five", 5},
    {"six", 6},       {"seven", 7},     {"eight", 8},     {"nine", 9},     {"ten", 10},     {"eleven", 11},
    {"twelve", 12},   {"thirteen", 13}, {"fourteen", 14}, {"fifteen", 15}, {"sixteen", 16}, {"seventeen", 17},
    {"eighteen", 18}, {"nineteen", 19}, {"twenty", 20},   {"thirty", 30},  {"forty", 40},   {"fifty", 50},
    {"sixty", 60},    {"seventy", 70},  {"eighty", 80},   {"ninety", 90}};
const std::unordered_map<std::string_view, int64_t> kScales = {{"thousand", 1000}, {"million", 1000000}};

// Adds word by word; false when the word cannot follow.
struct Sum {
  int64_t total = 0, current = -1;  // -1: no word yet since the last scale
  int64_t last_scale = INT64_MAX;

  bool add(std::string_view word) {
    if (const auto small = kSmall.find(word); small != kSmall.end()) return add_small(small->second);
    if (word == "hundred") {
      if (current < 1 || current > 9) return false;
      current *= 100;
      return true;
    }
    const auto scale = kScales.find(word);
    if (scale == kScales.end() || current < 1 || scale->second >= last_scale) return false;
    total += current * scale->second;
    last_scale = scale->second;
    current = -1;
    return true;
  }
  bool add_small(int64_t value) {
    if (current < 0) {
      current = value;
      return true;
    }
    const int64_t rest = current % 100;
    const bool after_hundred = current > 0 && rest == 0 && value > 0;
    const bool after_tens = rest >= 20 && rest % 10 == 0 && value > 0 && value < 10;
    if (!after_hundred && !after_tens) return false;
    current += value;
    return true;
  }
  int64_t value() const { return total + std::max<int64_t>(current, 0); }
};

bool is_number_word(const Token& token) {
  return kSmall.contains(token.low) || kScales.contains(token.low) || token.low == "hundred";
}

// "negative", and "minus" that no number stands in front of ("five minus two").
bool takes_nothing_away(const std::vector<Token>& tokens, std::vector<Token>::const_iterator word) {
  return word->low == "negative" || (word->low == "minus" && (word == tokens.begin() || (word - 1)->low == "is" ||
                                                              (word - 1)->low == "=" || (word - 1)->low == ":"));
}

}  // namespace

std::string number_of_words(std::string_view text) {
  const std::vector<Token> tokens = tokens_of(text);
  const auto first = std::find_if(tokens.begin(), tokens.end(), is_number_word);
  if (first == tokens.end()) return "";
  Sum sum;
  auto next = first;
  for (; next != tokens.end(); ++next) {
    const bool link =
        (next->low == "and" || next->low == "-") && next + 1 != tokens.end() && is_number_word(*(next + 1));
    if (link) continue;
    if (!is_number_word(*next)) break;
    if (!sum.add(next->low)) return "";
  }
  const bool is_negative = first != tokens.begin() && takes_nothing_away(tokens, first - 1);
  const bool more = std::any_of(next, tokens.end(), is_number_word);
  const bool part = next != tokens.end() && next->low == "of";
  const bool pronoun = first->low == "one" && next - first == 1 && !is_negative &&
                       std::any_of(tokens.begin(), first, [](const Token& token) { return token.word; });
  return more || part || pronoun ? "" : std::to_string(is_negative ? -sum.value() : sum.value());
}

}  // namespace flanmoe
