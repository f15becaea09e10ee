// The pre-training text: every fact in every phrasing and as a question with its answer, general text that the word and
// number tasks need, and texts that are read by looking back.
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
// Every fact once more, as a question and its answer.
std::vector<Document> question_documents(const World& world);
// Every tenth entity alone, in articles and questions like the others' and about the same facts: little text that is read
// often, with which a model learns how facts are recalled before it learns all of them.
std::vector<Document> first_documents(const World& world);
// num_readings texts of story people, other values in each, that tell something and then tell it again, or ask for it.
std::vector<Document> reading_documents(const World& world);

}  // namespace flanmoe::world
