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

struct WorldTask {
  std::string name, group, cluster;
  Words templates;  // inputs; the target is the answer
  std::function<WorldRow(RandomStream&)> make;
  Words cot_templates;  // inputs; the target is "{rationale} So the answer is {answer}."
  std::string metric = "accuracy";
  double chance = 25.0;  // percent
  std::string definition;
  std::string suite;
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

// The answer among distinct others of `pool`, in random order.
WorldRow choice_row(Fields fields, const std::string& answer, const Words& pool, size_t num_options,
                    RandomStream& stream);
WorldRow yes_no_row(Fields fields, bool yes);
// The answer itself, generated.
WorldRow free_row(Fields fields, const std::string& answer);

std::string join(const Words& parts, const std::string& separator = ", ");
// `count` distinct members of `list`.
Words draw(const Words& list, size_t count, RandomStream& stream);
// Numbers around `number`, none negative, as text: wrong answers to sums.
Words numbers_near(int64_t number);

}  // namespace flanmoe::world
