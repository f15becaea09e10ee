// One card per question: the answer, the sentence with its numbers, and the comparisons it rests on.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "report/html.h"
#include "report/sections.h"

namespace flanmoe::report {
namespace {

std::string parts_table(const Json& parts, const std::string& where) {
  Table table({"comparison", "difference"});
  std::vector<std::string> bases;
  for (const Json& part : parts) {
    const auto interval = interval_at(part, "interval", where);
    table.row({escape(json_string(part, "label", where)), interval_html(interval, 1, true)});
    if (interval && std::find(bases.begin(), bases.end(), interval->basis) == bases.end())
      bases.push_back(interval->basis);
  }
  if (bases.empty()) return table.str();
  return table.str() +
         fmt::format("<p class=\"note\">In brackets: {}.</p>\n", escape(fmt::format("{}", fmt::join(bases, "; "))));
}

// The sentence without the answer in front, which stands above it.
std::string explanation(const std::string& text, const std::string& answer) {
  return text.starts_with(answer + ": ") ? text.substr(answer.size() + 2) : text;
}

// Whether the paper says the same; nothing where it says nothing or the runs do not decide.
std::string beside_the_paper(const Json& verdict) {
  const std::string agreement = verdict.value("agreement", "");
  return agreement.empty() ? "" : fmt::format(" <small>{} with the paper</small>", escape(agreement));
}

std::string remarks(const Json& verdict) {
  std::string text;
  if (const std::string paper = verdict.value("paper", ""); !paper.empty())
    text += fmt::format("<p class=\"note\">The paper: {}</p>\n", escape(paper));
  if (!verdict.value("primary", true))
    text += "<p class=\"note\">Outside the family of questions whose level is held together.</p>\n";
  return text;
}

std::string card(const Json& verdict, const std::string& where) {
  const std::string answer = json_string(verdict, "answer", where);
  std::string body =
      fmt::format("<h3>{}</h3>\n<p class=\"answer\">{}{}</p>\n<p>{}</p>\n{}",
                  escape(json_string(verdict, "question", where)), answer_badge(answer), beside_the_paper(verdict),
                  escape(explanation(json_string(verdict, "text", where), answer)), remarks(verdict));
  const Json parts = verdict.value("parts", Json::array());
  if (!parts.empty())
    body += details(fmt::format("The {} it rests on", parts.size() == 1 ? "comparison" : "comparisons"),
                    parts_table(parts, where));
  return fmt::format("<article class=\"card {}\">\n{}</article>\n",
                     answer == "yes" || answer == "no" || answer == "equal" ? answer : "noisy", body);
}

}  // namespace

std::string verdict_section(const View& view) {
  std::string cards;
  size_t index = 0;
  for (const Json& verdict : view.json["verdicts"])
    cards += card(verdict, fmt::format("{}: verdicts[{}]", view.where, index++));
  if (cards.empty()) return "";
  return section("verdicts", "Verdicts", "<div class=\"cards\">\n" + cards + "</div>\n");
}

}  // namespace flanmoe::report
