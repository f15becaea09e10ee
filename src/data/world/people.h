// Texts about people: some of whom the corpus never tells, and one of whom a question is about; and people in an order.
#pragma once

#include "data/world/rows.h"

namespace flanmoe::world {

// People that the corpus never tells of, in random order, each with a value of one attribute, all different: "Vorei
// works as a baker." Whoever reads a text of them must see who has which.
struct People {
  const Attribute* attribute;  // of kinds()[0]
  Words names, values;
  Words sentences;  // one each, in some phrasing of the attribute

  std::string text() const { return join(sentences, " "); }
  std::string question(size_t person) const { return told(attribute->question, names[person], ""); }
};
// `asked` = false: of an attribute that no instruction task asks for.
People draw_people(const World& world, size_t count, bool asked, RandomStream& stream);
// Of these names.
People draw_people(const Words& names, bool asked, RandomStream& stream);

// The values are the options, or the people: "Which sport does Vorei enjoy?", "Who has the sport chess?"
WorldRow people_row(const People& people, size_t asked, RandomStream& stream);
WorldRow who_row(const People& people, size_t asked, RandomStream& stream);
// One person with the own value, or with the other's: fields `passage` and `claim`; `people` are two.
WorldRow claim_row(const People& people, RandomStream& stream);

// Ways to say an order of two to four people.
struct Ranking {
  std::string more, less;  // "taller", "shorter"
  Words places;            // from the top, one per person: "tallest", "in the middle", "shortest"
};
// People who are compared in pairs ("Mira is taller than Tobo." or "Tobo is shorter than Mira."), each as often as any
// other, then one of the places is asked for: field `text`, the people as options, the order as rationale.
WorldRow order_row(const Ranking& ranking, RandomStream& stream);

}  // namespace flanmoe::world
