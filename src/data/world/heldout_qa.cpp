#include "data/world/fact_table.h"
#include "data/world/people.h"
#include "data/world/tasks.h"

namespace flanmoe::world {
namespace {

constexpr double kOfThree = 100.0 / 3.0;
const std::string kPassageTemplate = "Text: {passage} Question: {question}";

// All of a kind that the mixture trains, over what it never asks for.
WorldTask qa(const std::string& name, const std::string& cluster, double chance, const std::string& input,
             std::function<WorldRow(RandomStream&)> make) {
  WorldTask task{"qa_" + name, "heldout", cluster, {input}, std::move(make), {}};
  task.suite = "qa";
  task.held_out = HeldOutBy::kItem;
  task.chance = chance;
  return task;
}

// Passages about three people by an attribute that no instruction asks for.
WorldRow passage_question(const World& world, RandomStream& s) {
  WorldRow row = people_row(draw_people(world, 3, false, s), s.below(3), s);
  row.cluster_id = row.fields["passage"];
  return row;
}

WorldRow place_of_thing(RandomStream& s) {
  const Words things = draw(words("goods"), 3, s), rooms = draw(words("room"), 3, s);
  Words sentences;
  for (size_t i = 0; i < 3; ++i) sentences.push_back("The " + things[i] + " stood in the " + rooms[i] + ".");
  const size_t asked = s.below(3);
  return choice_row({{"passage", join(sentences, " ")}, {"question", "Where did the " + things[asked] + " stand?"}},
                    rooms[asked], rooms, 3, s);
}

// Sentences of the corpus about facts that no instruction asks for, without the value that ends them: "Vorei enjoys".
WorldTask completion(const World& world, size_t kind) {
  const std::string ending = " {v}.";
  std::vector<FactTable> tables;
  std::vector<Words> stems;  // per table
  for (size_t i = 0; i < kinds()[kind].attributes.size(); ++i) {
    const Attribute& attribute = kinds()[kind].attributes[i];
    if (attribute.asked) continue;
    tables.emplace_back(entities_of_kind(world, kind), i);
    stems.emplace_back();
    for (const std::string& statement : attribute.statements) {
      if (statement.ends_with(ending)) stems.back().push_back(statement.substr(0, statement.size() - ending.size()));
    }
  }
  return qa("complete_" + kinds()[kind].name, "closed_book", 25.0, "The sentence is: {stem} {options}",
            [=](RandomStream& s) {
              const size_t i = s.below(tables.size());
              return fact_row(tables[i], "stem", s.pick(stems[i]), s);
            });
}

}  // namespace

std::vector<WorldTask> qa_tasks(const World& world) {
  std::vector<WorldTask> tasks = {
      qa("passage_choice", "reading", kOfThree, kPassageTemplate + " {options}",
         [=](RandomStream& s) { return passage_question(world, s); }),
      qa("passage_answer", "reading", 0.0, kPassageTemplate,
         [=](RandomStream& s) {
           WorldRow row = passage_question(world, s);
           row.options.clear();
           return row;
         }),
      qa("passage_yes_no", "yes_no", 50.0, "{passage} Is it true? {claim} {options}",
         [=](RandomStream& s) { return claim_row(draw_people(world, 2, false, s), s); }),
      qa("place_of_thing", "reading", kOfThree, kPassageTemplate + " {options}", place_of_thing)};
  tasks[1].metric = "token_f1";
  for (size_t kind = 0; kind < kinds().size(); ++kind) tasks.push_back(completion(world, kind));
  return tasks;
}

}  // namespace flanmoe::world
