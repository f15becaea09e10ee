#include "data/world/tasks.h"

namespace flanmoe::world {
namespace {

constexpr size_t kPerson = 0;

const std::vector<Attribute>& person_attributes() { return kinds()[kPerson].attributes; }

std::string other_value(const Attribute& attribute, const std::string& value, RandomStream& stream) {
  std::string other = value;
  while (other == value) other = stream.pick(words(attribute.list));
  return other;
}

WorldTask reading(const World& world, size_t num_facts) {
  WorldTask task{
      "reading_" + std::to_string(num_facts) + "_facts",
      "t0_sf",
      "reading",
      {"{passage} {question} {options}", "{passage} {question}", "Read: {passage} Question: {question} {options}"},
      {},
      {}};
  task.make = [=](RandomStream& stream) {
    const Stranger person = draw_stranger(world, num_facts, true, stream);
    const size_t asked = stream.below(num_facts);
    const Attribute& attribute = person_attributes()[person.attributes[asked]];
    return choice_row(
        {{"passage", join(person.sentences, " ")}, {"question", told(attribute.question, person.name, "")}},
        person.values[asked], words(attribute.list), 4, stream);
  };
  return task;
}

// Two people share an attribute: whose value is asked?
WorldTask reading_two_people(const World& world, bool which) {
  WorldTask task{which ? "reading_which_person" : "reading_of_two",
                 "t0_sf",
                 "reading",
                 {"{passage} {question} {options}", "{passage} {question}", "{question} {options} {passage}"},
                 {},
                 {}};
  task.chance = 50.0;
  task.make = [=](RandomStream& stream) {
    Stranger a = draw_stranger(world, 1, true, stream), b = a;
    while (b.name == a.name) b.name = stream.pick(world.strangers);
    const Attribute& attribute = person_attributes()[a.attributes[0]];
    b.values[0] = other_value(attribute, a.values[0], stream);
    const std::string passage = a.sentences[0] + " " + told(attribute.statements[0], b.name, b.values[0]);
    const bool first = stream.chance(0.5);
    const Stranger& one = first ? a : b;
    if (!which) {
      return choice_row({{"passage", passage}, {"question", told(attribute.question, one.name, "")}}, one.values[0],
                        {a.values[0], b.values[0]}, 2, stream);
    }
    return choice_row({{"passage", passage}, {"question", "Who has the " + attribute.noun + " " + one.values[0] + "?"}},
                      one.name, {a.name, b.name}, 2, stream);
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
  task.make = [=](RandomStream& stream) {
    const Stranger person = draw_stranger(world, 2, true, stream);
    const size_t asked = stream.below(2);
    const Attribute& attribute = person_attributes()[person.attributes[asked]];
    const bool right = stream.chance(0.5);
    const std::string value = right ? person.values[asked] : other_value(attribute, person.values[asked], stream);
    return yes_no_row({{"passage", join(person.sentences, " ")},
                       {"claim", told(stream.pick(attribute.statements), person.name, value)}},
                      right);
  };
  return task;
}

WorldTask entailment(const World& world, const std::string& name, Words templates, size_t num_facts) {
  WorldTask task{name, "muffin", "entailment", std::move(templates), {}, {}};
  task.chance = 100.0 / 3.0;
  task.make = [=](RandomStream& stream) {
    const Stranger person = draw_stranger(world, num_facts + 1, true, stream);
    const uint64_t label = stream.below(3);  // true, false, unknown
    // The last fact is never in the text: what it claims stays unknown.
    const size_t told_of = label == 2 ? num_facts : stream.below(num_facts);
    const Attribute& attribute = person_attributes()[person.attributes[told_of]];
    const std::string value =
        label == 1 ? other_value(attribute, person.values[told_of], stream) : person.values[told_of];
    const Words shown(person.sentences.begin(), person.sentences.end() - 1);
    static const Words labels = {"true", "false", "unknown"};
    return WorldRow{
        {{"premise", join(shown, " ")}, {"hypothesis", told(stream.pick(attribute.statements), person.name, value)}},
        labels,
        {labels[label]},
        "",
        ""};
  };
  return task;
}

WorldTask paraphrase(const World& world, const std::string& name, Words templates, bool same_person) {
  WorldTask task{name, "muffin", "paraphrase", std::move(templates), {}, {}};
  task.chance = 50.0;
  task.make = [=](RandomStream& stream) {
    const Stranger person = draw_stranger(world, 1, true, stream);
    const Attribute& attribute = person_attributes()[person.attributes[0]];
    const bool same = stream.chance(0.5);
    std::string who = person.name, value = person.values[0];
    if (!same && same_person) value = other_value(attribute, value, stream);
    while (!same && !same_person && who == person.name) who = stream.pick(world.strangers);
    return yes_no_row({{"first", person.sentences[0]}, {"second", told(stream.pick(attribute.statements), who, value)}},
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
  task.make = [=](RandomStream& stream) {
    const std::string name = stream.pick(world.strangers), value = stream.pick(words(attribute.list));
    return free_row({{"name", name}, {"noun", attribute.noun}, {"value", value}},
                    told(attribute.statements[0], name, value));
  };
  return task;
}

}  // namespace

Stranger draw_stranger(const World& world, size_t num_facts, bool asked, RandomStream& stream) {
  std::vector<size_t> candidates;
  for (size_t i = 0; i < person_attributes().size(); ++i) {
    if (person_attributes()[i].asked == asked) candidates.push_back(i);
  }
  Stranger person{stream.pick(world.strangers), {}, {}, {}};
  for (size_t i : stream.sample(candidates.size(), num_facts)) {
    const Attribute& attribute = person_attributes()[candidates[i]];
    person.attributes.push_back(candidates[i]);
    person.values.push_back(stream.pick(words(attribute.list)));
    person.sentences.push_back(told(stream.pick(attribute.statements), person.name, person.values.back()));
  }
  return person;
}

std::vector<WorldTask> passage_tasks(const World& world) {
  std::vector<WorldTask> tasks = {reading(world, 1),
                                  reading(world, 2),
                                  reading(world, 3),
                                  reading_two_people(world, true),
                                  reading_two_people(world, false),
                                  passage_yes_no(world)};
  tasks.push_back(entailment(world, "entailment_one_sentence",
                             {"{premise} So {hypothesis} {options}", "Text: {premise} Claim: {hypothesis} {options}",
                              "Given: {premise} What about: {hypothesis}"},
                             1));
  tasks.push_back(entailment(world, "entailment_two_sentences",
                             {"{premise} Does it follow? {hypothesis} {options}",
                              "{options} {premise} Then: {hypothesis}", "If {premise} then {hypothesis}"},
                             2));
  tasks.push_back(
      entailment(world, "claim_check",
                 {"Claim: {hypothesis} Known: {premise} {options}", "Known: {premise} Check: {hypothesis} {options}",
                  "Judge the claim: {hypothesis} Text: {premise}"},
                 2));
  tasks.push_back(paraphrase(world, "paraphrase",
                             {"{first} {second} Same meaning? {options}", "Do these say the same? {first} {second}",
                              "Same? {first} | {second} {options}"},
                             true));
  tasks.push_back(paraphrase(world, "same_person",
                             {"{first} {second} Same person? {options}", "Is it about one person? {first} {second}",
                              "One person or two? {first} | {second} {options}"},
                             false));
  for (size_t i = 0; i < person_attributes().size(); ++i) {
    if (person_attributes()[i].asked) tasks.push_back(data_to_text(world, i));
  }
  return tasks;
}

}  // namespace flanmoe::world
