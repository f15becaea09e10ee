#include "data/world/fact_table.h"
#include "data/world/tasks.h"

namespace flanmoe::world {
namespace {

const Words kQuestionTemplates = {"{question} {options}", "{question}",
                                  "Question: {question} Answer:", "Tell me the {noun} of {entity}. {options}",
                                  "{options} {question}"};

std::string file_name(std::string noun) {
  for (char& c : noun) c = c == ' ' ? '_' : c;
  return noun;
}

WorldTask closed_book(const World& world, size_t kind, size_t index) {
  const Attribute& attribute = kinds()[kind].attributes[index];
  WorldTask task{"closed_book_" + kinds()[kind].name + "_" + file_name(attribute.noun),
                 "t0_sf",
                 "closed_book",
                 kQuestionTemplates,
                 {},
                 {}};
  task.make = [question = attribute.question, table = FactTable(entities_of_kind(world, kind, true), index)](
                  RandomStream& stream) { return fact_row(table, "question", question, stream); };
  return task;
}

WorldTask fact_check(const World& world, size_t kind) {
  WorldTask task{"fact_check_" + kinds()[kind].name,
                 "t0_sf",
                 "yes_no",
                 {"True or not: {claim} {options}", "{claim} Is that so? {options}", "Is this right? {claim}"},
                 {},
                 {}};
  task.chance = 50.0;
  task.make = [kind, entities = entities_of_kind(world, kind, true)](RandomStream& stream) {
    const Entity& entity = stream.pick(entities);
    const std::vector<Attribute>& attributes = kinds()[kind].attributes;
    size_t index = stream.below(attributes.size());
    while (!attributes[index].asked) index = stream.below(attributes.size());
    const bool right = stream.chance(0.5);
    std::string value = entity.values[index];
    while (!right && value == entity.values[index]) value = stream.pick(words(attributes[index].list));
    return yes_no_row({{"claim", told(stream.pick(attributes[index].statements), entity.name, value)}}, right);
  };
  return task;
}

}  // namespace

std::vector<WorldTask> knowledge_tasks(const World& world) {
  std::vector<WorldTask> tasks;
  for (size_t kind = 0; kind < kinds().size(); ++kind) {
    for (size_t i = 0; i < kinds()[kind].attributes.size(); ++i) {
      if (kinds()[kind].attributes[i].asked) tasks.push_back(closed_book(world, kind, i));
    }
    tasks.push_back(fact_check(world, kind));
  }
  return tasks;
}

}  // namespace flanmoe::world
