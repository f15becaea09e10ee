// The pre-training text: every fact in every phrasing, and general text that the word and number tasks need.
#pragma once

#include <string>
#include <vector>

#include "data/world/rows.h"

namespace flanmoe::world {

struct Document {
  std::string text;
  std::vector<std::pair<size_t, size_t>> spans;  // byte ranges of attribute values: the salient spans
};

// Short articles, each about one entity; over all of them every fact is told once in each of num_phrasings phrasings.
std::vector<Document> fact_documents(const World& world);
// Number facts, opposites, kinds of things, calendars, dictionaries of the invented languages, small stories.
std::vector<Document> general_documents(const World& world);

}  // namespace flanmoe::world
