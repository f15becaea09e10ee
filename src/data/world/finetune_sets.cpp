#include "data/world/tasks.h"

namespace flanmoe::world {

WorldTask finetune_set(const std::string& name, double chance, const std::string& input,
                       std::function<WorldRow(RandomStream&)> make) {
  WorldTask task{name, "finetune", name, {input}, std::move(make), {}};
  task.suite = "finetune";
  task.chance = chance;
  return task;
}

std::vector<WorldTask> finetune_sets(const World& world) {
  std::vector<WorldTask> sets;
  for (const auto& kind : {negation_sets(), similarity_sets(), evidence_sets(), snippet_sets(world)})
    sets.insert(sets.end(), kind.begin(), kind.end());
  return sets;
}

}  // namespace flanmoe::world
