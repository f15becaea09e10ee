#include "eval/answers/extract_span.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include "base/unicode.h"
#include "eval/answers/answer_text.h"

namespace flanmoe {
namespace {

// Pairs of quotes around a whole span.
std::string_view without_quotes(std::string_view text) {
  using Pair = std::pair<std::string_view, std::string_view>;
  constexpr std::array<Pair, 5> kQuotes = {
      {{"\"", "\""}, {"'", "'"}, {"\u201c", "\u201d"}, {"\u2018", "\u2019"}, {"\u00ab", "\u00bb"}}};
  for (const auto& [open, close] : kQuotes) {
    if (text.size() < open.size() + close.size() || !text.starts_with(open) || !text.ends_with(close)) continue;
    const std::string_view inside = text.substr(open.size(), text.size() - open.size() - close.size());
    if (inside.find(open) == std::string_view::npos) return inside;  // else two quotations
  }
  return text;
}

std::string_view last_word(std::string_view text) {
  const size_t space = text.find_last_of(" \t\n");
  return space == std::string_view::npos ? text : text.substr(space + 1);
}

// The full stop of a sentence, not that of "U.S.".
std::string_view without_full_stop(std::string_view text) {
  if (!text.ends_with('.')) return text;
  if (text.find_first_not_of('.') == std::string_view::npos) return "";
  const std::string_view word = last_word(text);
  return word.find('.') + 1 == word.size() ? text.substr(0, text.size() - 1) : text;
}

std::string span_of(std::string_view text) {
  for (std::string_view before; before != text;) {
    before = text;
    text = strip_space(without_full_stop(without_quotes(strip_space(text))));
  }
  return std::string(text);
}

// "St.", "Mr.", the initials "J." and "U.S." end no sentence.
bool is_abbreviation(std::string_view word) {
  constexpr std::array<std::string_view, 14> kShort = {"st", "mr", "mrs", "ms",  "dr",   "prof", "sr",
                                                       "jr", "mt", "gen", "col", "capt", "no",   "vs"};
  if (word.find('.') != std::string_view::npos) return true;
  if (word.size() == 1) return std::isupper(static_cast<unsigned char>(word[0])) != 0;
  return std::find(kShort.begin(), kShort.end(), lower_text(word)) != kShort.end();
}

// The line's beginning up to the end of its first sentence.
std::string_view first_sentence(std::string_view line) {
  for (size_t stop = line.find(". "); stop != std::string_view::npos; stop = line.find(". ", stop + 1)) {
    if (!is_abbreviation(last_word(line.substr(0, stop)))) return line.substr(0, stop);
  }
  return line;
}

// Behind an announcement: its colon does not belong to the answer.
std::string_view without_colon(std::string_view tail) {
  tail = strip_space_left(tail);
  return strip_space(tail.starts_with(':') ? tail.substr(1) : tail);
}

Extracted found(std::string answer) {
  return answer.empty() ? Extracted{"", "nothing named"} : Extracted{std::move(answer), ""};
}

}  // namespace

// Of a direct answer only the first line may announce; what follows it is chatter.
Extracted find_span(const std::string& generated, bool chain_of_thought) {
  const std::string text = without_markup(generated);
  const std::string_view first = first_line(text);
  const size_t first_end = static_cast<size_t>(first.data() - text.data()) + first.size();
  const std::vector<Token> tokens = tokens_of(text);
  const std::vector<size_t> places = announcements(tokens);
  bool announced = false;
  for (size_t i = places.size(); i-- > 0;) {
    const size_t begin = tokens[places[i] - 1].end;
    if (!chain_of_thought && begin > first_end) continue;
    announced = true;
    std::string span = span_of(first_sentence(first_line(without_colon(std::string_view(text).substr(begin)))));
    if (!span.empty()) return {std::move(span), ""};
  }
  return announced ? found("") : found(span_of(chain_of_thought ? last_line(text) : first));
}

Extracted find_text(const std::string& generated, bool chain_of_thought) {
  if (!chain_of_thought) return found(std::string(strip_space(generated)));
  const std::vector<Token> tokens = tokens_of(generated);
  const std::vector<size_t> places = announcements(tokens);
  for (size_t i = places.size(); i-- > 0;) {
    std::string text(without_colon(std::string_view(generated).substr(tokens[places[i] - 1].end)));
    if (!text.empty()) return {std::move(text), ""};
  }
  return found(places.empty() ? std::string(strip_space(generated)) : "");
}

}  // namespace flanmoe
