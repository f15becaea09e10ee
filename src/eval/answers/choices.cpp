// What the options of a rule may be called.
#include "eval/answers/choices.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "base/unicode.h"

namespace flanmoe {
namespace {

using Phrase = std::vector<std::string>;

// The words of yes, no and maybe; a kind lends them to the one option of its kind.
const std::array<std::vector<Phrase>, 3>& kinds() {
  static const std::array<std::vector<Phrase>, 3> kKinds = {{
      {{"yes"}, {"true"}, {"correct"}, {"not", "false"}},
      {{"no"}, {"false"}, {"incorrect"}, {"not", "true"}, {"isn't", "true"}, {"not", "correct"}, {"isn't", "correct"}},
      {{"maybe"},
       {"perhaps"},
       {"possibly"},
       {"unknown"},
       {"uncertain"},
       {"unclear"},
       {"don't", "know"},
       {"do", "not", "know"},
       {"not", "sure"},
       {"can't", "tell"},
       {"cannot", "tell"},
       {"can't", "be", "determined"},
       {"cannot", "be", "determined"},
       {"not", "enough", "information"}},
  }};
  return kKinds;
}

bool is_of_kind(const OptionNames& option, const std::vector<Phrase>& kind) {
  return std::any_of(option.phrases.begin(), option.phrases.end(), [&kind](const Phrase& phrase) {
    return std::find(kind.begin(), kind.end(), phrase) != kind.end();
  });
}

void lend_words(std::vector<OptionNames>& options) {
  for (const auto& kind : kinds()) {
    const auto fits = [&kind](const OptionNames& option) { return is_of_kind(option, kind); };
    if (std::count_if(options.begin(), options.end(), fits) != 1) continue;
    OptionNames& option = *std::find_if(options.begin(), options.end(), fits);
    option.phrases.insert(option.phrases.end(), kind.begin(), kind.end());
  }
}

// The letter of an option that is nothing but a marker: "(B)", "b.", "B"; "" for any other.
std::string own_letter(const std::string& option) {
  std::string letter;
  for (const char c : option) {
    if (std::isalpha(static_cast<unsigned char>(c)) != 0) {
      letter += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    } else if (std::string_view("().[] ").find(c) == std::string_view::npos) {
      return "";
    }
  }
  return letter.size() == 1 && letter.size() < option.size() ? letter : "";
}

std::vector<Marker> markers_at(size_t place, OptionMarkers shown) {
  constexpr size_t kLetters = 26;
  const Marker letter{place < kLetters ? std::string(1, static_cast<char>('a' + place)) : "",
                      shown == OptionMarkers::kLetters};
  const Marker number{std::to_string(place + 1), shown == OptionMarkers::kNumbers};
  if (shown == OptionMarkers::kHidden) return {};
  if (shown == OptionMarkers::kNumbers || letter.low.empty()) return {number};
  return {letter, number};
}

}  // namespace

Choices choices_of(const ExtractionRule& rule) {
  Choices choices{{}, rule.markers != OptionMarkers::kHidden, rule.answers_by_marker};
  for (size_t i = 0; i < rule.options.size(); ++i) {
    OptionNames option{rule.options[i], {}, markers_at(i, rule.markers)};
    if (const std::string letter = own_letter(option.text); !letter.empty()) {
      option.markers = {{letter, true}};
    } else if (Phrase words = content_words(plain_signs(without_markup(option.text))); !words.empty()) {
      option.phrases.push_back(std::move(words));
    }
    choices.options.push_back(std::move(option));
  }
  if (rule.name == "yes_no") lend_words(choices.options);
  return choices;
}

}  // namespace flanmoe
