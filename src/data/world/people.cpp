#include "data/world/people.h"

namespace flanmoe::world {
namespace {

constexpr size_t kPerson = 0;

// Neighbours in the order, and of more than two people the first and the last: all stand in as many pairs.
std::vector<std::pair<size_t, size_t>> compared(size_t count) {
  std::vector<std::pair<size_t, size_t>> pairs;
  for (size_t i = 0; i + 1 < count; ++i) pairs.emplace_back(i, i + 1);
  if (count > 2) pairs.emplace_back(0, count - 1);
  return pairs;
}

}  // namespace

People draw_people(const World& world, size_t count, bool asked, RandomStream& stream) {
  return draw_people(draw(world.strangers, count, stream), asked, stream);
}

People draw_people(const Words& names, bool asked, RandomStream& stream) {
  const std::vector<Attribute>& attributes = kinds()[kPerson].attributes;
  const Attribute* attribute = &stream.pick(attributes);
  while (attribute->asked != asked) attribute = &stream.pick(attributes);
  People people{attribute, names, draw(words(attribute->list), names.size(), stream), {}};
  for (size_t i = 0; i < names.size(); ++i)
    people.sentences.push_back(told(stream.pick(attribute->statements), names[i], people.values[i]));
  return people;
}

WorldRow people_row(const People& people, size_t asked, RandomStream& stream) {
  return choice_row({{"passage", people.text()}, {"question", people.question(asked)}}, people.values[asked],
                    people.values, people.values.size(), stream);
}

WorldRow who_row(const People& people, size_t asked, RandomStream& stream) {
  const std::string question = "Who has the " + people.attribute->noun + " " + people.values[asked] + "?";
  return choice_row({{"passage", people.text()}, {"question", question}}, people.names[asked], people.names,
                    people.names.size(), stream);
}

WorldRow claim_row(const People& people, RandomStream& stream) {
  const size_t who = stream.below(2);
  const bool right = stream.chance(0.5);
  const std::string claim =
      told(stream.pick(people.attribute->statements), people.names[who], people.values[right ? who : 1 - who]);
  return yes_no_row({{"passage", people.text()}, {"claim", claim}}, right);
}

WorldRow order_row(const Ranking& ranking, RandomStream& stream) {
  const size_t count = ranking.places.size(), asked = stream.below(count);
  const Words people = draw(story_names(), count, stream);
  Words sentences, steps;
  for (const auto& [above, below] : compared(count)) {
    sentences.push_back(stream.chance(0.5) ? people[above] + " is " + ranking.more + " than " + people[below] + "."
                                           : people[below] + " is " + ranking.less + " than " + people[above] + ".");
  }
  stream.shuffle(sentences);
  for (size_t i = 0; i + 1 < count; ++i) steps.push_back(people[i] + " is above " + people[i + 1]);
  return explained(choice_row({{"text", join(sentences, " ") + " Who is " + ranking.places[asked] + "?"}},
                              people[asked], people, count, stream),
                   join(steps, " and ") + ".");
}

}  // namespace flanmoe::world
