#include "eval/metrics/squad.h"

#include <algorithm>
#include <cctype>
#include <map>

#include "base/unicode.h"

namespace flanmoe {
namespace {

std::string without_punctuation(const std::string& text) {
  std::string result;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x80 || std::ispunct(byte) == 0) result += c;
  }
  return result;
}

bool is_article(std::string_view word) { return word == "a" || word == "an" || word == "the"; }

// Articles are whole runs of letters and digits: in "the–end" one is, in "theory" none.
std::string without_articles(const std::string& text) {
  std::string result, run;
  const auto flush = [&] {
    result += is_article(run) ? " " : run;
    run.clear();
  };
  for (size_t i = 0; i < text.size();) {
    const Character next = character_at(text, i);
    if (!is_word_character(next.value)) flush();
    (is_word_character(next.value) ? run : result) += text.substr(i, next.size);
    i += next.size;
  }
  flush();
  return result;
}

std::vector<std::string> squad_words(const std::string& text) {
  return split_words(without_articles(without_punctuation(lower_text(text))));
}

std::string joined(const std::vector<std::string>& words) {
  std::string result;
  for (const std::string& word : words) result += (result.empty() ? "" : " ") + word;
  return result;
}

double f1(const std::vector<std::string>& said, const std::vector<std::string>& wanted) {
  if (said.empty() || wanted.empty()) return said.empty() && wanted.empty() ? 1.0 : 0.0;
  std::map<std::string, int64_t> left;
  for (const std::string& word : wanted) ++left[word];
  int64_t common = 0;
  for (const std::string& word : said) common += left[word]-- > 0 ? 1 : 0;
  return 2.0 * static_cast<double>(common) / static_cast<double>(said.size() + wanted.size());
}

// Texts of which nothing is left: signs alone, "+" and "-", are compared as written, and are no articles.
bool differ_in_signs(const std::string& a, const std::string& b) {
  if (!squad_words(a).empty() || !squad_words(b).empty()) return false;
  const auto only_signs = [](const std::string& text) { return split_words(without_punctuation(text)).empty(); };
  if (only_signs(a) != only_signs(b)) return true;
  return only_signs(a) && joined(split_words(a)) != joined(split_words(b));
}

}  // namespace

std::string squad_normalised(const std::string& text) { return joined(squad_words(text)); }

double exact_match(const std::string& prediction, const std::vector<std::string>& answers) {
  return std::any_of(answers.begin(), answers.end(), [&](const std::string& answer) {
    return squad_normalised(answer) == squad_normalised(prediction) && !differ_in_signs(prediction, answer);
  });
}

double niv2_exact_match(const std::string& prediction, const std::vector<std::string>& answers) {
  const auto normalised = [](const std::string& text) {
    return joined(split_words(without_punctuation(lower_text(text))));
  };
  const std::string said = normalised(prediction);
  return std::any_of(answers.begin(), answers.end(),
                     [&](const std::string& answer) { return normalised(answer) == said; });
}

double token_f1(const std::string& prediction, const std::vector<std::string>& answers) {
  const std::vector<std::string> said = squad_words(prediction);
  double best = 0.0;
  for (const std::string& answer : answers) {
    if (!differ_in_signs(prediction, answer)) best = std::max(best, f1(said, squad_words(answer)));
  }
  return best;
}

}  // namespace flanmoe
