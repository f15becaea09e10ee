// A text in which every token is coloured by the expert that took it.
#include <fmt/format.h>

#include "report/html.h"
#include "report/sections.h"

namespace flanmoe::report {
namespace {

// Hues a golden angle apart, so that experts with near numbers look different; the number stands beside, for every eye.
std::string expert_colour(int64_t expert) {
  const int64_t hue = (expert * 13751 / 100) % 360;
  return fmt::format("hsl({},{}%,{}%)", hue, 70, expert % 2 == 0 ? 86 : 79);
}

std::string token_html(const Json& token, const std::string& where) {
  std::string piece = json_string(token, "piece", where);
  const int64_t expert = json_int(token, "expert", where);
  static const std::string kSpace = "\u2581";  // SentencePiece's mark of a word's beginning
  std::string space;
  if (piece.starts_with(kSpace)) {
    space = " ";
    piece = piece.substr(kSpace.size());
  }
  if (piece.empty()) piece = "␣";
  if (expert < 0) {
    const char* kind = token.value("dropped", false) ? "dropped" : "unchosen";
    return fmt::format(R"({}<span class="token {}" title="{}">{}</span>)", space, kind, kind, escape(piece));
  }
  return fmt::format(R"({}<span class="token" style="background:{}" title="expert {}">{}<sub>{}</sub></span>)", space,
                     expert_colour(expert), expert, escape(piece), expert);
}

std::string text_of(const Json& coloured, const std::string& where) {
  std::string result = fmt::format("<p class=\"tokens\"><b>{} {}</b><br>",
                                   escape(json_string(coloured, "stack", where)), json_int(coloured, "layer", where));
  for (const Json& token : json_at(coloured, "tokens", where)) result += token_html(token, where);
  return result + "</p>\n";
}

std::string texts_of(const Json& routing, const std::string& where) {
  std::string result;
  for (const Json& coloured : routing.value("coloured", Json::array())) result += text_of(coloured, where);
  return result;
}

}  // namespace

std::string coloured_texts(const View& view) {
  std::string open, folded;
  for (const Json& routing : view.json["routing"]) {
    if (json_string(routing, "stage", view.where) != "instructed") continue;
    const std::string texts = texts_of(routing, view.where + ": routing");
    if (texts.empty()) continue;
    const Arm& arm = view.arm(json_string(routing, "arm", view.where));
    if (open.empty()) {
      open = fmt::format("<h4>{}</h4>\n{}", view.label(arm.name), texts);
    } else {
      folded += details(arm.label, texts);
    }
  }
  if (open.empty()) return "";
  return "<h3>One text, seen by the router</h3>\n" +
         figure(open + folded,
                "Every token of one example with the number and colour of its expert (the one of largest weight), "
                "layer by layer, after instruction tuning. Struck through: dropped, all its experts were full. "
                "Dotted: no expert chose it.");
}

}  // namespace flanmoe::report
