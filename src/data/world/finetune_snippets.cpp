// Questions with snippets found for them, as SearchQA has them. Each option stands in a snippet; one snippet is about
// whom the question asks.
#include "data/world/fact_table.h"
#include "data/world/people.h"
#include "data/world/tasks.h"

namespace flanmoe::world {
namespace {

constexpr size_t kFound = 3;
constexpr double kChance = 100.0 / kFound;
const std::string kTemplate = "{question} Found: {snippets} {options}";

// Over facts of the corpus. Easy rows tell them in one phrasing.
std::function<WorldRow(RandomStream&)> of_facts(const World& world) {
  std::vector<FactTable> tables;
  for (size_t kind = 0; kind < kinds().size(); ++kind) {
    for (size_t i = 0; i < kinds()[kind].attributes.size(); ++i) tables.emplace_back(entities_of_kind(world, kind), i);
  }
  return [=](RandomStream& s) {
    const FactTable& table = s.pick(tables);
    const std::vector<const Entity*> entities = table.draw(kFound, s);
    const Words& statements = table.attribute().statements;
    const bool one_phrasing = s.chance(kEasyShare);
    const std::string phrasing = s.pick(statements);
    Words values, found;
    for (const Entity* entity : entities) {
      values.push_back(table.value_of(*entity));
      found.push_back(told(one_phrasing ? phrasing : s.pick(statements), entity->name, values.back()));
    }
    const Entity& asked = *entities[s.below(kFound)];
    return choice_row({{"question", told(table.attribute().question, asked.name, "")},
                       {"snippets", join(found, " ")},
                       {"entity", asked.name}},
                      table.value_of(asked), values, kFound, s);
  };
}

// Over people that the corpus never tells of. Easy rows: the same three people, and one of two attributes in one
// phrasing. Hard rows have a snippet more, about another attribute.
std::function<WorldRow(RandomStream&)> of_strangers(const World& world) {
  return [=](RandomStream& s) {
    const bool easy = s.chance(kEasyShare);
    const Words names = draw(easy ? first_of(world.strangers, kFound) : world.strangers, kFound, s);
    const auto is_usual = [&](const People& people) {
      return people.attribute->noun == "pet" || people.attribute->noun == "dish";
    };
    People people = draw_people(names, true, s), others = people;
    while (easy && !is_usual(people)) people = draw_people(names, true, s);
    while (others.attribute == people.attribute) others = draw_people(names, true, s);
    Words found = people.sentences;
    for (size_t i = 0; i < kFound && easy; ++i)
      found[i] = told(people.attribute->statements.back(), names[i], people.values[i]);
    if (!easy) found.push_back(others.sentences[0]);
    s.shuffle(found);
    const size_t asked = s.below(kFound);
    return choice_row({{"question", people.question(asked)}, {"snippets", join(found, " ")}}, people.values[asked],
                      people.values, kFound, s);
  };
}

}  // namespace

std::vector<WorldTask> snippet_sets(const World& world) {
  return {finetune_set("search_snippets", kChance, kTemplate, of_facts(world)),
          finetune_set("stranger_snippets", kChance, kTemplate, of_strangers(world))};
}

}  // namespace flanmoe::world
