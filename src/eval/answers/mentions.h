// Where a text names options, and where it denies them.
#pragma once

#include <string>
#include <vector>

#include "eval/answers/answer_text.h"

namespace flanmoe {

// What an option may be called.
struct Marker {
  std::string low;  // "b", "2"
  bool bare;        // also without brackets and without "option" in front
};
struct OptionNames {
  std::string text;                               // as the task writes it
  std::vector<std::vector<std::string>> phrases;  // content words
  std::vector<Marker> markers;
};
struct Choices {
  std::vector<OptionNames> options;
  bool listed = false;         // a list was shown: "the second one" has a meaning
  bool markers_first = false;  // a marker goes before a text that reads the same
};

struct Mention {
  size_t begin, end;  // tokens
  size_t option;
  bool by_marker;  // or by its place in the list
  bool denied;     // "not A", "A is wrong"
};

// In order, none inside another: of two that overlap the longer one stays.
std::vector<Mention> find_mentions(Tokens tokens, const Choices& choices);

// Words that may stand in front of an answer without being part of it ("I think it is option").
bool is_opening(const Token& token);
// Words that follow a named answer and speak of it: "because", "is", "and", ...
bool is_connective(const Token& token);

}  // namespace flanmoe
