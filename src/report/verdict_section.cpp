// One card per question: the answer, the sentence with its numbers, and the comparisons it rests on.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "report/html.h"
#include "report/sections.h"
#include "report/way_on.h"

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

// How an undecided question goes on.
std::string way_on(const Json& verdict, const std::string& command_of_study) {
  if (!verdict.contains("next") || verdict["next"].is_null()) return "";
  const std::string command = command_on(verdict, command_of_study);
  return fmt::format("<p class=\"note\">{}{}</p>\n", escape(text_at(verdict["next"], "text")),
                     command.empty() ? "" : ": <code>" + escape(command) + "</code>");
}

std::string remarks(const Json& verdict) {
  std::string text;
  if (const std::string paper = paper_says(verdict); !paper.empty())
    text += fmt::format("<p class=\"note\">The paper: {}</p>\n", paper);
  if (verdict.contains("primary") && verdict["primary"] == false)
    text += "<p class=\"note\">Outside the family of questions whose level is held together.</p>\n";
  return text;
}

std::string card(const Json& verdict, const std::string& command_of_study, const std::string& where) {
  const std::string answer = json_string(verdict, "answer", where);
  std::string body = fmt::format(
      "<h3>{}</h3>\n<p class=\"answer\">{} {}</p>\n<p>{}</p>\n{}", escape(json_string(verdict, "question", where)),
      answer_badge(answer), agreement_badge(verdict), escape(explanation(json_string(verdict, "text", where), answer)),
      way_on(verdict, command_of_study) + remarks(verdict));
  const Json parts = verdict.value("parts", Json::array());
  if (!parts.empty())
    body += details(fmt::format("The {} it rests on", parts.size() == 1 ? "comparison" : "comparisons"),
                    parts_table(parts, where));
  const bool is_decided = answer == "yes" || answer == "no" || answer == "equal";
  const std::string agreement = text_at(verdict, "agreement");
  return fmt::format("<article class=\"card {}\">\n{}</article>\n",
                     !is_decided         ? "noisy"
                     : agreement.empty() ? "decided"
                                         : agreement,
                     body);
}

}  // namespace

std::string paper_says(const Json& verdict) {
  const std::string expected = text_at(verdict, "expected"), paper = escape(text_at(verdict, "paper"));
  if (expected.empty()) return paper;
  return fmt::format("<b>{}</b>{}{}", escape(expected), paper.empty() ? "" : ". ", paper);
}

std::string agreement_badge(const Json& verdict) {
  const std::string agreement = text_at(verdict, "agreement");
  if (agreement.empty()) return "";
  return badge(agreement, (agreement == "agrees" ? "✓ " : "≠ ") + agreement + " with the paper");
}

std::string verdict_section(const View& view) {
  std::string cards;
  size_t index = 0;
  const std::string command = text_at(view.json, "command");
  for (const Json& verdict : view.json["verdicts"])
    cards += card(verdict, command, fmt::format("{}: verdicts[{}]", view.where, index++));
  if (cards.empty()) return "";
  return section("verdicts", "Verdicts", "<div class=\"cards\">\n" + cards + "</div>\n");
}

}  // namespace flanmoe::report
