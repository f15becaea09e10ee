// How alike two sentences are, as CxC and SICK ask: in how many of their parts they agree.
#include "data/world/tasks.h"

namespace flanmoe::world {
namespace {

// Two values of each part, of which some agree: 0 to all of them, each number as often.
struct Compared {
  std::vector<Words> parts;
  size_t num_same;
};
Compared draw_parts(const Words& lists, RandomStream& s) {
  Compared compared{{}, s.below(lists.size() + 1)};
  for (const std::string& list : lists)
    compared.parts.push_back(draw(s.chance(kEasyShare) ? first_of(words(list), 3) : words(list), 2, s));
  for (const size_t i : s.sample(lists.size(), compared.num_same)) compared.parts[i][1] = compared.parts[i][0];
  return compared;
}

WorldRow similarity_row(const std::string& first, const std::string& second, const Compared& compared) {
  WorldRow row{{{"first", first}, {"second", second}}, {}, {std::to_string(compared.num_same)}, "", ""};
  for (size_t i = 0; i <= compared.parts.size(); ++i) row.options.push_back(std::to_string(i));
  return row;
}

WorldRow sentences(RandomStream& s) {
  const Compared c = draw_parts({"she", "good", "tool", "room"}, s);
  const auto sentence = [&](size_t i) {
    return c.parts[0][i] + " has a " + c.parts[1][i] + " " + c.parts[2][i] + " in the " + c.parts[3][i] + ".";
  };
  return similarity_row(sentence(0), sentence(1), c);
}

// Half of the second captions say the parts in another order.
WorldRow captions(RandomStream& s) {
  const Compared c = draw_parts({"colour", "animal", "room"}, s);
  const bool turned = s.chance(0.5);
  const std::string thing = "a " + c.parts[0][1] + " " + c.parts[1][1];
  return similarity_row("There is a " + c.parts[0][0] + " " + c.parts[1][0] + " in the " + c.parts[2][0] + ".",
                        turned ? "In the " + c.parts[2][1] + " is " + thing + "."
                               : "There is " + thing + " in the " + c.parts[2][1] + ".",
                        c);
}

}  // namespace

std::vector<WorldTask> similarity_sets() {
  return {finetune_set("sentence_similarity", 20.0, "How alike? {first} {second}", sentences),
          finetune_set("caption_similarity", 25.0, "How alike? {first} {second}", captions)};
}

}  // namespace flanmoe::world
