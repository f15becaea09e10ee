#include "cli/score_items.h"

#include <iostream>

#include "base/error.h"
#include "base/text_file.h"
#include "data/records.h"

namespace flanmoe {
namespace {

ScoreItem item_of(const Json& object, const std::string& where) {
  ScoreItem item{json_string(object, "prompt", where), {}, object.contains("id") ? object["id"] : Json(), where};
  if (is_blank(item.prompt)) fail_input("{}: 'prompt' is empty, expected a text", where);
  if (object.contains("answer")) item.answers.push_back(json_string(object, "answer", where));
  if (object.contains("answers") == object.contains("answer")) {
    fail_input("{}: expected either 'answer', a text, or 'answers', a list of texts", where);
  }
  if (object.contains("answers")) {
    if (!object["answers"].is_array() || object["answers"].empty())
      fail_input("{}: 'answers' is no list of texts", where);
    for (const Json& answer : object["answers"]) {
      if (!answer.is_string()) fail_input("{}: 'answers' holds {}, expected texts", where, json_excerpt(answer));
      item.answers.push_back(answer.get<std::string>());
    }
  }
  for (const std::string& answer : item.answers) {
    if (is_blank(answer)) fail_input("{}: an answer is empty, expected texts", where);
  }
  return item;
}

}  // namespace

std::vector<ScoreItem> read_items(const std::vector<std::string>& words, const std::string& input) {
  if (!words.empty()) {
    if (words.size() < 2) fail_input("one text is given; expected a prompt and at least one answer");
    for (size_t i = 0; i < words.size(); ++i)
      expect_utf8(words[i], i == 0 ? "the prompt" : fmt::format("answer {}", i));
    return {item_of({{"prompt", words[0]}, {"answers", std::vector<std::string>(words.begin() + 1, words.end())}},
                    "the prompt")};
  }
  const TextFile file = input.empty() ? text_of_stream(std::cin, "stdin", TextKind::kJson) : open_objects_file(input);
  std::vector<ScoreItem> items;
  each_object_of(file, [&](const Json& object, const std::string& where) { items.push_back(item_of(object, where)); });
  if (items.empty()) fail_input("{}: nothing to score; expected objects with 'prompt' and 'answers'", file.name);
  return items;
}

}  // namespace flanmoe
