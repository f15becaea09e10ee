#include "data/world/people.h"
#include "data/world/tasks.h"

namespace flanmoe::world {
namespace {

constexpr size_t kPerson = 0;

const std::vector<Attribute>& person_attributes() { return kinds()[kPerson].attributes; }

// Every option stands in the passage: of whom it is told is what counts.
WorldTask reading(const World& world, const std::string& name, size_t num_people, bool which_person) {
  WorldTask task{
      "reading_" + name,
      "t0_sf",
      "reading",
      {"{passage} {question} {options}", "{passage} {question}", "Read: {passage} Question: {question} {options}"},
      {},
      {}};
  task.chance = 100.0 / static_cast<double>(num_people);
  task.make = [=](RandomStream& stream) {
    const People people = draw_people(world, num_people, true, stream);
    const size_t asked = stream.below(num_people);
    return which_person ? who_row(people, asked, stream) : people_row(people, asked, stream);
  };
  return task;
}

// Two people, two facts of each.
WorldTask reading_two_facts(const World& world) {
  WorldTask task = reading(world, "two_facts", 2, false);
  task.templates.back() = "{question} {options} {passage}";
  task.make = [=](RandomStream& stream) {
    People people = draw_people(world, 2, true, stream), other = people;
    while (other.attribute == people.attribute) other = draw_people(world, 2, true, stream);
    for (size_t i = 0; i < 2; ++i)
      people.sentences.push_back(told(stream.pick(other.attribute->statements), people.names[i], other.values[i]));
    stream.shuffle(people.sentences);
    return people_row(people, stream.below(2), stream);
  };
  return task;
}

WorldTask passage_yes_no(const World& world) {
  WorldTask task{"passage_yes_no",
                 "t0_sf",
                 "yes_no",
                 {"{passage} Is this so? {claim} {options}", "{passage} {claim} Yes or no?",
                  "Claim: {claim} Text: {passage} {options}"},
                 {},
                 {}};
  task.chance = 50.0;
  task.make = [=](RandomStream& stream) { return claim_row(draw_people(world, 2, true, stream), stream); };
  return task;
}

// What a premise tells, and what a hypothesis claims.
struct Claim {
  const Attribute* attribute;
  std::string name, value;

