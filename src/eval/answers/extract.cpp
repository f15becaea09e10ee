#include "eval/answers/extract.h"

#include <algorithm>
#include <cctype>
#include <functional>
#include <regex>
#include <sstream>

#include "base/config.h"
#include "base/error.h"
#include "base/nearest_name.h"
#include "base/unicode.h"
#include "data/render.h"
#include "eval/answers/answer_text.h"
#include "eval/answers/extract_choice.h"
#include "eval/answers/extract_number.h"
#include "eval/answers/extract_span.h"

namespace flanmoe {
namespace {

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

std::string trimmed(const std::string& text) {
  const size_t begin = text.find_first_not_of(" \t\n.:"), end = text.find_last_not_of(" \t\n.:");
  return begin == std::string::npos ? "" : text.substr(begin, end - begin + 1);
}

// Place of the option a letter such as "b", "(b)" or "b." names; nothing when the text is no such letter.
std::optional<size_t> letter_index(const std::string& text, size_t num_options) {
  static const std::regex kLetter(R"(^\(?([a-z])[\).]?$)");
  std::smatch match;
  if (!std::regex_match(text, match, kLetter)) return std::nullopt;
  const auto index = static_cast<size_t>(match[1].str()[0] - 'a');
  return index < num_options ? std::optional(index) : std::nullopt;
}

// Lower case, without articles and extra space; punctuation becomes `punctuation` (a point inside a number and a minus
// stay).
std::string normalised(const std::string& text, const std::string& punctuation) {
  std::string plain;
  const std::string low = lower(text);
  for (size_t i = 0; i < low.size(); ++i) {
    const auto c = static_cast<unsigned char>(low[i]);
    const bool point = c == '.' && i > 0 && i + 1 < low.size() &&
                       std::isdigit(static_cast<unsigned char>(low[i - 1])) &&
                       std::isdigit(static_cast<unsigned char>(low[i + 1]));
    const bool minus = c == '-' && i + 1 < low.size() && std::isdigit(static_cast<unsigned char>(low[i + 1]));
    plain += std::ispunct(c) && !point && !minus ? punctuation : std::string(1, low[i]);
  }
  std::istringstream words(plain);
  std::string result;
  for (std::string word; words >> word;) {
    if (word == "a" || word == "an" || word == "the") continue;
    result += (result.empty() ? "" : " ") + word;
  }
  return result;
}

// Whole words, whatever stands between them.
bool contains_words(const std::string& text, const std::string& words) {
  const std::string wanted = normalised(words, " ");
  return !wanted.empty() && (" " + normalised(text, " ") + " ").find(" " + wanted + " ") != std::string::npos;
}

}  // namespace

std::string normalised_answer(const std::string& text) { return normalised(text, ""); }

std::string option_key(const std::string& text) {
  if (const std::string key = normalised_answer(text); !key.empty()) return key;
  const std::vector<std::string> words = split_words(lower_text(text));
  std::string article = fmt::format("{}", fmt::join(words, ""));
  std::erase_if(article, [](unsigned char c) { return std::ispunct(c) != 0; });
  return article.empty() ? fmt::format("{}", fmt::join(words, " ")) : article;
}

Extracted extract_answer(const std::string& generated, const std::vector<std::string>& options) {
  static const std::string kMark = "answer is";
  const size_t mark = lower(generated).rfind(kMark);
  std::string answer = mark == std::string::npos ? generated : generated.substr(mark + kMark.size());
  if (mark != std::string::npos) answer = answer.substr(0, answer.find(". "));
  answer = trimmed(answer);
  if (answer.empty()) return {"", "none found"};
  if (options.empty()) return {answer, ""};
  const std::string low = lower(answer), said = normalised_answer(answer);
  const std::optional<size_t> letter = letter_index(low, options.size());
  const std::function<bool(const std::string&)> ways[] = {
      [&](const std::string& option) { return trimmed(option) == answer; },  // an option may be "a" or "+"
      [&](const std::string& option) { return lower(trimmed(option)) == low; },
      [&](const std::string& option) { return !said.empty() && normalised_answer(option) == said; },
      [&](const std::string& option) { return letter && &option == &options[*letter]; },
      [&](const std::string& option) { return contains_words(answer, option); },
  };
  for (const auto& fits : ways) {
    const auto found = std::find_if(options.begin(), options.end(), fits);
    if (found == options.end()) continue;
    // Others may read the same, but none may differ.
    const bool only =
        std::all_of(found, options.end(), [&](const std::string& other) { return other == *found || !fits(other); });
    if (!only) return {"", "none found"};
    return {*found, "", static_cast<size_t>(found - options.begin())};
  }
  return {"", "none found"};
}

// Digits grouped by commas in threes, or plain; or nothing before the point, when no word or number ends there.
std::string extract_number(const std::string& text) {
  static const std::regex kNumber(
      R"((-?)\$?((?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?)|(?:^|[^\w.\-])(-?)\$?(\.\d+))");
  std::string last;
  for (std::sregex_iterator match(text.begin(), text.end(), kNumber), end; match != end; ++match) {
    last = (*match)[2].matched ? (*match)[1].str() + (*match)[2].str() : (*match)[3].str() + "0" + (*match)[4].str();
  }
  last.erase(std::remove(last.begin(), last.end(), ','), last.end());
  return last;
}

namespace {

Extracted by_choice(const ExtractionRule& rule, const std::string& generated) {
  return rule.options.empty() ? find_span(generated, rule.chain_of_thought) : extract_choice(rule, generated);
}

Extracted by_yes_no(const ExtractionRule& rule, const std::string& generated) {
  if (!rule.options.empty()) return extract_choice(rule, generated);
  ExtractionRule two = rule;
  two.options = {"yes", "no"};
  return extract_choice(two, generated);
}

struct NamedRule {
  const char* name;
  Extracted (*find)(const ExtractionRule&, const std::string&);
};
constexpr NamedRule kRules[] = {
    {"choice", by_choice},
    {"yes_no", by_yes_no},
    {"number", [](const ExtractionRule& r, const std::string& said) { return find_number(said, r.chain_of_thought); }},
    {"span", [](const ExtractionRule& r, const std::string& said) { return find_span(said, r.chain_of_thought); }},
    {"text", [](const ExtractionRule& r, const std::string& said) { return find_text(said, r.chain_of_thought); }},
};

std::string rule_name(const TaskSpec& task, const TaskRow& row) {
  if (!task.extraction.empty()) return task.extraction;
  switch (task.answer_form) {
    case AnswerForm::kClass:
      return row.options.empty() ? "span" : "choice";
    case AnswerForm::kSpan:
      return "span";
    case AnswerForm::kNumber:
      return "number";
    case AnswerForm::kFreeText:
      return "text";
  }
  return "text";
}

OptionMarkers markers_of(const PromptTemplate& prompt, const std::string& place) {
  const std::string style = option_style(prompt.input, place);
  if (style == kNoOptionStyle) return OptionMarkers::kHidden;
  if (!has_markers(style)) return OptionMarkers::kUnmarked;
  return style.starts_with("number") ? OptionMarkers::kNumbers : OptionMarkers::kLetters;
}

// The last word of a prompt when it asks for an answer: "A:", "Output:".
std::string cue_of(const PromptTemplate& prompt) {
  const std::vector<std::string> words = split_words(prompt.input);
  const bool asks = !words.empty() && words.back().ends_with(":") && words.back().find('}') == std::string::npos;
  return asks ? words.back() : "";
}

}  // namespace

std::string without_form(const PromptTemplate& prompt, const std::string& output) {
  const std::string_view said = strip_space_left(output);
  const std::string cue = cue_of(prompt);
  if (!cue.empty() && said.starts_with(cue)) return std::string(said.substr(cue.size()));
  static const std::regex kFormAndMarker(R"(A:\s*\(?[A-Za-z0-9]\).*)");
  const std::string line(first_line(said));
  return line.size() < 100 && std::regex_match(line, kFormAndMarker) ? std::string(said.substr(2)) : output;
}

ExtractionRule extraction_rule(const TaskSpec& task, const PromptTemplate& prompt, const TaskRow& row,
                               bool chain_of_thought) {
  ExtractionRule rule{rule_name(task, row), chain_of_thought, row.options, markers_of(prompt, task.name),
                      prompt.answers_by_marker};
  if (!prompt.answers_by_marker) return rule;
  PromptTemplate marked = prompt;
  marked.target = "{marker}";
  for (size_t option = 0; option < row.options.size(); ++option)
    rule.written_markers.push_back(render_choice(marked, task, row, option).text);
  return rule;
}

Extracted extract(const ExtractionRule& rule, const std::string& generated) {
  std::vector<std::string> names;
  for (const NamedRule& named : kRules) {
    names.emplace_back(named.name);
    if (rule.name != named.name) continue;
    return strip_space(generated).empty() ? Extracted{"", "empty"} : named.find(rule, generated);
  }
  fail_input("unknown extraction rule '{}', {}expected one of {}", rule.name, did_you_mean(rule.name, names),
             fmt::join(names, ", "));
}

}  // namespace flanmoe
