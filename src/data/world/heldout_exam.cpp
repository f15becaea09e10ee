#include "data/world/tasks.h"

namespace flanmoe::world {
namespace {

// The same form for every subject: a question and four answers.
const Words kExamTemplates = {"{question} {options}"};

std::vector<Entity> examined_entities(const World& world, size_t kind, bool also_instructed) {
  std::vector<Entity> result;
  for (const Entity& entity : world.entities) {
    if (entity.kind == kind && (also_instructed || !entity.instructed)) result.push_back(entity);
  }
  return result;
}

WorldTask subject(const World& world, const std::string& name, size_t kind, const std::vector<size_t>& attributes,
                  bool also_instructed) {
  const std::vector<Entity> entities = examined_entities(world, kind, also_instructed);
  WorldTask task{"exam_" + name, "heldout", "closed_book", kExamTemplates, {}, {}};
  task.suite = "exam";
  task.make = [=](RandomStream& stream) {
    const Entity& entity = stream.pick(entities);
    const size_t index = stream.pick(attributes);
    const Attribute& attribute = kinds()[kind].attributes[index];
    return choice_row({{"question", told(attribute.question, entity.name, "")}}, entity.values[index],
                      words(attribute.list), 4, stream);
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
        tasks.push_back(subject(world, kinds()[kind].name + "_" + attribute.noun, kind, {i}, true));
      }
    }
    tasks.push_back(subject(world, "unseen_" + kinds()[kind].name, kind, asked, false));
  }
  return tasks;
}

}  // namespace flanmoe::world
