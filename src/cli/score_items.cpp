#include "cli/score_items.h"

#include <iostream>

#include "base/error.h"
#include "base/files.h"

namespace flanmoe {
namespace {

ScoreItem item_of(const std::string& line, const std::string& file, int64_t number) {
  const std::string where = fmt::format("{}:{}", file, number);
  const Json object = parse_json(line, file, number);
  ScoreItem item{json_string(object, "prompt", where), {}, object.contains("id") ? object["id"] : Json()};
  if (item.prompt.empty()) fail_input("{}: 'prompt' is empty, expected a text", where);
  if (object.contains("answer")) item.answers.push_back(json_string(object, "answer", where));
  if (object.contains("answers") == object.contains("answer")) {
    fail_input("{}: expected either 'answer', a text, or 'answers', a list of texts", where);
  }
  if (!object.contains("answers")) return item;
  if (!object["answers"].is_array() || object["answers"].empty())
    fail_input("{}: 'answers' is no list of texts", where);
  for (const Json& answer : object["answers"]) {
    if (!answer.is_string()) fail_input("{}: 'answers' holds {}, expected texts", where, answer.dump());
    item.answers.push_back(answer.get<std::string>());
  }
  return item;
}

}  // namespace

std::vector<ScoreItem> read_items(const std::vector<std::string>& words, const std::string& input) {
  if (!words.empty()) {
    if (words.size() < 2) fail_input("one text is given; expected a prompt and at least one answer");
    return {{words[0], {words.begin() + 1, words.end()}, nullptr}};
  }
  std::vector<std::string> lines;
  const std::string name = input.empty() ? "stdin" : input;
  if (input.empty()) {
    for (std::string line; std::getline(std::cin, line);) lines.push_back(line);
  } else {
    lines = read_lines(input);
  }
  std::vector<ScoreItem> items;
  for (size_t i = 0; i < lines.size(); ++i) {
    if (!lines[i].empty()) items.push_back(item_of(lines[i], name, static_cast<int64_t>(i) + 1));
  }
  if (items.empty()) fail_input("{}: nothing to score; expected objects with 'prompt' and 'answers'", name);
  return items;
}

}  // namespace flanmoe
