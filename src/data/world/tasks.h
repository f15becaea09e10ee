// The families of instruction tasks, one file each: together at least 120 tasks in at least 12 clusters and the four
// groups of the paper. Defined in data/world/tasks_*.cpp, data/world/heldout_*.cpp, data/world/finetune_*.cpp.
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

// Single tasks for finetuning, two of each of the paper's four kinds, with easy and hard rows: a small model learns
// some of a set from a few hundred rows. Only search_snippets asks for facts that the corpus tells.
std::vector<WorldTask> finetune_sets(const World& world);
std::vector<WorldTask> negation_sets();                   // negation_passages, negation_of_scope: yes or no
std::vector<WorldTask> similarity_sets();                 // sentence_similarity, caption_similarity: a number
std::vector<WorldTask> evidence_sets();                   // evidence_yes_no_maybe, evidence_of_trials
std::vector<WorldTask> snippet_sets(const World& world);  // search_snippets, stranger_snippets: one of what is found
WorldTask finetune_set(const std::string& name, double chance, const std::string& input,
                       std::function<WorldRow(RandomStream&)> make);

// A composition of a list skill and a word skill ("the opposite of the last word"): some are in the mixture, some held
// out.
struct Composition {
  std::string name, phrase;  // phrase: "the opposite of the last word"
  std::function<WorldRow(RandomStream&)> make;
};
std::vector<Composition> compositions(const World& world, bool held_out);

}  // namespace flanmoe::world
