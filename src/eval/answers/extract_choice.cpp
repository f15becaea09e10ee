#include "eval/answers/extract_choice.h"

#include <algorithm>
#include <optional>
#include <unordered_set>

#include "base/unicode.h"
#include "eval/answers/choices.h"

namespace flanmoe {
namespace {

// What a part of the text says. Nothing: it names no option, and another part may.
enum class Says { kNothing, kOption, kSeveral, kDenied };
struct Reading {
  Says says = Says::kNothing;
  size_t option = 0;
};

struct Part {
  std::string_view text;  // of the whole generation: tokens count its bytes
  Tokens tokens;
};

std::string_view text_of(const Part& part, size_t begin, size_t end) {
  if (begin >= end) return "";
  return part.text.substr(part.tokens[begin].begin, part.tokens[end - 1].end - part.tokens[begin].begin);
}

std::string_view without_ends(std::string_view text) {
  constexpr std::string_view kEnds = " \t\r\n.:\"'*";
  const size_t first = text.find_first_not_of(kEnds), last = text.find_last_not_of(kEnds);
  return first == std::string_view::npos ? "" : text.substr(first, last - first + 1);
}

// The option that `fits`; the first one of those that read the same, none of several that do not.
template <class Fits>
std::optional<size_t> only_option(const Choices& choices, const Fits& fits) {
  std::optional<size_t> found;
  for (size_t i = 0; i < choices.options.size(); ++i) {
    if (!fits(choices.options[i])) continue;
    if (found && choices.options[*found].text != choices.options[i].text) return std::nullopt;
    if (!found) found = i;
  }
  return found;
}

// The part is an option and nothing else: as written, by its words, or the beginning of one option alone ("none").
std::optional<size_t> whole_option(std::string_view said, const Choices& choices) {
  const std::string_view exact = without_ends(said);
  const std::string low = lower_text(exact);
  if (low.empty()) return std::nullopt;
  if (const auto option =
          only_option(choices, [&](const OptionNames& names) { return without_ends(names.text) == exact; }))
    return option;
  if (const auto option =
          only_option(choices, [&](const OptionNames& names) { return lower_text(without_ends(names.text)) == low; }))
    return option;
  const std::vector<std::string> words = content_words(said);
  const auto phrase_fits = [&](const auto& fits) {
    return only_option(choices, [&](const OptionNames& names) {
      return std::any_of(names.phrases.begin(), names.phrases.end(), fits);
    });
  };
  if (words.empty()) return std::nullopt;
  if (const auto option = phrase_fits([&](const auto& phrase) { return phrase == words; })) return option;
  const bool speaks = words.size() > 1 || (words[0] != "not" && words[0] != "no" && !is_article(words[0]));
  if (!speaks) return std::nullopt;
  return phrase_fits([&](const auto& phrase) {
    return phrase.size() > words.size() && std::equal(words.begin(), words.end(), phrase.begin());
  });
}

// "(B) Temmel", "B. Temmel" and nothing else: a marker of the list and, word for word, the option that it marks,
// whatever else its words may name. So is "(B)" where the list shows it, though the text of another option be "B".
std::optional<size_t> marked_option(std::string_view said, const Choices& choices) {
  constexpr size_t kLongest = 3;  // of a marker: "120"
  said = strip_space(said);
  const size_t begin = said.starts_with("(") ? 1 : 0, end = said.find_first_of(".):", begin);
  if (end == std::string_view::npos || end == begin || end > begin + kLongest) return std::nullopt;
  const bool apart = said[end] == ')' || said.substr(end + 1).starts_with(" ");  // "2.5" is no second option "5"
  if (!apart) return std::nullopt;
  const std::string marker = lower_text(said.substr(begin, end - begin));
  const std::string_view text = without_ends(said.substr(end + 1));
  const bool shown_alone = said[end] == ')' && text.empty() && marker.size() == 1 && marker[0] >= 'a';
  for (size_t i = 0; i < choices.options.size(); ++i) {
    const OptionNames& option = choices.options[i];
    const bool marked = std::any_of(option.markers.begin(), option.markers.end(),
                                    [&](const Marker& one) { return one.low == marker && (one.bare || !shown_alone); });
    if (marked && shown_alone) return i;
    if (marked && !text.empty() && text == without_ends(plain_signs(without_markup(option.text)))) return i;
  }
  return std::nullopt;
}

bool is_marker(std::string_view said, const Choices& choices) {
  const std::vector<std::string> words = content_words(said);
  return words.size() == 1 &&
         std::any_of(choices.options.begin(), choices.options.end(), [&](const OptionNames& names) {
           return !names.markers.empty() && names.markers.front().low == words[0];
         });
}

bool only_signs(Tokens tokens, size_t begin, size_t end) {
  return std::none_of(tokens.begin() + static_cast<std::ptrdiff_t>(begin),
                      tokens.begin() + static_cast<std::ptrdiff_t>(end),
                      [](const Token& token) { return token.word || token.low == "\n"; });
}

// "A or B", "A, B", "(A) Temmel" where A is another: the second takes the decision back.
bool competes(Tokens tokens, const Mention& first, const Mention& second) {
  if (first.option == second.option) return false;
  const bool ends_there = second.end == tokens.size() || !tokens[second.end].word;
  if (first.by_marker && !second.by_marker && only_signs(tokens, first.end, second.begin)) return ends_there;
  static const std::unordered_set<std::string_view> kJoins = {
      ",", "/", ";", "&", "+", "or", "and", "(", "option", "also", "as", "well", "choice", ")", "\"", "'", "the"};
  return first.end < second.begin && std::all_of(tokens.begin() + static_cast<std::ptrdiff_t>(first.end),
                                                 tokens.begin() + static_cast<std::ptrdiff_t>(second.begin),
                                                 [](const Token& token) { return kJoins.contains(token.low); });
}

// "(A) Lusk (B) Temmel": the list of options again. `last` ends the first of them.
bool repeats_list(Tokens tokens, const std::vector<Mention>& live, size_t last) {
  if (last == 0 || last + 2 >= live.size()) return false;
  const Mention &marker = live[last + 1], &text = live[last + 2];
  const bool adjacent = std::none_of(tokens.begin() + static_cast<std::ptrdiff_t>(live[last].end),
                                     tokens.begin() + static_cast<std::ptrdiff_t>(marker.begin),
                                     [](const Token& token) { return token.word; });
  return adjacent && marker.by_marker && !text.by_marker && marker.option == text.option &&
         only_signs(tokens, marker.end, text.begin);
}

std::vector<Mention> live_ones(const std::vector<Mention>& mentions) {
  std::vector<Mention> live;
  std::copy_if(mentions.begin(), mentions.end(), std::back_inserter(live), [](const Mention& m) { return !m.denied; });
  return live;
}

// An answer that stands first decides, whatever is said behind it: "B because A is too small".
Reading leading(Tokens tokens, const std::vector<Mention>& mentions) {
  const std::vector<Mention> live = live_ones(mentions);
  const bool leads =
      !live.empty() && std::all_of(tokens.begin(), tokens.begin() + static_cast<std::ptrdiff_t>(live[0].begin),
                                   [](const Token& token) { return !token.word || is_opening(token); });
  if (!leads) return {};
  size_t last = 0;
  while (last + 1 < live.size() && live[last + 1].option == live[0].option &&
         only_signs(tokens, live[last].end, live[last + 1].begin)) {
    ++last;
  }
  if (last + 1 < live.size() && competes(tokens, live[last], live[last + 1])) return {Says::kSeveral};
  if (repeats_list(tokens, live, last)) return {Says::kSeveral};
  static const std::unordered_set<std::string_view> kReasons = {"because", "since",   "as",  "due",  "given",
                                                                "rather",  "instead", "not", "over", "and"};
  const size_t end = live[last].end;
  if (end < tokens.size() && tokens[end].low == "?") return {};
  const bool decides =
      live[0].by_marker || end == tokens.size() || !tokens[end].word || kReasons.contains(tokens[end].low);
  return decides ? Reading{Says::kOption, live[0].option} : Reading{};
}

// All that is named between two tokens is one option.
Reading unanimous(const std::vector<Mention>& mentions, size_t begin, size_t end) {
  Reading reading;
  for (const Mention& mention : mentions) {
    if (mention.begin < begin || mention.begin >= end) continue;
    if (mention.denied) {
      if (reading.says == Says::kNothing) reading.says = Says::kDenied;
    } else if (reading.says == Says::kOption && reading.option != mention.option) {
      return {Says::kSeveral};
    } else {
      reading = {Says::kOption, mention.option};
    }
  }
  return reading;
}

size_t first_word(Tokens tokens) {
  size_t place = 0;
  while (place < tokens.size() && !tokens[place].word) ++place;
  return place;
}

size_t line_end(Tokens tokens, size_t begin) {
  while (begin < tokens.size() && tokens[begin].low != "\n") ++begin;
  return begin;
}

std::optional<Reading> whole(std::string_view said, const Choices& choices) {
  if (choices.markers_first && is_marker(said, choices)) return std::nullopt;
  const auto option = whole_option(said, choices);
  return option ? std::optional(Reading{Says::kOption, *option}) : std::nullopt;
}

// Behind "the answer is": its first line or sentence, and what stands first there.
Reading announced(const Part& part, const Choices& choices) {
  size_t begin = 0;
  while (begin < part.tokens.size() && part.tokens[begin].low == "\n") ++begin;
  const Part said{part.text, part.tokens.subspan(begin)};
  if (const auto option = marked_option(text_of(said, 0, said.tokens.size()), choices)) return {Says::kOption, *option};
  const size_t sentence = sentence_end(said.tokens, first_word(said.tokens));
  for (const size_t end : {line_end(said.tokens, first_word(said.tokens)), sentence, line_end(said.tokens, 0)}) {
    if (const auto reading = whole(text_of(said, 0, end), choices)) return *reading;
  }
  const std::vector<Mention> mentions = find_mentions(said.tokens, choices);
  const Reading first = leading(said.tokens, mentions);
  return first.says != Says::kNothing ? first : unanimous(mentions, 0, sentence);
}

// A direct answer without an announcement: its first line, what stands first, the first line that names something.
Reading from_beginning(const Part& part, const Choices& choices) {
  if (const auto reading = whole(first_line(part.text), choices)) return *reading;
  const std::vector<Mention> mentions = find_mentions(part.tokens, choices);
  if (const Reading first = leading(part.tokens, mentions); first.says != Says::kNothing) return first;
  Reading reading;
  for (size_t begin = 0; begin < part.tokens.size(); begin = line_end(part.tokens, begin) + 1) {
    const Reading line = unanimous(mentions, begin, line_end(part.tokens, begin));
    if (line.says == Says::kOption || line.says == Says::kSeveral) return line;
    if (line.says == Says::kDenied) reading = line;
  }
  return reading;
}

// A chain of thought without an announcement: its last line, its last sentence, or the one option it names.
Reading from_end(const Part& part, const Choices& choices) {
  if (const auto reading = whole(last_line(part.text), choices)) return *reading;
  const std::vector<Mention> mentions = find_mentions(part.tokens, choices);
  size_t last = 0;  // the last sentence that holds a word
  for (size_t begin = 0; begin < part.tokens.size(); begin = sentence_end(part.tokens, begin) + 1) {
    const size_t end = sentence_end(part.tokens, begin);
    if (begin + first_word(part.tokens.subspan(begin, end - begin)) < end) last = begin;
  }
  const Reading said = unanimous(mentions, last, part.tokens.size());
  return said.says != Says::kNothing ? said : unanimous(mentions, 0, part.tokens.size());
}

Reading verdict_of(const Part& part, const Choices& choices, bool chain_of_thought) {
  const std::vector<size_t> places = announcements(part.tokens);
  for (size_t i = places.size(); i-- > 0;) {
    const Reading reading = announced({part.text, part.tokens.subspan(places[i])}, choices);
    if (reading.says != Says::kNothing) return reading;
  }
  if (places.empty()) return chain_of_thought ? from_end(part, choices) : from_beginning(part, choices);
  return chain_of_thought ? Reading{} : leading(part.tokens, find_mentions(part.tokens, choices));
}

std::optional<size_t> place_of(const std::vector<std::string>& texts, std::string_view said) {
  const auto found =
      std::find_if(texts.begin(), texts.end(), [said](const std::string& text) { return strip_space(text) == said; });
  return found == texts.end() ? std::nullopt : std::optional(static_cast<size_t>(found - texts.begin()));
}

// A marker as the prompt asks for it goes before an option that reads the same, an option word for word before all
// other readings. Where it is not known how markers are written, any form of one goes first.
std::optional<size_t> said_exactly(const ExtractionRule& rule, std::string_view said) {
  if (const auto marker = place_of(rule.written_markers, said)) return marker;
  const bool any_marker_first = rule.answers_by_marker && rule.written_markers.empty();
  return any_marker_first ? std::nullopt : place_of(rule.options, said);
}

}  // namespace

Extracted extract_choice(const ExtractionRule& rule, const std::string& generated) {
  if (const auto option = said_exactly(rule, strip_space(generated))) return {rule.options[*option], "", *option};
  const std::string text = plain_signs(without_markup(generated));
  const std::vector<Token> tokens = tokens_of(text);
  const Choices choices = choices_of(rule);
  if (const auto option = marked_option(text, choices)) return {rule.options[*option], "", *option};
  const Reading reading = verdict_of({text, tokens}, choices, rule.chain_of_thought);
  switch (reading.says) {
    case Says::kOption:
      return {rule.options[reading.option], "", reading.option};
    case Says::kSeveral:
      return {"", "several named"};
    case Says::kDenied:
      return {"", "only denied"};
    case Says::kNothing:
      break;
  }
  return {"", "nothing named"};
}

}  // namespace flanmoe
