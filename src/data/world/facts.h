// The facts of the world: invented entities of five kinds, each with values for the attributes of its kind.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "data/world/words.h"
#include "data/world/world.h"

namespace flanmoe::world {

// In a text "{e}" stands for the entity and "{v}" for the value.
struct Attribute {
  std::string noun;      // "job"
  std::string list;      // where values come from (words.h)
  bool asked;            // false: told by the corpus and asked by the exam, never by an instruction task
  std::string question;  // "What is the job of {e}?"
  Words statements;      // several phrasings
};

struct Kind {
  std::string name;  // "person"
  std::vector<Attribute> attributes;
};
const std::vector<Kind>& kinds();

struct Entity {
  size_t kind;
  std::string name;
  Words values;     // one per attribute of the kind
  bool instructed;  // may instruction tasks name it?
};

// Entities of all kinds in turn, so that num_facts facts are told in all; values drawn
// evenly among those that instructions name and those that they do not.
std::vector<Entity> make_entities(const WorldOptions& options);

// The stems that names are made of.
Words pool_stems(const WorldOptions& options);

// The text with entity and value put in; `value_begin` (may be null) receives where the value begins.
std::string told(const std::string& text, const std::string& entity, const std::string& value,
                 size_t* value_begin = nullptr);

}  // namespace flanmoe::world
