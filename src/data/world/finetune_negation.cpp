// Passages and questions with negations, as CondaQA has them.
#include "data/world/tasks.h"

namespace flanmoe::world {
namespace {

WorldRow passage_row(const Words& sentences, const std::string& question, bool yes) {
  WorldRow row = yes_no_row({{"passage", join(sentences, " ")}, {"question", question}}, yes);
  row.cluster_id = row.fields["passage"];
  return row;
}

// Easy rows: one of two people does, the other does not. Hard rows: the question may turn the sense around, and another
// sentence may stand between.
WorldRow negated(RandomStream& s) {
  const bool easy = s.chance(kEasyShare);
  const Words people = draw(easy ? first_of(story_names(), 2) : story_names(), 2, s),
              things = draw(words("food"), 2, s);
  static const Words kVerbs = {"like", "want", "see", "carry"};
  const std::string verb = s.pick(kVerbs);
  const bool first_does = s.chance(0.5), asks_first = s.chance(0.5), turned = !easy && s.chance(0.5);
  const auto tells = [&](const std::string& who, const std::string& thing, bool does) {
    return who + (does ? " does " : " does not ") + verb + " " + thing + ".";
  };
  Words sentences = {tells(people[0], things[0], first_does), tells(people[1], things[0], !first_does)};
  if (!easy && s.chance(0.5)) sentences.push_back(tells(s.pick(people), things[1], s.chance(0.5)));
  s.shuffle(sentences);
  const std::string& who = people[asks_first ? 0 : 1];
  const std::string question = turned ? "Is it wrong that " + who + " does " + verb + " " + things[0] + "?"
                                      : "Does " + who + " " + verb + " " + things[0] + "?";
  return passage_row(sentences, question, (first_does == asks_first) != turned);
}

// "All but the saw", "none but the saw". Easy rows: of one person, and two things. Hard rows: of two people where one
// takes all and the other none.
WorldRow scoped(RandomStream& s) {
  const bool easy = s.chance(kEasyShare), first_all = s.chance(0.5), asks_exception = s.chance(0.5);
  static const Words kVerbs = {"take", "want", "see", "need", "get"};
  const std::string verb = s.pick(kVerbs);
  const Words people = draw(story_names(), 2, s),
              things = draw(easy ? first_of(words("tool"), 2) : words("tool"), 2, s);
  // The colour changes nothing.
  const std::string colour = s.pick(words("colour"));
  const auto tells = [&](size_t i) {
    return people[i] + " " + verb + "s " + (first_all == (i == 0) ? "all" : "none") + " but the " + colour + " " +
           things[i] + ".";
  };
  Words sentences = {tells(0)};
  if (!easy) sentences.push_back(tells(1));
  s.shuffle(sentences);
  const size_t asked = easy ? 0 : s.below(2);
  const bool takes_all = first_all == (asked == 0);
  const std::string question =
      "Does " + people[asked] + " " + verb + " the " + colour + " " + things[asks_exception ? asked : 1 - asked] + "?";
  return passage_row(sentences, question, takes_all != asks_exception);
}

}  // namespace

std::vector<WorldTask> negation_sets() {
  return {finetune_set("negation_passages", 50.0, "{passage} {question}", negated),
          finetune_set("negation_of_scope", 50.0, "{passage} {question}", scoped)};
}

}  // namespace flanmoe::world
