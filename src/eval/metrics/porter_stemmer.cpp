#include "eval/metrics/porter_stemmer.h"

#include <map>
#include <string_view>
#include <vector>

namespace flanmoe {
namespace {

bool is_consonant(std::string_view word, size_t i) {
  const char c = word[i];
  if (c == 'a' || c == 'e' || c == 'i' || c == 'o' || c == 'u') return false;
  return c != 'y' || i == 0 || !is_consonant(word, i - 1);
}

// m in [C](VC)^m[V]: how often a vowel is followed by a consonant.
int measure(std::string_view stem) {
  int count = 0;
  for (size_t i = 1; i < stem.size(); ++i) count += !is_consonant(stem, i - 1) && is_consonant(stem, i) ? 1 : 0;
  return count;
}

bool contains_vowel(std::string_view stem) {
  for (size_t i = 0; i < stem.size(); ++i) {
    if (!is_consonant(stem, i)) return true;
  }
  return false;
}

bool ends_double_consonant(std::string_view word) {
  const size_t n = word.size();
  return n >= 2 && word[n - 1] == word[n - 2] && is_consonant(word, n - 1);
}

// Consonant, vowel, consonant other than w, x, y; or the whole word is a vowel and a consonant.
bool ends_cvc(std::string_view word) {
  const size_t n = word.size();
  if (n == 2) return !is_consonant(word, 0) && is_consonant(word, 1);
  return n >= 3 && is_consonant(word, n - 3) && !is_consonant(word, n - 2) && is_consonant(word, n - 1) &&
         std::string_view("wxy").find(word[n - 1]) == std::string_view::npos;
}

struct SuffixRule {
  std::string_view suffix, replacement;
};

std::string replaced(const std::string& word, const SuffixRule& rule) {
  return word.substr(0, word.size() - rule.suffix.size()) + std::string(rule.replacement);
}

// The first rule whose suffix fits decides, whether its stem is long enough or not.
std::string apply_first(const std::string& word, const std::vector<SuffixRule>& rules, int more_than) {
  for (const SuffixRule& rule : rules) {
    if (!word.ends_with(rule.suffix)) continue;
    return measure(replaced(word, {rule.suffix, ""})) > more_than ? replaced(word, rule) : word;
  }
  return word;
}

std::string plural(const std::string& word) {
  if (word.ends_with("ies") && word.size() == 4) return replaced(word, {"ies", "ie"});
  for (const SuffixRule& rule : {SuffixRule{"sses", "ss"}, {"ies", "i"}, {"ss", "ss"}, {"s", ""}}) {
    if (word.ends_with(rule.suffix)) return replaced(word, rule);
  }
  return word;
}

// What is left of a word without -ed or -ing gets its e back or loses a doubled letter.
std::string mended(const std::string& stem) {
  for (const SuffixRule& rule : {SuffixRule{"at", "ate"}, {"bl", "ble"}, {"iz", "ize"}}) {
    if (stem.ends_with(rule.suffix)) return replaced(stem, rule);
  }
  if (ends_double_consonant(stem)) {
    return std::string_view("lsz").find(stem.back()) == std::string_view::npos ? stem.substr(0, stem.size() - 1) : stem;
  }
  return measure(stem) == 1 && ends_cvc(stem) ? stem + "e" : stem;
}

std::string past_and_participle(const std::string& word) {
  if (word.ends_with("ied")) return replaced(word, {"ied", word.size() == 4 ? "ie" : "i"});
  if (word.ends_with("eed")) return measure(replaced(word, {"eed", ""})) > 0 ? replaced(word, {"eed", "ee"}) : word;
  for (const std::string_view suffix : {"ed", "ing"}) {
    if (!word.ends_with(suffix)) continue;
    const std::string stem = replaced(word, {suffix, ""});
    if (contains_vowel(stem)) return mended(stem);
  }
  return word;
}

std::string final_y(const std::string& word) {
  if (!word.ends_with('y')) return word;
  const std::string stem = word.substr(0, word.size() - 1);
  return stem.size() > 1 && is_consonant(stem, stem.size() - 1) ? stem + "i" : word;
}

std::string double_suffix(const std::string& word) {
  static const std::vector<SuffixRule> kRules = {
      {"ational", "ate"}, {"tional", "tion"}, {"enci", "ence"}, {"anci", "ance"}, {"izer", "ize"},
      {"bli", "ble"},     {"alli", "al"},     {"entli", "ent"}, {"eli", "e"},     {"ousli", "ous"},
      {"ization", "ize"}, {"ation", "ate"},   {"ator", "ate"},  {"alism", "al"},  {"iveness", "ive"},
      {"fulness", "ful"}, {"ousness", "ous"}, {"aliti", "al"},  {"iviti", "ive"}, {"biliti", "ble"},
      {"fulli", "ful"}};
  if (word.ends_with("alli") && measure(replaced(word, {"alli", ""})) > 0)
    return double_suffix(replaced(word, {"alli", "al"}));
  if (word.ends_with("logi"))
    return measure(word.substr(0, word.size() - 3)) > 0 ? replaced(word, {"logi", "log"}) : word;
  return apply_first(word, kRules, 0);
}

std::string adjective_suffix(const std::string& word) {
  static const std::vector<SuffixRule> kRules = {{"icate", "ic"}, {"ative", ""}, {"alize", "al"}, {"iciti", "ic"},
                                                 {"ical", "ic"},  {"ful", ""},   {"ness", ""}};
  return apply_first(word, kRules, 0);
}

std::string single_suffix(const std::string& word) {
  static const std::vector<SuffixRule> kBefore = {{"al", ""},    {"ance", ""}, {"ence", ""}, {"er", ""},
                                                  {"ic", ""},    {"able", ""}, {"ible", ""}, {"ant", ""},
                                                  {"ement", ""}, {"ment", ""}, {"ent", ""}};
  static const std::vector<SuffixRule> kAfter = {{"ou", ""},  {"ism", ""}, {"ate", ""}, {"iti", ""},
                                                 {"ous", ""}, {"ive", ""}, {"ize", ""}};
  for (const SuffixRule& rule : kBefore) {
    if (word.ends_with(rule.suffix)) return apply_first(word, {rule}, 1);
  }
  if (word.ends_with("ion")) {
    const std::string stem = replaced(word, {"ion", ""});
    return measure(stem) > 1 && (stem.ends_with('s') || stem.ends_with('t')) ? stem : word;
  }
  return apply_first(word, kAfter, 1);
}

std::string final_e(const std::string& word) {
  if (!word.ends_with('e')) return word;
  const std::string stem = word.substr(0, word.size() - 1);
  const int size = measure(stem);
  return size > 1 || (size == 1 && !ends_cvc(stem)) ? stem : word;
}

std::string final_ll(const std::string& word) {
  return word.ends_with("ll") && measure(word.substr(0, word.size() - 1)) > 1 ? word.substr(0, word.size() - 1) : word;
}

}  // namespace

std::string porter_stem(const std::string& word) {
  static const std::map<std::string, std::string> kIrregular = {
      {"sky", "sky"},       {"skies", "sky"},       {"dying", "die"},       {"lying", "lie"},
      {"tying", "tie"},     {"news", "news"},       {"inning", "inning"},   {"innings", "inning"},
      {"outing", "outing"}, {"outings", "outing"},  {"canning", "canning"}, {"cannings", "canning"},
      {"howe", "howe"},     {"proceed", "proceed"}, {"exceed", "exceed"},   {"succeed", "succeed"}};
  if (const auto found = kIrregular.find(word); found != kIrregular.end()) return found->second;
  if (word.size() <= 2) return word;
  const std::string singular = final_y(past_and_participle(plural(word)));
  return final_ll(final_e(single_suffix(adjective_suffix(double_suffix(singular)))));
}

}  // namespace flanmoe
