#include "data/world/fact_table.h"

#include "base/error.h"

namespace flanmoe::world {
namespace {

constexpr size_t kOptions = 4;

}  // namespace

FactTable::FactTable(const std::vector<Entity>& entities, size_t attribute) : attribute_(attribute) {
  FLANMOE_ASSERT(!entities.empty());
  std::map<std::string, std::vector<Entity>> found;
  for (const Entity& entity : entities) found[entity.values[attribute]].push_back(entity);
  for (const auto& [value, holders] : found) {
    values_.push_back(value);
    by_value_.push_back(holders);
  }
  if (values_.size() < kOptions) values_ = words(this->attribute().list);
}

const Attribute& FactTable::attribute() const { return kinds()[by_value_[0][0].kind].attributes[attribute_]; }

std::vector<const Entity*> FactTable::draw(size_t count, RandomStream& stream) const {
  std::vector<const Entity*> drawn;
  for (const size_t i : stream.sample(by_value_.size(), count)) drawn.push_back(&stream.pick(by_value_[i]));
  return drawn;
}

std::vector<Entity> entities_of_kind(const World& world, size_t kind) {
  std::vector<Entity> result;
  for (const Entity& entity : world.entities) {
    if (entity.kind == kind) result.push_back(entity);
  }
  return result;
}

std::vector<Entity> entities_of_kind(const World& world, size_t kind, bool instructed) {
  std::vector<Entity> result;
  for (const Entity& entity : entities_of_kind(world, kind)) {
    if (entity.instructed == instructed) result.push_back(entity);
  }
  return result;
}

WorldRow fact_row(const FactTable& table, const std::string& field, const std::string& text, RandomStream& stream) {
  const Entity& entity = *table.draw(1, stream)[0];
  return choice_row({{field, told(text, entity.name, "")}, {"noun", table.attribute().noun}, {"entity", entity.name}},
                    table.value_of(entity), table.values(), kOptions, stream);
}

}  // namespace flanmoe::world
