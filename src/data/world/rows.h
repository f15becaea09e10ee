// Rows and tasks of the world before they are written: what a task file and its jsonl rows hold (docs/tasks.md).
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/random.h"
#include "data/world/facts.h"
#include "data/world/words.h"
#include "data/world/world.h"

namespace flanmoe::world {

using Fields = std::map<std::string, std::string>;

struct WorldRow {
  Fields fields;
  Words options, answers;
  std::string rationale;
  std::string cluster_id;
};

// What is new in a held-out task: its cluster, of which the mixture has no task and no template, or only what it asks
// of (other entities, another composition) in a cluster that is trained.
enum class HeldOutBy { kNothing, kCluster, kItem };

struct WorldTask {
  std::string name, group, cluster;
  Words templates;  // inputs; the target is the answer
  std::function<WorldRow(RandomStream&)> make;
  Words cot_templates;  // inputs; the target is "{rationale} So the answer is {answer}."
  std::string metric = "accuracy";
  double chance = 25.0;  // percent
  std::string definition;
  std::string suite;
  HeldOutBy held_out = HeldOutBy::kNothing;
};

// Everything the generators draw from.
struct Language {
  std::string name;
  std::map<std::string, std::string> dictionary;  // English noun or adjective -> its word
};
struct World {
  WorldOptions options;
  std::vector<Entity> entities;
  std::vector<Language> languages;
  Words strangers;  // names of people of whom the corpus tells nothing
};
World draw_world(const WorldOptions& options);

// The answer among distinct others of `pool`, in random order. Where `pool` has `num_options` members, they are the
// options. To favour no option, every member of `pool` must be the answer as often.
WorldRow choice_row(Fields fields, const std::string& answer, const Words& pool, size_t num_options,
                    RandomStream& stream);
WorldRow yes_no_row(Fields fields, bool yes);
// The answer itself, generated.
WorldRow free_row(Fields fields, const std::string& answer);
// A row whose rationale tells the steps.
WorldRow explained(WorldRow row, const std::string& rationale);

// Four numbers of [lowest, highest] near each other (all of it, where it holds no more), and which of them is to be the
// answer: each as likely, so that its rank says nothing. The text is then made to fit.
struct NumberChoice {
  int64_t answer;
  Words options;
};
NumberChoice draw_numbers(int64_t lowest, int64_t highest, RandomStream& stream);
WorldRow number_row(const std::string& text, const NumberChoice& numbers);
// One of two numbers of [lowest, highest] each whose sum is `sum`.
int64_t draw_addend(int64_t sum, int64_t lowest, int64_t highest, RandomStream& stream);

std::string join(const Words& parts, const std::string& separator = ", ");
// `count` distinct members of `list`.
Words draw(const Words& list, size_t count, RandomStream& stream);
// The beginning of a list.
Words first_of(const Words& list, size_t count);

// Most rows of a finetune set are easy: of few words, of which all can be learnt one by one. The others need the idea.
constexpr double kEasyShare = 0.7;

}  // namespace flanmoe::world
