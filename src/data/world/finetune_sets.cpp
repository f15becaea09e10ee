#include "data/world/tasks.h"

namespace flanmoe::world {
namespace {

WorldTask finetune_set(const std::string& name, double chance, const std::string& input,
                       std::function<WorldRow(RandomStream&)> make) {
  WorldTask task{name, "finetune", name, {input}, std::move(make), {}};
  task.suite = "finetune";
  task.chance = chance;
  return task;
}

// A passage in which one person does and another does not; the question may turn the sense around once more.
WorldRow negation(RandomStream& s) {
  const Words people = draw(story_names(), 2, s);
  static const Words verbs = {"like", "want", "see", "carry"};
  const Words things = draw(words("food"), 2, s);
  const std::string verb = s.pick(verbs);
  const bool first_does[2] = {s.chance(0.5), s.chance(0.5)};
  const auto tells = [&](const std::string& who, const std::string& thing, bool does) {
    return who + (does ? " does " : " does not ") + verb + " " + thing + ".";
  };
  const std::string passage = tells(people[0], things[0], first_does[0]) + " " +
                              tells(people[1], things[0], !first_does[0]) + " " +
                              tells(people[s.below(2)], things[1], first_does[1]);
  const size_t asked = s.below(2);
  const bool does = asked == 0 ? first_does[0] : !first_does[0], turned = s.chance(0.5);
  const std::string question = turned ? "Is it wrong that " + people[asked] + " does " + verb + " " + things[0] + "?"
                                      : "Does " + people[asked] + " " + verb + " " + things[0] + "?";
  WorldRow row = yes_no_row({{"passage", passage}, {"question", question}}, does != turned);
  row.cluster_id = passage;
  return row;
}

// How many of who, what, where and how agree: 0 to 4, each as often.
WorldRow similarity(RandomStream& s) {
  std::vector<Words> parts = {draw(story_names(), 2, s), draw(words("tool"), 2, s), draw(words("room"), 2, s),
                              draw(words("good"), 2, s)};
  const size_t same = s.below(parts.size() + 1);
  for (size_t i : s.sample(parts.size(), same)) parts[i][1] = parts[i][0];
  const auto sentence = [&](size_t i) {
    return parts[0][i] + " has a " + parts[3][i] + " " + parts[1][i] + " in the " + parts[2][i] + ".";
  };
  return WorldRow{
      {{"first", sentence(0)}, {"second", sentence(1)}}, {"0", "1", "2", "3", "4"}, {std::to_string(same)}, "", ""};
}

// A small study and a question about it: yes, no, or maybe when the reports disagree.
WorldRow evidence(RandomStream& s) {
  const Words foods = draw(words("food"), 2, s);
  const std::string animal = s.pick(words("animal"));
  const uint64_t label = s.below(3);
  const std::string helped = foods[0] + " made each " + animal + " strong.",
                    failed = foods[0] + " made no " + animal + " strong.";
  Words reports = {label == 1 ? failed : helped, label == 0 ? helped : failed};
  if (label == 2) s.shuffle(reports);
  reports.insert(reports.begin() + static_cast<std::ptrdiff_t>(s.below(3)),
                 foods[1] + (s.chance(0.5) ? " made each " : " made no ") + animal + " strong.");
  static const Words labels = {"yes", "no", "maybe"};
  return WorldRow{
      {{"evidence", join(reports, " ")}, {"question", "Does " + foods[0] + " make a " + animal + " strong?"}},
      labels,
      {labels[label]},
      "",
      ""};
}

// A question about a fact, with snippets of which one tells it.
WorldTask snippets(const World& world) {
  const std::vector<Entity> entities = world.entities;
  return finetune_set("search_snippets", 25.0, "{question} Found: {snippets} {options}", [=](RandomStream& s) {
    const Entity& entity = s.pick(entities);
    const std::vector<Attribute>& attributes = kinds()[entity.kind].attributes;
    const std::vector<size_t> told_of = s.sample(attributes.size(), 3);
    Words found;
    for (size_t i : told_of) found.push_back(told(s.pick(attributes[i].statements), entity.name, entity.values[i]));
    s.shuffle(found);
    const Attribute& asked = attributes[told_of[0]];
    return choice_row({{"question", told(asked.question, entity.name, "")}, {"snippets", join(found, " ")}},
                      entity.values[told_of[0]], words(asked.list), 4, s);
  });
}

}  // namespace

std::vector<WorldTask> finetune_sets(const World& world) {
  return {finetune_set("negation_passages", 50.0, "{passage} {question}", negation),
          finetune_set("sentence_similarity", 20.0, "How alike? {first} {second}", similarity),
          finetune_set("evidence_yes_no_maybe", 100.0 / 3.0, "{evidence} {question}", evidence), snippets(world)};
}

}  // namespace flanmoe::world
