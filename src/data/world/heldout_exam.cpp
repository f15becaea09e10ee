#include "data/world/fact_table.h"
#include "data/world/tasks.h"

namespace flanmoe::world {
namespace {

// The same form for every subject: a question and four answers. No template of the mixture.
const Words kExamTemplates = {"Question: {question} {options} Answer:"};

WorldTask subject(const std::string& name, const std::vector<Entity>& entities, const std::vector<size_t>& attributes) {
  WorldTask task{"exam_" + name, "heldout", "closed_book", kExamTemplates, {}, {}};
  task.suite = "exam";
  task.held_out = HeldOutBy::kItem;
  std::vector<FactTable> tables;
  for (const size_t attribute : attributes) tables.emplace_back(entities, attribute);
  task.make = [=](RandomStream& stream) {
    const FactTable& table = stream.pick(tables);
    return fact_row(table, "question", table.attribute().question, stream);
  };
  return task;
}

}  // namespace

// One subject per kind over entities that no instruction names, one per attribute that no instruction asks for.
std::vector<WorldTask> exam_tasks(const World& world) {
  std::vector<WorldTask> tasks;
  for (size_t kind = 0; kind < kinds().size(); ++kind) {
    std::vector<size_t> asked;
    for (size_t i = 0; i < kinds()[kind].attributes.size(); ++i) {
      const Attribute& attribute = kinds()[kind].attributes[i];
      if (attribute.asked) {
        asked.push_back(i);
      } else {
        tasks.push_back(subject(kinds()[kind].name + "_" + attribute.noun, entities_of_kind(world, kind), {i}));
      }
    }
    tasks.push_back(subject("unseen_" + kinds()[kind].name, entities_of_kind(world, kind, false), asked));
  }
  return tasks;
}

}  // namespace flanmoe::world
