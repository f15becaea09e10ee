#include "data/world/tasks.h"

namespace flanmoe::world {
namespace {

using Make = std::function<WorldRow(RandomStream&)>;

std::string text_of(int64_t number) { return std::to_string(number); }

WorldTask reasoning(const std::string& name, double chance, Make make) {
  WorldTask task{"reasoning_" + name,  "heldout",       name,
                 {"{text} {options}"}, std::move(make), {"{text} {options} Explain first."}};
  task.suite = "reasoning";
  task.chance = chance;
  return task;
}

WorldRow number_row(const std::string& text, int64_t answer, const std::string& rationale, RandomStream& s) {
  WorldRow row = choice_row({{"text", text}}, text_of(answer), numbers_near(answer), 4, s);
  row.rationale = rationale;
  return row;
}

WorldRow finds_and_eats(RandomStream& s) {
  const int64_t a = s.between(2, 9), b = s.between(1, 9), c = s.between(1, a);
  return number_row(s.pick(story_names()) + " has " + text_of(a) + " nuts, finds " + text_of(b) + " and eats " +
                        text_of(c) + ". How many are left?",
                    a + b - c,
                    text_of(a) + " plus " + text_of(b) + " is " + text_of(a + b) + ". " + text_of(a + b) + " minus " +
                        text_of(c) + " is " + text_of(a + b - c) + ".",
                    s);
}

WorldRow three_together(RandomStream& s) {
  const Words p = draw(story_names(), 3, s);
  const int64_t a = s.between(1, 6), b = s.between(1, 6), c = s.between(1, 6);
  return number_row(p[0] + " has " + text_of(a) + " pens. " + p[1] + " has " + text_of(b) + " pens. " + p[2] + " has " +
                        text_of(c) + " pens. How many together?",
                    a + b + c,
                    text_of(a) + " plus " + text_of(b) + " is " + text_of(a + b) + ". " + text_of(a + b) + " plus " +
                        text_of(c) + " is " + text_of(a + b + c) + ".",
                    s);
}

WorldRow how_many_more(RandomStream& s) {
  const Words p = draw(story_names(), 2, s);
  const int64_t b = s.between(1, 9), c = s.between(1, 9);
  return number_row(p[0] + " has " + text_of(b + c) + " shells. " + p[1] + " has " + text_of(b) +
                        " shells. How many more has " + p[0] + "?",
                    c, text_of(b + c) + " minus " + text_of(b) + " is " + text_of(c) + ".", s);
}

WorldRow strongest_of_four(RandomStream& s) {
  const Words p = draw(story_names(), 4, s);
  const std::string text = p[0] + " is stronger than " + p[1] + ". " + p[1] + " is stronger than " + p[2] + ". " +
                           p[2] + " is stronger than " + p[3] + ". Who is strongest?";
  WorldRow row = choice_row({{"text", text}}, p[0], p, 4, s);
  row.rationale = p[0] + " is above " + p[1] + " and " + p[1] + " is above " + p[2] + ".";
  return row;
}

WorldTask qa(const std::string& name, double chance, Words templates, Make make) {
  WorldTask task{"qa_" + name, "heldout", name, std::move(templates), std::move(make), {}};
  task.suite = "qa";
  task.chance = chance;
  return task;
}

const Attribute& person_attribute(size_t index) { return kinds()[0].attributes[index]; }

// Passages about the attributes that no instruction asks for.
Make passage_question(const World& world) {
  return [=](RandomStream& s) {
    const Stranger person = draw_stranger(world, 2, false, s);
    const size_t asked = s.below(2);
    const Attribute& attribute = person_attribute(person.attributes[asked]);
    WorldRow row =
        choice_row({{"passage", join(person.sentences, " ")}, {"question", told(attribute.question, person.name, "")}},
                   person.values[asked], words(attribute.list), 4, s);
    row.cluster_id = row.fields["passage"];
    return row;
  };
}

Make passage_answer(const World& world) {
  const Make with_options = passage_question(world);
  return [=](RandomStream& s) {
    WorldRow row = with_options(s);
    row.options.clear();
    return row;
  };
}

Make passage_yes_no(const World& world) {
  return [=](RandomStream& s) {
    const Stranger person = draw_stranger(world, 2, false, s);
    const size_t asked = s.below(2);
    const Attribute& attribute = person_attribute(person.attributes[asked]);
    std::string value = person.values[asked];
    const bool right = s.chance(0.5);
    while (!right && value == person.values[asked]) value = s.pick(words(attribute.list));
    return yes_no_row(
        {{"passage", join(person.sentences, " ")}, {"claim", told(s.pick(attribute.statements), person.name, value)}},
        right);
  };
}

// Sentences of the corpus about facts that no instruction asks for, without the value that ends them: "Vorei enjoys".
Make completion(const World& world, size_t kind) {
  std::vector<Entity> entities;
  for (const Entity& entity : world.entities) {
    if (entity.kind == kind) entities.push_back(entity);
  }
  const std::vector<Attribute>& attributes = kinds()[kind].attributes;
  return [=](RandomStream& s) {
    const Entity& entity = s.pick(entities);
    size_t index = s.below(attributes.size());
    while (attributes[index].asked) index = s.below(attributes.size());
    const std::string ending = " {v}.";
    std::string statement = s.pick(attributes[index].statements);
    while (!statement.ends_with(ending)) statement = s.pick(attributes[index].statements);
    const std::string stem = told(statement.substr(0, statement.size() - ending.size()), entity.name, "");
    return choice_row({{"stem", stem}}, entity.values[index], words(attributes[index].list), 4, s);
  };
}

Make place_of_thing() {
  return [](RandomStream& s) {
    const Words things = draw(words("goods"), 3, s), rooms = draw(words("room"), 3, s);
    std::string passage;
    for (size_t i = 0; i < 3; ++i)
      passage += (i == 0 ? "The " : " The ") + things[i] + " stood in the " + rooms[i] + ".";
    const size_t asked = s.below(3);
    return choice_row({{"passage", passage}, {"question", "Where did the " + things[asked] + " stand?"}}, rooms[asked],
                      words("room"), 4, s);
  };
}

}  // namespace

std::vector<WorldTask> reasoning_tasks(const World&) {
  return {reasoning("finds_and_eats", 25.0, finds_and_eats), reasoning("three_together", 25.0, three_together),
          reasoning("how_many_more", 25.0, how_many_more), reasoning("strongest_of_four", 25.0, strongest_of_four)};
}

std::vector<WorldTask> qa_tasks(const World& world) {
  std::vector<WorldTask> tasks = {
      qa("passage_choice", 25.0, {"{passage} {question} {options}"}, passage_question(world)),
      qa("passage_answer", 0.0, {"{passage} {question}"}, passage_answer(world)),
      qa("passage_yes_no", 50.0, {"{passage} Is it true? {claim} {options}"}, passage_yes_no(world)),
      qa("place_of_thing", 25.0, {"{passage} {question} {options}"}, place_of_thing())};
  tasks[1].metric = "token_f1";
  for (size_t kind = 0; kind < kinds().size(); ++kind)
    tasks.push_back(qa("complete_" + kinds()[kind].name, 25.0, {"{stem} {options}"}, completion(world, kind)));
  return tasks;
}

}  // namespace flanmoe::world