  std::string text(RandomStream& stream) const { return told(stream.pick(attribute->statements), name, value); }
};

// 0 true, 1 false, 2 unknown.
size_t label_of(const Claim& claim, const std::vector<Claim>& premise) {
  size_t label = 2;
  for (const Claim& fact : premise) {
    if (fact.name != claim.name || fact.attribute != claim.attribute) continue;
    if (fact.value == claim.value) return 0;
    label = 1;
  }
  return label;
}

// Every name with every value of the premise: one of those that have the label.
Claim claim_with(size_t label, const std::vector<Claim>& premise, RandomStream& stream) {
  std::vector<Claim> found;
  for (const Claim& who : premise) {
    for (const Claim& what : premise) {
      const Claim claim{what.attribute, who.name, what.value};
      if (label_of(claim, premise) == label) found.push_back(claim);
    }
  }
  return stream.pick(found);
}

// Two people are told of by one attribute, and one or two of them by another: names and values of the hypothesis always
// stand in the premise.
WorldTask entailment(const World& world, const std::string& name, Words templates, size_t num_more) {
  WorldTask task{name, "muffin", "entailment", std::move(templates), {}, {}};
  task.chance = 100.0 / 3.0;
  task.make = [=](RandomStream& stream) {
    const People people = draw_people(world, 2, true, stream);
    People more = draw_people(world, 2, true, stream);
    while (more.attribute == people.attribute) more = draw_people(world, 2, true, stream);
    std::string third = people.names[0];
    while (third == people.names[0] || third == people.names[1]) third = stream.pick(world.strangers);
    std::vector<Claim> premise;
    for (size_t i = 0; i < 2; ++i) premise.push_back({people.attribute, people.names[i], people.values[i]});
    for (size_t i = 0; i < num_more; ++i)
      premise.push_back({more.attribute, i == 0 ? people.names[1] : third, more.values[i]});
    Words sentences;
    for (const Claim& fact : premise) sentences.push_back(fact.text(stream));
    stream.shuffle(sentences);
    static const Words kLabels = {"true", "false", "unknown"};
    const size_t label = stream.below(kLabels.size());
    return WorldRow{
        {{"premise", join(sentences, " ")}, {"hypothesis", claim_with(label, premise, stream).text(stream)}},
        kLabels,
        {kLabels[label]},
        "",
        ""};
  };
  return task;
}

// Two sentences of one attribute: of one person or two, of one value or two.
WorldTask paraphrase(const World& world, const std::string& name, Words templates, bool same_person) {
  WorldTask task{name, "muffin", "paraphrase", std::move(templates), {}, {}};
  task.chance = 50.0;
  task.make = [=](RandomStream& stream) {
    const People people = draw_people(world, 2, true, stream);
    const bool same = stream.chance(0.5), by_person = stream.chance(0.5);
    // The same meaning needs both to be the same, the same person one of them.
    const size_t who = same                       ? 0
                       : same_person || by_person ? 1
                                                  : 0,
                 what = same_person         ? stream.below(2)
                        : same || by_person ? 0
                                            : 1;
    return yes_no_row(
        {{"first", people.sentences[0]},
         {"second", told(stream.pick(people.attribute->statements), people.names[who], people.values[what])}},
        same);
  };
  return task;
}

WorldTask data_to_text(const World& world, size_t attribute_index) {
  const Attribute& attribute = person_attributes()[attribute_index];
  std::string noun = attribute.noun;
  for (char& c : noun) c = c == ' ' ? '_' : c;
  WorldTask task{"data_to_text_" + noun,
                 "muffin",
                 "data_to_text",
                 {"Write a sentence: name {name}, {noun} {value}.", "{name} | {noun} | {value} Put this into words.",
                  "Say it: {noun} of {name} = {value}"},
                 {},
                 {}};
  task.metric = "token_f1";
  task.chance = 0.0;
  task.make = [attribute, strangers = world.strangers](RandomStream& stream) {
    const std::string name = stream.pick(strangers), value = stream.pick(words(attribute.list));
    return free_row({{"name", name}, {"noun", attribute.noun}, {"value", value}},
                    told(attribute.statements[0], name, value));
  };
  return task;
}

}  // namespace

std::vector<WorldTask> passage_tasks(const World& world) {
  std::vector<WorldTask> tasks = {reading(world, "of_two", 2, false),
                                  reading(world, "of_three", 3, false),
                                  reading(world, "of_four", 4, false),
                                  reading(world, "which_person", 2, true),
                                  reading(world, "which_of_three", 3, true),
                                  reading_two_facts(world),
                                  passage_yes_no(world)};
  tasks.push_back(entailment(world, "entailment_three_sentences",
                             {"{premise} So {hypothesis} {options}", "Text: {premise} Claim: {hypothesis} {options}",
                              "Given: {premise} What about: {hypothesis}"},
                             1));
  tasks.push_back(entailment(world, "entailment_four_sentences",
                             {"{premise} Does it follow? {hypothesis} {options}",
                              "{options} {premise} Then: {hypothesis}", "If {premise} then {hypothesis}"},
                             2));
  tasks.push_back(
      entailment(world, "claim_check",
                 {"Claim: {hypothesis} Known: {premise} {options}", "Known: {premise} Check: {hypothesis} {options}",
                  "Judge the claim: {hypothesis} Text: {premise}"},
                 1));
  tasks.push_back(paraphrase(world, "paraphrase",
                             {"{first} {second} Same meaning? {options}", "Do these say the same? {first} {second}",
                              "Same? {first} | {second} {options}"},
                             false));
  tasks.push_back(paraphrase(world, "same_person",
                             {"{first} {second} Same person? {options}", "Is it about one person? {first} {second}",
                              "One person or two? {first} | {second} {options}"},
                             true));
  for (size_t i = 0; i < person_attributes().size(); ++i) {
    if (person_attributes()[i].asked) tasks.push_back(data_to_text(world, i));
  }
  return tasks;
}

}  // namespace flanmoe::world
