// The families of instruction tasks, one file each: together at least 120 tasks in at least 12 clusters and the four
// groups of the paper. Defined in data/world/tasks_*.cpp, data/world/heldout_*.cpp, data/world/finetune_sets.cpp.
#pragma once

#include <vector>

#include "data/world/rows.h"

namespace flanmoe::world {

std::vector<WorldTask> knowledge_tasks(const World& world);    // closed book, fact check
std::vector<WorldTask> passage_tasks(const World& world);      // reading, entailment, paraphrase, data to text
std::vector<WorldTask> story_tasks(const World& world);        // sentiment, topic, coreference, grammar
std::vector<WorldTask> word_tasks(const World& world);         // words, lists, compositions of them
std::vector<WorldTask> translation_tasks(const World& world);  // between English and three invented languages
std::vector<WorldTask> number_tasks(const World& world);       // arithmetic, ordering, calendar
std::vector<WorldTask> cot_tasks(const World& world);          // chain of thought

// All of them.
std::vector<WorldTask> instruction_tasks(const World& world);

// Held out from the mixture: suites exam, hard, reasoning, qa.
std::vector<WorldTask> exam_tasks(const World& world);
std::vector<WorldTask> hard_tasks(const World& world);
std::vector<WorldTask> reasoning_tasks(const World& world);
std::vector<WorldTask> qa_tasks(const World& world);

// Single tasks for finetuning: negation_passages, sentence_similarity, evidence_yes_no_maybe, search_snippets.
std::vector<WorldTask> finetune_sets(const World& world);

// A composition of a list skill and a word skill ("the opposite of the last word"): some are in the mixture, some held
// out.
struct Composition {
  std::string name, phrase;  // phrase: "the opposite of the last word"
  std::function<WorldRow(RandomStream&)> make;
};
std::vector<Composition> compositions(const World& world, bool held_out);

// A person nobody was told about, with values: "Vorei works as a baker."
struct Stranger {
  std::string name;
  std::vector<size_t> attributes;  // of kinds()[kPerson]
  Words values, sentences;
};
// `asked` = false: the attributes that no instruction task asks for.
Stranger draw_stranger(const World& world, size_t num_facts, bool asked, RandomStream& stream);

}  // namespace flanmoe::world
