// What small studies say, as PubMedQA asks: yes, no, or maybe.
#include <algorithm>

#include "data/world/tasks.h"

namespace flanmoe::world {
namespace {

enum Label : size_t { kYes, kNo, kMaybe };
const Words kLabels = {"yes", "no", "maybe"};

WorldRow evidence_row(Words sentences, const std::string& question, size_t label, RandomStream& s) {
  s.shuffle(sentences);
  return {{{"evidence", join(sentences, " ")}, {"question", question}}, kLabels, {kLabels[label]}, "", ""};
}

// Easy rows: three foods of which one helped each animal, one none and one some of them. Hard rows: two reports of each
// of two foods, which may disagree (maybe); over both foods as many reports say each as say none.
WorldRow reports(RandomStream& s) {
  const bool easy = s.chance(kEasyShare);
  const Words foods = draw(easy ? first_of(words("food"), 3) : words("food"), 3, s);
  const std::string animal = s.pick(words("animal")), question = "Does " + foods[0] + " help a " + animal + "?";
  const size_t label = s.below(kLabels.size());
  static const Words kVerbs = {"helped", "cured", "saved"};
  const std::string verb = s.pick(kVerbs);  // of easy rows
  const auto report = [&](const std::string& food, size_t result) {
    static const Words kResults = {"each", "no", "some"};
    return food + " " + (easy ? verb : s.pick(kVerbs)) + " " + kResults[result] + " " + animal + ".";
  };
  if (easy) {
    const size_t turn = 1 + s.below(2);
    return evidence_row(
        {report(foods[0], label), report(foods[1], (label + turn) % 3), report(foods[2], (label + 2 * turn) % 3)},
        question, label, s);
  }
  const size_t one = label == kMaybe ? kYes : label, other = label == kMaybe ? kNo : label;
  return evidence_row({report(foods[0], one), report(foods[0], other), report(foods[1], one == kYes ? kNo : kYes),
                       report(foods[1], other == kYes ? kNo : kYes)},
                      question, label, s);
}

// How many got well with a food and without it, out of few numbers or of many; maybe when they are equal. Another food
// has a third number. Whatever the label, one number stands twice and another once.
WorldRow trials(RandomStream& s) {
  static const Words kFew = {"one", "five", "nine"},
                     kMany = {"one", "two", "three", "four", "five", "six", "seven", "eight", "nine"};
  const bool easy = s.chance(kEasyShare);
  const Words foods = draw(words("food"), 2, s), &numbers = easy ? kFew : kMany;
  std::vector<size_t> two = s.sample(numbers.size(), 2);
  std::sort(two.begin(), two.end());
  const size_t label = s.below(kLabels.size()), twice = s.pick(two), once = two[0] + two[1] - twice;
  const size_t with = label == kMaybe ? twice : two[label == kYes ? 1 : 0],
               without = label == kMaybe ? twice : two[label == kYes ? 0 : 1];
  const auto well = [&](const std::string& how, size_t number) { return how + " " + numbers[number] + " got well."; };
  return evidence_row({well("With " + foods[0], with), well("Without " + foods[0], without),
                       well("With " + foods[1], label == kMaybe ? once : twice)},
                      "Does " + foods[0] + " help?", label, s);
}

}  // namespace

std::vector<WorldTask> evidence_sets() {
  constexpr double kOfThree = 100.0 / 3.0;
  return {finetune_set("evidence_yes_no_maybe", kOfThree, "{evidence} {question}", reports),
          finetune_set("evidence_of_trials", kOfThree, "{evidence} {question}", trials)};
}

}  // namespace flanmoe::world
