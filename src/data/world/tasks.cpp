#include "data/world/tasks.h"

namespace flanmoe::world {

std::vector<WorldTask> instruction_tasks(const World& world) {
  std::vector<WorldTask> tasks;
  for (const auto family :
       {knowledge_tasks, passage_tasks, story_tasks, word_tasks, translation_tasks, number_tasks, cot_tasks}) {
    for (WorldTask& task : family(world)) tasks.push_back(std::move(task));
  }
  return tasks;
}

}  // namespace flanmoe::world
