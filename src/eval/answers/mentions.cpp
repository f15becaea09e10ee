#include "eval/answers/mentions.h"

#include <algorithm>
#include <array>
#include <optional>
#include <unordered_set>

#include "eval/answers/denials.h"

namespace flanmoe {
namespace {

using Words = std::unordered_set<std::string_view>;

const Words kConnectives = {"because", "since", "as",     "due",    "given", "rather", "instead", "not",  "over",
                            "and",     "or",    "nor",    "but",    "is",    "was",    "would",   "may",  "might",
                            "could",   "can",   "must",   "should", "seems", "looks",  "fits",    "does", "isn't",
                            "wasn't",  "can't", "cannot", "so",     "if",    "based",  "while",   "which"};
const Words kOpening = {"the",    "a",      "an",      "it",        "it's",    "is",          "option",     "choice",
                        "letter", "answer", "correct", "best",      "right",   "alternative", "so",         "thus",
                        "hence",  "my",     "this",    "therefore", "clearly", "probably",    "definitely", "likely",
                        "most",   "must",   "be",      "i",         "think",   "believe",     "say",        "would",
                        "choose", "pick",   "that",    "final",     "because", "score"};
const Words kIntroducing = {"option", "choice", "letter", "answer", "alternative"};
const Words kListNouns = {"option", "choice", "answer", "one", "text", "alternative", "statement", "sentence"};
const Words kPronouns = {"it", "this", "that", "they", "there", "the", "he", "she", "we", "i", "you", "these", "those"};

bool is_one_of(const Token& token, const Words& words) { return token.word && words.contains(token.low); }
bool is_sign(Tokens tokens, size_t place, std::string_view signs) {
  return place < tokens.size() && !tokens[place].word && signs.find(tokens[place].low) != std::string_view::npos;
}
bool touches(Tokens tokens, size_t place) {  // the next token, without a space
  return place + 1 < tokens.size() && tokens[place].end == tokens[place + 1].begin;
}
bool plain_word_at(Tokens tokens, size_t place) {
  return place < tokens.size() && tokens[place].word && !is_connective(tokens[place]);
}

bool is_leading(Tokens tokens, size_t place) {
  return std::all_of(tokens.begin(), tokens.begin() + static_cast<std::ptrdiff_t>(place),
                     [](const Token& token) { return !token.word || is_opening(token); });
}

// End of the phrase that begins at `place`; signs and articles between its words are passed over.
std::optional<size_t> phrase_end(Tokens tokens, size_t place, const std::vector<std::string>& phrase) {
  if (phrase.empty() || tokens[place].low != phrase.front()) return std::nullopt;
  size_t matched = 1, i = place + 1;
  for (; i < tokens.size() && matched < phrase.size(); ++i) {
    if (tokens[i].low == "\n") return std::nullopt;
    if (!tokens[i].word) continue;
    if (tokens[i].low == phrase[matched]) {
      ++matched;
    } else if (!is_article(tokens[i].low)) {
      return std::nullopt;
    }
  }
  if (matched < phrase.size()) return std::nullopt;
  // "no" in front of another word belongs to that word: "no evidence".
  const bool determiner =
      phrase.size() == 1 && phrase.front() == "no" && plain_word_at(tokens, i) && !is_one_of(tokens[i], kPronouns);
  return determiner ? std::nullopt : std::optional(i);
}

bool is_introduced(Tokens tokens, size_t place) {
  while (place > 0 && is_sign(tokens, place - 1, "(['\"#")) --place;
  return place > 0 && is_one_of(tokens[place - 1], kIntroducing);
}

// A list goes on: "1, 2", "1 or 2".
bool continues_list(Tokens tokens, size_t place) {
  return place >= 2 &&
         (is_sign(tokens, place - 1, ",/&") || tokens[place - 1].low == "or" || tokens[place - 1].low == "and");
}

// Letters without brackets: capitals that are no article or pronoun, small ones and numbers where an answer begins.
bool is_bare_marker(Tokens tokens, size_t place) {
  const bool hyphen = touches(tokens, place) && is_sign(tokens, place + 1, "-") && touches(tokens, place + 1) &&
                      plain_word_at(tokens, place + 2);
  if (hyphen) return false;
  if (tokens[place].capital) return true;
  return (is_leading(tokens, place) || continues_list(tokens, place)) && !plain_word_at(tokens, place + 1);
}

bool is_only_word(Tokens tokens, size_t place) {
  for (size_t i = 0; i < tokens.size(); ++i) {
    if (tokens[i].word && i != place) return false;
  }
  return true;
}

std::optional<Mention> marker_at(Tokens tokens, size_t place, const Marker& marker, size_t option) {
  if (!tokens[place].word || tokens[place].low != marker.low) return std::nullopt;
  const bool opened = place > 0 && is_sign(tokens, place - 1, "([") && touches(tokens, place - 1);
  const bool enclosed = opened && is_sign(tokens, place + 1, ")]") && touches(tokens, place);
  if (enclosed) return Mention{place - 1, place + 2, option, true, false};
  const bool may_be_a_word = (marker.low == "a" || marker.low == "i") && plain_word_at(tokens, place + 1);
  if (may_be_a_word) return std::nullopt;
  const bool alone = marker.low.front() > '9' && is_only_word(tokens, place);
  if (!is_introduced(tokens, place) && !alone && !(marker.bare && is_bare_marker(tokens, place))) return std::nullopt;
  const bool closed = is_sign(tokens, place + 1, ")") && touches(tokens, place);
  return Mention{place, place + (closed ? 2 : 1), option, true, false};
}

// "the second one", "2nd option", "the last", or the ordinal alone.
std::optional<Mention> ordinal_at(Tokens tokens, size_t place, size_t num_options) {
  constexpr std::array<std::array<std::string_view, 2>, 10> kOrdinals = {{{"first", "1st"},
                                                                          {"second", "2nd"},
                                                                          {"third", "3rd"},
                                                                          {"fourth", "4th"},
                                                                          {"fifth", "5th"},
                                                                          {"sixth", "6th"},
                                                                          {"seventh", "7th"},
                                                                          {"eighth", "8th"},
                                                                          {"ninth", "9th"},
                                                                          {"tenth", "10th"}}};
  const std::string& low = tokens[place].low;
  size_t option = 0;
  while (option < kOrdinals.size() && low != kOrdinals[option][0] && low != kOrdinals[option][1]) ++option;
  if (low == "last") option = num_options - 1;
  if (option >= num_options) return std::nullopt;
  const bool noun = place + 1 < tokens.size() && is_one_of(tokens[place + 1], kListNouns);
  const bool alone = is_leading(tokens, place) && place + 1 == tokens.size();
  if (!noun && !alone) return std::nullopt;
  return Mention{place, place + (noun ? 2 : 1), option, true, false};
}

std::vector<Mention> all_mentions(Tokens tokens, const Choices& choices) {
  std::vector<Mention> found;
  for (size_t place = 0; place < tokens.size(); ++place) {
    if (choices.listed) {
      if (const auto mention = ordinal_at(tokens, place, choices.options.size())) found.push_back(*mention);
    }
    for (size_t option = 0; option < choices.options.size(); ++option) {
      for (const auto& phrase : choices.options[option].phrases) {
        if (const auto end = phrase_end(tokens, place, phrase)) found.push_back({place, *end, option, false, false});
      }
      for (const Marker& marker : choices.options[option].markers) {
        if (const auto mention = marker_at(tokens, place, marker, option)) found.push_back(*mention);
      }
    }
  }
  return found;
}

// The longer one stays, then the preferred kind; two options of one name both stay, unless they read the same.
std::vector<Mention> without_overlaps(std::vector<Mention> found, const Choices& choices, size_t num_tokens) {
  const auto before = [&](const Mention& a, const Mention& b) {
    const size_t length_a = a.end - a.begin, length_b = b.end - b.begin;
    if (length_a != length_b) return length_a > length_b;
    if (a.by_marker != b.by_marker) return a.by_marker == choices.markers_first;
    return a.begin < b.begin;
  };
  std::stable_sort(found.begin(), found.end(), before);
  std::vector<Mention> kept;
  constexpr size_t kFree = SIZE_MAX;
  std::vector<size_t> owner(num_tokens, kFree);  // token -> the mention kept there
  for (const Mention& mention : found) {
    const auto first = owner.begin() + static_cast<std::ptrdiff_t>(mention.begin);
    const auto last = owner.begin() + static_cast<std::ptrdiff_t>(mention.end);
    const bool hidden = std::any_of(first, last, [&](size_t kept_there) {
      if (kept_there == kFree) return false;
      const Mention& other = kept[kept_there];
      const bool twins = mention.begin == other.begin && mention.end == other.end &&
                         mention.by_marker == other.by_marker &&
                         choices.options[mention.option].text != choices.options[other.option].text;
      return !twins;
    });
    if (hidden) continue;
    std::fill(first, last, kept.size());
    kept.push_back(mention);
  }
  std::stable_sort(kept.begin(), kept.end(), [](const Mention& a, const Mention& b) { return a.begin < b.begin; });
  return kept;
}

}  // namespace

std::vector<Mention> find_mentions(Tokens tokens, const Choices& choices) {
  std::vector<Mention> mentions = without_overlaps(all_mentions(tokens, choices), choices, tokens.size());
  mark_denied(tokens, mentions);
  return mentions;
}

bool is_opening(const Token& token) { return is_one_of(token, kOpening); }
bool is_connective(const Token& token) { return is_one_of(token, kConnectives); }

}  // namespace flanmoe
