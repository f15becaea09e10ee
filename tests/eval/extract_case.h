// A table of generated texts and the answer that a careful human grader reads in each; "" = none can be read.
#pragma once

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "eval/answers/extract.h"

namespace flanmoe {

struct Said {
  std::string text, answer;
};

// Tables are large and say nothing twice.
inline void expect_answers(const ExtractionRule& rule, const std::vector<Said>& table, size_t at_least = 30) {
  EXPECT_GE(table.size(), at_least);
  std::set<std::string> texts;
  for (const Said& said : table) {
    EXPECT_TRUE(texts.insert(said.text).second) << "twice: " << said.text;
    const Extracted extracted = extract(rule, said.text);
    EXPECT_EQ(extracted.answer, said.answer) << "generated: " << said.text << "\nreason: " << extracted.reason;
    EXPECT_EQ(extracted.answer.empty(), !extracted.reason.empty()) << said.text;
  }
}

inline std::string reason_of(const ExtractionRule& rule, const std::string& text) { return extract(rule, text).reason; }

}  // namespace flanmoe
