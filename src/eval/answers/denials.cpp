#include "eval/answers/denials.h"

#include <algorithm>
#include <array>
#include <unordered_set>

namespace flanmoe {
namespace {

using Words = std::unordered_set<std::string_view>;

constexpr size_t kWordsBefore = 4, kWordsBehind = 3;

const Words kNegators = {"not",   "isn't",    "wasn't", "aren't",  "never", "neither", "nor",  "cannot",
                         "can't", "couldn't", "won't",  "doesn't", "don't", "except",  "over", "excluding"};
// Negate only as pairs: "rather than", "out of" ("4 out of 5").
constexpr std::array<std::array<std::string_view, 2>, 4> kNegatingPairs = {
    {{"rather", "than"}, {"other", "than"}, {"instead", "of"}, {"out", "of"}}};
const Words kStops = {"but", "because", "since", "so", "although", "though", "yes"};
const Words kVerbs = {"is",   "was",  "are",   "be",      "can",    "could", "would",  "does",    "do",
                      "did",  "may",  "must",  "should",  "seems",  "isn't", "wasn't", "cannot",  "can't",
                      "were", "both", "looks", "doesn't", "aren't", "being", "don't",  "couldn't"};
const Words kRejecting = {"not",        "wrong",    "incorrect", "false",    "impossible", "ruled", "excluded",
                          "eliminated", "unlikely", "isn't",     "wasn't",   "cannot",     "can't", "doesn't",
                          "never",      "aren't",   "don't",     "couldn't", "out"};

bool is_one_of(const Token& token, const Words& words) { return token.word && words.contains(token.low); }

bool ends_clause(const Token& token) {
  constexpr std::string_view kSigns = ".,;:!?\n";
  return token.word ? kStops.contains(token.low) : kSigns.find(token.low) != std::string_view::npos;
}

bool denied_before(Tokens tokens, size_t begin) {
  size_t words = 0;
  for (size_t i = begin; i > 0 && words < kWordsBefore && !ends_clause(tokens[i - 1]); --i) {
    if (!tokens[i - 1].word) continue;
    ++words;
    if (is_one_of(tokens[i - 1], kNegators)) return true;
    if (i < 2) continue;
    for (const auto& [first, second] : kNegatingPairs) {
      if (tokens[i - 1].low == second && tokens[i - 2].low == first) return true;
    }
  }
  return false;
}

// "A is wrong", "A cannot be": a verb right behind and what rejects soon after it.
bool denied_behind(Tokens tokens, size_t end) {
  while (end < tokens.size() && !tokens[end].word && !ends_clause(tokens[end])) ++end;
  if (end == tokens.size() || !is_one_of(tokens[end], kVerbs)) return false;
  size_t words = 0;
  for (size_t i = end; i < tokens.size() && words < kWordsBehind && !ends_clause(tokens[i]); ++i) {
    if (!tokens[i].word) continue;
    ++words;
    if (is_one_of(tokens[i], kRejecting)) return true;
  }
  return false;
}

// Only signs other than a clause's end between two mentions: "(A) Lusk".
bool is_apposition(Tokens tokens, const Mention& a, const Mention& b) {
  for (size_t i = a.end; i < b.begin; ++i) {
    if (tokens[i].word || tokens[i].low == "\n") return false;
  }
  return a.option == b.option;
}

// "not A or B", "A and B are wrong".
bool is_coordination(Tokens tokens, const Mention& a, const Mention& b) {
  bool joined = false;
  for (size_t i = a.end; i < b.begin; ++i) {
    const std::string& low = tokens[i].low;
    joined = joined || low == "or" || low == "nor" || low == "and";
    if (tokens[i].word && low != "or" && low != "nor" && low != "and" && low != "option" && !is_article(low))
      return false;
  }
  return joined;
}

}  // namespace

void mark_denied(Tokens tokens, std::vector<Mention>& mentions) {
  for (size_t i = 0; i < mentions.size(); ++i) {
    Mention& mention = mentions[i];
    mention.denied = denied_before(tokens, mention.begin) || denied_behind(tokens, mention.end);
    if (i == 0 || !mentions[i - 1].denied || mention.denied) continue;
    mention.denied =
        is_apposition(tokens, mentions[i - 1], mention) || is_coordination(tokens, mentions[i - 1], mention);
  }
  for (size_t i = mentions.size(); i-- > 1;) {
    const bool apposed = is_apposition(tokens, mentions[i - 1], mentions[i]);
    const bool rejected = denied_behind(tokens, mentions[i].end);
    if (rejected && (apposed || is_coordination(tokens, mentions[i - 1], mentions[i]))) mentions[i - 1].denied = true;
  }
}

}  // namespace flanmoe
