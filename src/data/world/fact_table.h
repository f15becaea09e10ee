// Facts to ask for: entities of one kind by their value of one attribute, so that every value is asked for as often.
#pragma once

#include <vector>

#include "data/world/rows.h"

namespace flanmoe::world {

class FactTable {
 public:
  // `entities`: of one kind, at least one.
  FactTable(const std::vector<Entity>& entities, size_t attribute);

  const Attribute& attribute() const;
  // The values that some entity has, all of the attribute's list where these are fewer than four: what options are
  // drawn from.
  const Words& values() const { return values_; }
  // `count` entities of different values; there are as many.
  std::vector<const Entity*> draw(size_t count, RandomStream& stream) const;
  const std::string& value_of(const Entity& entity) const { return entity.values[attribute_]; }

 private:
  std::vector<std::vector<Entity>> by_value_;
  size_t attribute_;
  Words values_;
};

// The entities of a kind; `instructed`: of those that instruction tasks may name, or may not.
std::vector<Entity> entities_of_kind(const World& world, size_t kind);
std::vector<Entity> entities_of_kind(const World& world, size_t kind, bool instructed);

// A closed-book row: fields `entity` and `noun`, and `field` = `text` told of the entity, without the value.
WorldRow fact_row(const FactTable& table, const std::string& field, const std::string& text, RandomStream& stream);

}  // namespace flanmoe::world
