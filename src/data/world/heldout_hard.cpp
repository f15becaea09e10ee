#include <algorithm>

#include <fmt/format.h>

#include "data/world/tasks.h"

namespace flanmoe::world {
namespace {

using Make = std::function<WorldRow(RandomStream&)>;

WorldTask hard(const std::string& name, double chance, Make make) {
  WorldTask task{"hard_" + name,       "heldout",       name,
                 {"{text} {options}"}, std::move(make), {"{text} {options} Explain first."}};
  task.suite = "hard";
  task.chance = chance;
  return task;
}

WorldRow explained(WorldRow row, const std::string& rationale) {
  row.rationale = rationale;
  return row;
}

// "not true and false or true", from left to right.
WorldRow boolean_expression(RandomStream& s) {
  const auto name = [](bool value) { return std::string(value ? "true" : "false"); };
  std::string text, steps;
  bool value = false;
  for (int64_t i = 0; i < 3; ++i) {
    const bool word = s.chance(0.5), negated = s.chance(0.5), use_and = s.chance(0.5), term = negated ? !word : word;
    const std::string joined = use_and ? " and " : " or ";
    text += (i > 0 ? joined : "") + (negated ? "not " : "") + name(word);
    if (i > 0) steps += name(value) + joined + name(term) + ". ";
    value = i == 0 ? term : use_and ? value && term : value || term;
  }
  steps.pop_back();
  return WorldRow{{{"text", text + " is"}}, {"true", "false"}, {name(value)}, steps, ""};
}

WorldRow swaps(RandomStream& s) {
  const Words people = draw(story_names(), 3, s);
  Words things = draw(words("tool"), 3, s);
  std::string text;
  for (size_t i = 0; i < 3; ++i) text += people[i] + " has the " + things[i] + ". ";
  const std::vector<size_t> swapped = s.sample(3, 2);
  std::swap(things[swapped[0]], things[swapped[1]]);
  text += people[swapped[0]] + " and " + people[swapped[1]] + " swap. What has " + people[swapped[0]] + " now?";
  return explained(choice_row({{"text", text}}, things[swapped[0]], things, 3, s),
                   people[swapped[0]] + " gets the " + things[swapped[0]] + ".");
}

// A place in a cycle of days or months, some steps away from the one that is told.
WorldRow away(const std::string& list, const std::string& today, const std::string& asked, int64_t direction,
              RandomStream& s) {
  const Words& names = words(list);
  const auto size = static_cast<int64_t>(names.size()), steps = s.between(3, 6), begin = s.between(0, size - 1);
  const auto at = [&](int64_t i) { return names[static_cast<size_t>((begin + direction * i + size) % size)]; };
  const std::string text =
      fmt::format("{} {}. Which {} {}?", today, at(0), list, fmt::format(fmt::runtime(asked), steps));
  const std::string comes = direction > 0 ? "After " : "Before ";
  return explained(choice_row({{"text", text}}, at(steps), names, 4, s), comes + at(0) + " comes " + at(1) + ".");
}

WorldRow day_later(RandomStream& s) { return away("day", "Today is", "is in {} days", 1, s); }

WorldRow month_ago(RandomStream& s) { return away("month", "Now it is", "was {} months ago", -1, s); }

WorldRow two_hops(RandomStream& s) {
  const Words people = draw(story_names(), 2, s), things = draw(words("tool"), 2, s), rooms = draw(words("room"), 2, s);
  std::string text;
  for (size_t i = 0; i < 2; ++i)
    text += people[i] + " owns the " + things[i] + ". The " + things[i] + " is in the " + rooms[i] + ". ";
  const size_t asked = s.below(2);
  text += "Where is the thing of " + people[asked] + "?";
  return explained(choice_row({{"text", text}}, rooms[asked], words("room"), 4, s),
                   people[asked] + " owns the " + things[asked] + ".");
}

WorldRow truth_teller(RandomStream& s) {
  const Words people = draw(story_names(), 2, s);
  const bool first = s.chance(0.5), says_lies = s.chance(0.5);
  const std::string text = people[0] + (first ? " tells the truth. " : " lies. ") + people[1] + " says that " +
                           people[0] + (says_lies ? " lies." : " tells the truth.") + " Does " + people[1] +
                           " tell the truth?";
  return explained(yes_no_row({{"text", text}}, first != says_lies),
                   people[0] + (first ? " tells the truth." : " lies."));
}

WorldRow odd_one_out(RandomStream& s) {
  const Words lists = draw(categories(), 2, s);
  Words shown = draw(words(lists[0]), 3, s);
  const std::string odd = s.pick(words(lists[1]));
  shown.push_back(odd);
  s.shuffle(shown);
  return explained(choice_row({{"text", "Which word does not belong? " + join(shown)}}, odd, shown, 4, s),
                   odd + " is a kind of " + lists[1] + ".");
}

WorldRow count_kind(RandomStream& s) {
  const Words lists = draw(categories(), 2, s);
  const auto many = static_cast<size_t>(s.between(1, 4)), others = static_cast<size_t>(s.between(1, 3));
  Words shown = draw(words(lists[0]), many, s);
  for (const std::string& word : draw(words(lists[1]), others, s)) shown.push_back(word);
  s.shuffle(shown);
  const auto count = static_cast<int64_t>(many);
  return explained(choice_row({{"text", "How many words of the kind " + lists[0] + "? " + join(shown)}},
                              std::to_string(count), numbers_near(count), 4, s),
                   std::to_string(count) + " are of the kind " + lists[0] + ".");
}

WorldRow biggest_of_three(RandomStream& s) {
  const Words shown = draw(words("size"), 3, s);
  const Words& sizes = words("size");
  const auto rank = [&](const std::string& word) {
    return std::find(sizes.begin(), sizes.end(), word) - sizes.begin();
  };
  const std::string biggest =
      *std::max_element(shown.begin(), shown.end(), [&](const auto& a, const auto& b) { return rank(a) < rank(b); });
  return explained(choice_row({{"text", "Which is the biggest? " + join(shown)}}, biggest, shown, 3, s),
                   "The biggest is the " + biggest + ".");
}

}  // namespace

std::vector<WorldTask> hard_tasks(const World& world) {
  std::vector<WorldTask> tasks = {hard("boolean_expressions", 50.0, boolean_expression),
                                  hard("tracking_swaps", 100.0 / 3.0, swaps),
                                  hard("days_later", 25.0, day_later),
                                  hard("months_ago", 25.0, month_ago),
                                  hard("two_hops", 25.0, two_hops),
                                  hard("truth_teller", 50.0, truth_teller),
                                  hard("odd_one_out", 25.0, odd_one_out),
                                  hard("count_of_a_kind", 25.0, count_kind),
                                  hard("biggest_of_three", 100.0 / 3.0, biggest_of_three)};
  for (const Composition& c : compositions(world, true)) {
    tasks.push_back(hard("compose_" + c.name, 25.0, c.make));
    tasks.back().templates = {"Give " + c.phrase + ". {list} {options}"};
    tasks.back().cot_templates.clear();
  }
  return tasks;
}

}  // namespace flanmoe::world
